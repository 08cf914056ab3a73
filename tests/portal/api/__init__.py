"""The CKAN action API."""
