"""Custom fields and queues for tests of what is generated from them."""

from __future__ import annotations

import sys
import types
from typing import Any

from hypothesis import strategies as st

from rtorm import CustomField, Ticket
from rtorm.codegen.module import QueueFields, render

KINDS = (
    "Select",
    "Freeform",
    "Text",
    "Wikitext",
    "HTML",
    "Combobox",
    "Autocomplete",
    "Date",
    "DateTime",
    "IPAddress",
    "IPAddressRange",
    "Image",
    "Binary",
    "Somebody's own",
    "",
)
HOSTILE = (
    '"""',
    '"',
    "'",
    "'\"",
    "\\",
    "a\nb",
    "{x}",
    "a, b",
    "ÄÖÜ Upper",
    "class",
    "Owner",
    "date",
    "list",
    "cf",
    "str",
    "self",
    "l",
    "model_dump",
    "json",
    "__init__",
    "_x",
    "5GHz",
    "日本",
    "e\u0301",
    "\ufb01x",
    "\u202e\u200b\x00\x1b",
    "❤️ 👩‍👩‍👧",
    "Ticket",
    "None",
    "x" * 100,
    "ß" * 100,
)
# JSON and HTTP carry no lone surrogates.
texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
values = st.none() | st.lists(texts, max_size=8).map(tuple)
custom_fields = st.builds(
    CustomField,
    id=st.none() | st.integers(1, 50),
    name=texts,
    description=st.just("") | texts,
    type=st.sampled_from(KINDS),
    multiple=st.booleans(),
    pattern=st.just("") | texts,
    values=values,
    maximum=st.none() | st.integers(1, 9),
)
queues = st.builds(
    QueueFields,
    name=texts.filter(str.strip),
    id=st.integers(1, 50),
    description=st.just("") | texts,
    custom_fields=st.lists(custom_fields, max_size=8).map(tuple),
)


def field(name: str, kind: str = "Freeform", **more: Any) -> CustomField:
    """A custom field."""
    return CustomField(name=name, type=kind, **more)


def rendered(*fields: CustomField, queue: str = "Things") -> str:
    """The module for a queue with these custom fields."""
    return render([QueueFields(queue, 1, "", fields)])


def body(*fields: CustomField) -> str:
    """What stands in the class below its docstring."""
    return rendered(*fields).partition('queue "Things"."""\n\n')[2]


def built(text: str, name: str = "generated") -> types.ModuleType:
    """The module that this is the text of, imported."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    try:
        exec(compile(text, name, "exec", dont_inherit=True), vars(module))
    finally:
        del sys.modules[name]
    return module


def classes(module: types.ModuleType) -> list[Any]:
    """The classes of tickets in a generated module, in their order.

    No type checker knows what they declare.
    """
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Ticket) and each is not Ticket
    ]
