"""What became of a write without a reply.

Imports queries, loading and plans; only reads.
"""
