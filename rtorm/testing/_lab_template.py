"""The configuration files of an `AuthLab`, filled in."""

from pathlib import Path
from string import Template

_FOLDER = Path(__file__).with_name("lab")


def write_from_template(target: Path, **values: object) -> None:
    """Writes a file from the template of the same name.

    Args:
        target: The file to write.
        values: What stands for the template's variables.
    """
    template = Template((_FOLDER / target.name).read_text("utf-8"))
    target.write_text(template.substitute(values), "utf-8")
