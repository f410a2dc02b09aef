"""RT's replies to what they say, a kind of reply a file; pure: text in, data out.

Imports forms and the gateway's data; no HTTP.
"""
