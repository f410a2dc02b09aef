"""What stands behind the declaration of a class: kinds of fields, a class made ready."""
