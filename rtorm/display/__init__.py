"""How records, queries and results look: in a REPL, in a notebook, on a Rich console.

Imports records, to read what is loaded; asks nothing of a server. Rich is imported when it is used.
"""
