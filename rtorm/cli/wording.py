"""The library's advice to programs, as advice to someone at a command line; pure."""

from __future__ import annotations

__all__ = ["WORDS", "in_options"]

WORDS = {
    "pass its URL to connect()": "give --server URL",
    "pass auth= to connect()": "give --user NAME where a password can be asked for, or "
    "--token-file FILE",
    "pass time_zone= to be exact": "give --time-zone ZONE, or set RTTIMEZONE, to be exact",
    "Pass its name, such as connect(..., time_zone='Europe/Rome')": "Give its name, such as "
    "--time-zone Europe/Rome",
    ", or a tzinfo": "",
    ", or a tuple of two, for the connection": ", for the connection",
    "run kinit, or give principal= and password=": "run kinit",
    "auth.Password": "--auth password",
    "auth.Basic(user, password)": "--auth basic",
    "auth.Kerberos()": "--auth kerberos",
    "give it as auth=(user, password)": "give it as --user NAME",
    "declare it in a class of tickets, or give the account": "give the account",
    "declare it with the number that RT's web pages show,": "rtorm shell can, with a class that "
    "declares the number which RT's web pages show:",
    "time_zone=": "--time-zone ",
    "timeout=": "--timeout ",
    "verify=": "--verify ",
    "auth=": "--auth ",
}
"""What the library says, and what is said here; a longer text stands before one within it."""


def in_options(text: str) -> str:
    """A message of the library, with options in place of parameters."""
    for theirs, ours in WORDS.items():
        text = text.replace(theirs, ours)
    return text
