"""Tickets to a file that is whole or not there, by pieces, so that an export may go on.

Imports sessions and frames; nothing of the command line.
"""
