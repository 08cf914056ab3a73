"""Code lists as CSV: regions, licences, units, frequencies, formats, subject groups, holidays."""
