"""What stands behind the declaration of a class: kinds of fields, a class made ready.

Imports codecs and checks; no server, no session.
"""
