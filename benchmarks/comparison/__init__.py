"""What clients of Request Tracker tell, send and keep: the runs behind docs/comparison.md."""
