"""Checks of data quality that several rooms ask for; today the guard against personal numbers."""
