"""HTTP with RT: what is sent, how it may fail, what answered.

Only here, in the client and in logins is requests spoken to; knows no verbs of the gateway's.
"""
