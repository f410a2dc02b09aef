"""How work is run: several requests at a time, signals, one thread.

Imports the exceptions alone; knows neither records nor requests.
"""
