"""What RT may not have told."""

from __future__ import annotations

import pytest

from rtorm import CustomField
from rtorm.codegen.doubts import doubts, warnings
from rtorm.codegen.module import QueueFields, render
from tests.codegen.support import field


def queue(*fields: CustomField, numbered: bool = True) -> QueueFields:
    """A queue with these custom fields."""
    return QueueFields("Things", 1, "", fields, numbered)


OLD = render([queue(field("A", id=1), field("B", "Select", id=2, values=("x",)))])


@pytest.mark.parametrize(
    "fields",
    [
        (field("A"), field("B", "Select")),
        (field("A", id=1), field("B", "Select", id=2)),
        (field("A", id=1), field("B", "Combobox", id=2)),
    ],
)
def test_rest_2_that_did_not_answer_is_told(fields: tuple[CustomField, ...]) -> None:
    """Of a list that did not come no field has a number; each one's values may fail by themselves.

    RT 4, which has no REST 2.0, has told all that it can.
    """
    [warning] = warnings([queue(*fields)])
    assert "'Things'" in warning
    assert "REST 2.0" in warning
    assert doubts([queue(*fields)], OLD) == ["Things"]
    assert warnings([queue(*fields, numbered=False)]) == []
    assert doubts([queue(*fields, numbered=False)], OLD) == []


def test_what_is_told_whole_leaves_no_doubt() -> None:
    """A list may be empty; one field that RT's two lists do not agree on is no failure."""
    fields = field("A", id=1), field("B", "Select", id=2, values=()), field("C", "Select")
    assert warnings([queue(*fields)]) == []
    assert doubts([queue(*fields)], OLD) == []


@pytest.mark.parametrize("numbered", [True, False])
def test_a_queue_that_had_fields_may_have_them_still(numbered: bool) -> None:
    """The account may have lost a right; where there were none, nothing is missing."""
    empty = queue(numbered=numbered)
    assert "SeeCustomField" in warnings([empty])[0]
    assert doubts([empty], OLD) == ["Things"]
    assert doubts([empty], render([empty])) == []
    assert doubts([empty], OLD.replace('queue="Things"', 'queue="Others"')) == []


@pytest.mark.parametrize("old", ["<<<<<<< HEAD\n", "\0"])
def test_a_module_that_is_no_python_has_nothing_to_lose(old: str) -> None:
    """It is written anew."""
    assert doubts([queue()], old) == []
