"""The CKAN action API over the services; JSON envelopes and CKAN errors."""
