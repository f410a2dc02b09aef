"""What `import rtorm` offers."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import types
from collections.abc import Iterator
from functools import reduce
from itertools import chain
from typing import Any, TypeGuard, get_args, get_origin, get_type_hints

import rtorm
from rtorm import errors
from rtorm.orm.records.results import Outcome, Verify
from rtorm.rest1 import forms

PROMISED = {
    "Attachment",
    "Attr",
    "CF",
    "Change",
    "Clause",
    "Client",
    "Column",
    "CommitReport",
    "CustomField",
    "CustomValues",
    "Download",
    "Group",
    "History",
    "Identity",
    "Links",
    "Loadable",
    "NOT_LOADED",
    "Ordering",
    "Partition",
    "Query",
    "Queue",
    "ReadOnly",
    "Record",
    "Reply",
    "SaveResult",
    "Session",
    "State",
    "Status",
    "Ticket",
    "Transaction",
    "Upload",
    "User",
    "auth",
    "cf",
    "connect",
    "sql",
    "state_of",
}


def test_every_promised_name_is_there_and_no_other() -> None:
    """`__all__` holds the promised names and every exception, and names what exists."""
    assert set(rtorm.__all__) == PROMISED | set(errors.__all__)
    assert all(hasattr(rtorm, name) for name in rtorm.__all__)
    assert len(rtorm.__all__) == len(set(rtorm.__all__))


def test_nothing_public_is_left_out_of_all() -> None:
    """What is importable without an underscore is promised, or a module."""
    public = {
        name
        for name in dir(rtorm)
        if name not in ("dask", "progress")
        and not isinstance(getattr(rtorm, name), types.ModuleType)
    }
    assert public <= set(rtorm.__all__)


def test_names_are_imported_where_checkers_see_them() -> None:
    """What is imported on first use is what type checkers and editors read as imported."""
    [block] = [node for node in ast.parse(inspect.getsource(rtorm)).body if is_for_checkers(node)]
    seen = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module != "rtorm"
        for alias in node.names
    }
    homes = vars(rtorm)["_HOMES"]
    assert seen == {name: f"rtorm.{home}" for name, home in homes.items()}
    assert {*seen, "auth"} == set(rtorm.__all__)


def is_for_checkers(node: ast.stmt) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """As of any module."""
    assert not hasattr(rtorm, "Tickets")
    assert "Ticket" in dir(rtorm)


def public_functions() -> Iterator[types.FunctionType]:
    """The public functions, and the public methods and properties of the public classes."""
    for value in (getattr(rtorm, name) for name in rtorm.__all__):
        bases = value.__mro__ if inspect.isclass(value) else ()
        members = (vars(base).items() for base in bases if base.__module__.startswith("rtorm."))
        for name, member in [("", value), *chain.from_iterable(members)]:
            wrappers = ("fget", "func", "__func__", "__wrapped__")
            function = reduce(lambda held, name: getattr(held, name, held), wrappers, member)
            if isinstance(function, types.FunctionType) and not name.startswith("_"):
                yield function


def classes_in(hint: Any) -> Iterator[type]:
    """The classes of which an annotation is made."""
    if inspect.isclass(hint):
        yield hint
    for part in (get_origin(hint), *get_args(hint)):
        yield from () if part is None else classes_in(part)


def test_what_a_signature_names_can_be_imported() -> None:
    """A program can annotate what it gives to a public function and what it gets.

    Logins are in `rtorm.auth`, and the forms of raw requests where they are written.
    """
    local = {name: getattr(rtorm, name) for name in rtorm.__all__} | {
        "Outcome": Outcome,
        "Verify": Verify,
    }
    named = {
        kind
        for function in public_functions()
        for name, hint in get_type_hints(function, localns=local).items()
        if name != "self"
        for kind in classes_in(hint)
    }
    assert rtorm.Reply in named
    own = {kind.__name__ for kind in named if kind.__module__.startswith("rtorm.")}
    assert own <= {*rtorm.__all__, *rtorm.auth.__all__, *forms.__all__}


def test_every_exception_is_one_of_a_tree() -> None:
    """All exceptions derive from RTError but warnings and Ctrl-C, and all are exported."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        other = UserWarning if name.endswith("Warning") else errors.RTError
        base = KeyboardInterrupt if name == "CommitInterrupted" else other
        assert issubclass(kind, base)
        assert name in rtorm.__all__
        assert kind.__doc__


def test_importing_does_no_work() -> None:
    """Importing rtorm opens no connection, reads no settings and loads no test tools."""
    code = (
        "import sys, socket; socket.socket.connect = None; import rtorm; "
        "print([m for m in ('pytest', 'vcr', 'rich', 'rtorm.testing') if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert shown.strip() == "[]"
