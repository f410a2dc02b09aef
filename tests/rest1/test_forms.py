"""Forms through RT's own rules, both ways."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtorm.rest1.alike import each_form
from rtorm.rest1.forms import (
    EncodeError,
    Form,
    check_key,
    check_text,
    compose,
    compose_many,
    parse,
)
from tests.rest1.rt_rules import read_forms, write_body, write_form


def parse_many(body: str, *, tail: int = 1) -> list[Form]:
    """All forms of a body."""
    return list(each_form(body, tail=tail))


HOSTILE = [
    "",
    "0",
    " ",
    "   ",
    "\t",
    " leading",
    "trailing ",
    "trailing\n",
    "trailing\n\n\n",
    "a\n\n\nb",
    "a\n b\n  c",
    "  a\nb",
    " \n",
    " \n \n",
    "\r",
    "a\rb",
    "a\r\nb\r\n",
    "a\n--\nb",
    "--",
    "a\n--\nid: ticket/1\nSubject: stolen",
    "\t--\n--\n--\n\n",
    "# no comment",
    "a\n# no comment\n#",
    "Field: x",
    "a\nPriority: 90",
    "CF.{Other}: x",
    "a }: b",
    "}:",
    "a}: b}:",
    "a}:\nCF.{Other}: x",
    "\xa0x",
    "\u2028x\u2029",
    "\x85x",
    "x\x85\n\x85",
    "\x0bx\x0c",
    "\x0c",
    "\x1cx",
    "\x1c",
    "\u3000x\u3000",
    "\ufeffx",
    "\U0001f600 e\u0301 \u202e",
    ",",
    "'a','b'",
    "x" * 5000,
    "long " * 500 + "\n" + "\n".join(" " * n for n in range(40)),
]
REFUSED = [
    "\n",
    "\nfoo",
    "\n\n foo",
    "a\ufdd0",
    "\ufdef",
    "a\ufffe",
    "\uffff",
    "\U0001fffe",
    "\U0010ffff",
    "\ud800",
    "a\udfffb",
    "a\0b",
]

# Text with the signs that mean something to RT as likely as all of Unicode.
pieces = st.sampled_from(
    [
        "\n",
        " ",
        "--",
        "#",
        ":",
        "}:",
        "}: ",
        "a",
        "Subject: b",
        "CF.{N}: c",
        "\t",
        "\r",
        "\x0b",
        "\x85",
        "\xa0",
        "\u2028",
        "\n--\n",
        "\n ",
        "0",
        ",",
        "'",
    ]
)
wild = st.one_of(st.text(), st.lists(pieces, max_size=12).map("".join))
plain_keys = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True)
names = st.text(min_size=1, max_size=25)
keys = st.one_of(plain_keys, names.map("CF.{{{}}}".format), st.sampled_from(["Text", "id"]))


def _accepts(key: str, value: str) -> bool:
    try:
        compose([(key, value)])
    except EncodeError:
        return False
    return True


def _forms(fields: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[dict[str, str]]:
    """Forms in which no two keys are one to RT, which does not tell upper from lower case."""
    unique = st.lists(fields, min_size=1, max_size=6, unique_by=lambda field: field[0].lower())
    return unique.map(dict)


accepted = _forms(st.tuples(keys, wild).filter(lambda field: _accepts(*field)))


@given(accepted)
def test_every_value_arrives_as_it_is(form: dict[str, str]) -> None:
    """What `compose` takes is what RT reads, field for field, and nothing else."""
    [read] = read_forms(compose(form.items()))
    assert read.fields == form
    assert not read.comments
    assert not read.broken


@given(st.lists(accepted, min_size=1, max_size=5))
def test_every_form_arrives_on_its_own(forms: list[dict[str, str]]) -> None:
    """No value ends its form, begins another, or spills into the next."""
    read = read_forms(compose_many(form.items() for form in forms))
    assert [form.fields for form in read] == forms
    assert not any(form.broken or form.comments for form in read)


@pytest.mark.parametrize("key", ["Subject", "CF.{Note}", "CF.{A long name: with signs}", "Text"])
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_arrives_between_its_neighbours(key: str, value: str) -> None:
    """Values that look like syntax are values, wherever in a request they stand."""
    form = {"id": "ticket/1", key: value, "Status": "new"}
    read = read_forms(compose_many([form.items(), form.items()]))
    assert [form.fields for form in read] == [form, form]
    assert not any(form.broken or form.comments for form in read)


@pytest.mark.parametrize("value", REFUSED)
def test_a_value_that_rt_would_change_is_refused(value: str) -> None:
    """What RT cannot hold raises before anything is sent."""
    with pytest.raises(EncodeError):
        check_text(value)
    with pytest.raises(EncodeError):
        compose([("CF.{Note}", value)])


def test_a_message_may_hold_nul() -> None:
    """RT keeps U+0000 in messages, and only there."""
    check_text("a\0b", nul=True)
    [read] = read_forms(compose([("Text", "a\0b")]))
    assert read.fields == {"Text": "a\0b"}


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        "1",
        "1a",
        "a b",
        "a:",
        "a: b",
        "Subject ",
        " Subject",
        "Subject\n",
        "Subject\nPriority",
        "Größe",
        "#",
        "--",
        "CF.",
        "CF.{}",
        "CF.{a",
        "CF.{a}x",
        "CF.{a}\n",
        "CF.{a, b}",
        "CF.{a\nb}",
        "CF.{a}: x\nPriority",
        "CF.{a\0b}",
        "CF.{a\ud800}",
        "CF.{a\uffff}",
        "CustomField.{a}",
        "cf.{a}",
    ],
)
def test_a_key_that_rt_would_skip_or_mistake_is_refused(key: str) -> None:
    """A key that is not exactly one field's name raises."""
    with pytest.raises(EncodeError):
        check_key(key)
    with pytest.raises(EncodeError):
        compose([(key, "x")])


