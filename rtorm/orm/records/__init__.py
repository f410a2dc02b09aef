"""What stands behind a record: checks, definitions, results, refusals."""
