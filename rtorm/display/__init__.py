"""How records, queries and results look: in a REPL, in a notebook, on a Rich console."""
