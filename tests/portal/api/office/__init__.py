"""The office's side of the action API."""
