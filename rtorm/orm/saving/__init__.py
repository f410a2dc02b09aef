"""The unit of work: plans to requests, and a look at what others do meanwhile.

Imports records and what is loaded; nothing of queries.
"""
