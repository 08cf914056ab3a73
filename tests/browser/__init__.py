"""Journeys and checks in a real browser, against whole applications over real databases."""
