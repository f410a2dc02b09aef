"""Reads that take several requests, or one whose answer must be asked again to be believed."""
