"""HTTP with RT: what is sent, how it may fail, what answered."""
