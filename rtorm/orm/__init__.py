"""How records are declared, tracked, planned and saved; knows nothing of HTTP or of forms."""
