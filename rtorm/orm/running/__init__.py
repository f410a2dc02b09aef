"""How work is run: several requests at a time, signals, one thread."""
