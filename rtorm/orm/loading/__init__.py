"""What the server shows becomes records."""
