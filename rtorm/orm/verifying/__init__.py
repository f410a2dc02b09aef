"""What became of a write without a reply."""
