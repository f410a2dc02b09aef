"""What stands behind a record: checks, definitions, results, refusals.

Imports what is declared; no server, no session.
"""
