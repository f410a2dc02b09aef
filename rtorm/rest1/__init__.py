"""RT's REST 1.0: its forms, its replies, its HTTP. Knows nothing of records."""
