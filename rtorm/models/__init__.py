"""What RT holds, a record a file; declarations first, no HTTP."""
