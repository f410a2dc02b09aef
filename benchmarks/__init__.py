"""How fast rtorm is, beside every other client of Request Tracker, on the same servers."""
