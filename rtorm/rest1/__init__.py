"""RT's REST 1.0: its forms, its replies, its HTTP.

Knows nothing of records. What lies in this folder itself is pure, but for the client, the gateway
and what they hand out.
"""
