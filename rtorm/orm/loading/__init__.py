"""What the server shows becomes records.

Imports records and how work is run; nothing of queries or of saving.
"""
