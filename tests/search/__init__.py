"""Tests of the search engines and of the language that reaches them."""
