"""The action API of the office: writes, and reads of what a person may see beyond the published side."""
