"""The clients that are compared, one a file, each used as its own documentation says."""
