"""Conditions, how RT is asked, and what is found."""