@pytest.mark.parametrize(
    "name",
    [
        "With Space",
        "Col: on",
        "Br{ace}",
        "Par (en)",
        "Quo'te",
        "Hash#x",
        " lead",
        "Größe",
        "日本",
        "a}: b",
        "a}:",
        "29",
        "--",
        "# x",
        "\u2028",
        "\x85",
        "\t",
    ],
)
def test_any_other_name_of_a_custom_field_arrives(name: str) -> None:
    """Names of custom fields may hold anything but a comma and a line break."""
    form = {f"CF.{{{name}}}": "value", "Subject": "next"}
    [read] = read_forms(compose(form.items()))
    assert read.fields == form


@given(st.text(max_size=15), wild)
def test_no_key_is_taken_for_another(key: str, value: str) -> None:
    """A key is either refused or arrives as itself."""
    if _accepts(key, value):
        [read] = read_forms(compose([(key, value)]))
        assert read.fields == {key: value}


def test_a_repeated_key_makes_a_list() -> None:
    """Files are named one a line, under one key."""
    text = compose([("Attachment", "a.txt"), ("Text", "x"), ("Attachment", "b c.txt")])
    [read] = read_forms(text)
    assert read.fields == {"Attachment": ["a.txt", "b c.txt"], "Text": "x"}


# What RT writes: a value may be anything that was ever stored.
shown_names = st.text(
    st.characters(exclude_characters="\n,", exclude_categories=["Cs"]), min_size=1, max_size=25
).filter(lambda name: "}:" not in name)
shown_keys = st.one_of(plain_keys, shown_names.map("CF.{{{}}}".format))
stored = wild.map(lambda value: value.lstrip("\n"))
shown = _forms(st.tuples(shown_keys, stored))
comments = st.lists(st.text().map(lambda text: text.replace("\n", "")), max_size=3)


@given(st.lists(st.tuples(shown, comments), min_size=1, max_size=4), st.sampled_from([1, 2]))
@example([({"Note": "a\n"}, []), ({"Note": "a\n\n"}, [])], 1)
@example([({"CF.{A rather long name}": " a\n\n    b\n\n", "Subject": "x"}, [])], 2)
def test_every_form_of_rt_is_read_as_it_is(
    blocks: list[tuple[dict[str, str], list[str]]], tail: int
) -> None:
    """What RT writes is what `parse_many` reads, trailing newlines and comments included."""
    body = write_body((write_form(fields, said) for fields, said in blocks), tail=tail)
    read = parse_many(body, tail=tail)
    assert [form.fields for form in read] == [fields for fields, _ in blocks]
    assert [form.comments for form in read] == [tuple(said) for _, said in blocks]
    assert not any(form.loose for form in read)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_is_read_between_its_neighbours(value: str) -> None:
    """A shown value neither swallows the next field nor loses a blank."""
    form = {"id": "ticket/1", "CF.{Note}": value, "CF.{A rather long name}": value, "Status": "new"}
    assert [read.fields for read in parse_many(write_body([write_form(form)] * 3))] == [form] * 3


