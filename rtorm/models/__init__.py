"""What RT holds, a record a file; declarations first.

Imports fields and records; no HTTP, and no session but by their own.
"""
