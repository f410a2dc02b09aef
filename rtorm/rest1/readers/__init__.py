"""Reads that take several requests, or one whose answer must be asked again to be believed.

Imports the client, replies, and REST 2.0's; no requests of its own making.
"""
