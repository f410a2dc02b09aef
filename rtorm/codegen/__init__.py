"""Classes of tickets, written from what a server tells of its queues' custom fields.

`python -m rtorm.codegen --help` tells of the command; `generate_models` is the same for programs.
"""

from rtorm.codegen.reading import generate_models

__all__ = ["generate_models"]
