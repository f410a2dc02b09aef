"""What RT's REST 2.0 tells beside REST 1.0 (RT 5 and later); pure: decoded JSON in, data out.

What is not there, or not as it should be, is not told: nothing is guessed, and nothing raised.
"""
