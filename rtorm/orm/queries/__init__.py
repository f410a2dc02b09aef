"""Conditions, how RT is asked, and what is found.

Imports records and what is loaded; nothing of saving.
"""