@given(st.lists(st.from_regex(r"[a-z0-9@./:-]{1,30}", fullmatch=True), max_size=12), plain_keys)
def test_a_wrapped_list_keeps_its_items(items: list[str], key: str) -> None:
    """A list that RT broke over several lines holds the same items, and ends where it ends."""
    form = parse(write_form({key: items, "Zz9": "next"}))
    assert form.fields["Zz9"] == "next"
    assert [item for item in form.fields[key].replace(",\n", ", ").split(", ") if item] == items


def test_what_is_no_field_is_kept_apart() -> None:
    """RT's bare sentences and the lines of unknown fields are `loose`, in their order."""
    form = parse("Invalid query: 'x'.\n: \nid: ticket/1\n")
    assert form == Form({"id": "ticket/1"}, (), ("Invalid query: 'x'.", ": "))


def test_a_comment_below_a_field_is_no_comment() -> None:
    """Only lines above the fields are RT's own words."""
    form = parse("# above\n\nid: ticket/1\n# below\n")
    assert form.comments == ("above",)
    assert form.loose == ("# below",)


lines = st.lists(
    st.one_of(pieces, st.text(max_size=5)) | st.sampled_from(["id: ticket/1", "    x", "Cc:", ""]),
    max_size=20,
).map("\n".join)


@given(st.one_of(wild, lines), st.sampled_from([1, 2]))
def test_any_text_is_read_somehow(text: str, tail: int) -> None:
    """`parse` never raises, and invents nothing that is not in the text."""
    for form in parse_many(text, tail=tail):
        for key, value in form.fields.items():
            assert key in text
            assert all(line in text for line in value.split("\n"))
        assert all(line in text for line in (*form.comments, *form.loose))


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        ":",
        " ",
        "\n",
        "CF.{",
        "CF.{a}",
        "CF.{a}:",
        "CF.{}: ",
        "}:",
        "}: ",
        "#",
        "# \n",
        "--\n",
        "\n--\n\n",
        "a:\n",
        "a: b\n\n",
        "a: b\n   c\n",
        "a: b\n c\n",
        "CF.{a}:x\n",
        "\n \n",
        "-a",
        "CF.{a\n",
        "a: \n\n\n",
        "\r",
        "\u2028:",
        "CF.{a}: }: \n",
    ],
)
@pytest.mark.parametrize("head", ["", "CF.{"])
def test_a_megabyte_of_anything_is_read(head: str, unit: str) -> None:
    """Reading takes time in proportion to the text, whatever it repeats."""
    forms = parse_many(head + unit * (MEGABYTE // len(unit)))
    assert forms


OWN = """\
id: group/28
Name: Staff
CF-Floor: 3, left: "wing"

CF-Skills: perl, c++,
           Python

CF-Story: one
            two
          three

CF-Col:on, (x) ä: a: b
CF- lead: l
CF-None:
CF-Twin: second
CF-Twin: second
CF-Lines: one, two

CF-Lines: two
          lines

CF-Lines: four
CF.{Other}: x
"""


def test_the_custom_fields_of_a_group() -> None:
    """Any name is told from its value, but for a colon and a blank in it; none is lost.

    Of two fields of one name RT shows the second one's value twice.
    """
    form = parse(OWN)
    assert form == Form(
        {
            "id": "group/28",
            "Name": "Staff",
            "CF-Floor": '3, left: "wing"',
            "CF-Skills": "perl, c++,\nPython",
            "CF-Story": "one\n  two\nthree",
            "CF-Col:on, (x) ä": "a: b",
            "CF- lead": "l",
            "CF-None": "",
            "CF-Twin": "second",
            "CF-Lines": "one, two,\ntwo\nlines,\nfour",
            "CF.{Other}": "x",
        }
    )
