"""How records are declared, tracked, planned and saved; knows nothing of HTTP or of forms.

Imports the gateway's plain data and, of REST 1.0, what is pure; only `session` opens a client.
"""
