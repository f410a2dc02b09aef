"""Python data becomes Perl source that means the same, whatever it holds."""

import json
import subprocess
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtorm.testing._perl import initialdata_text, literal

PERL = r"""
    my $value = do { local $/; eval <STDIN> };
    die $@ if $@;
    utf8::is_utf8($_) || /^[\x00-\x7f]*$/ || die "not a character string" for strings($value);
    print JSON::PP->new->ascii->allow_nonref->encode($value);
    sub strings {
        my ($value) = @_;
        return map { strings($_) } %$value if ref $value eq 'HASH';
        return map { strings($_) } @$value if ref $value eq 'ARRAY';
        return defined $value ? "$value" : ();
    }
"""

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def evaluated(source: str) -> object:
    command = ["perl", "-MJSON::PP", "-e", PERL]
    done = subprocess.run(command, input=source.encode("ascii"), capture_output=True, check=True)
    return json.loads(done.stdout)


def expected(value: object) -> object:
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value).items()
        return {key: expected(item) for key, item in pairs}
    if isinstance(value, list):
        return [expected(item) for item in cast("list[object]", value)]
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return value


@settings(deadline=None, max_examples=150)
@given(values)
def test_perl_reads_the_same_value(value: object) -> None:
    assert evaluated(literal(value)) == expected(value)


@pytest.mark.parametrize(
    "text",
    ["", "$a @b %c", "it's", "back\\slash\\", "\\'", "${\\ die}", "@{[die]}", "\0\n\r\t\x7f", "é", "\x85",
     "\ufeff", "\uffff", "😀", "\\N{U+41}", "1e3", "0 but true", "}; die; {"],
)  # fmt: skip
def test_strings_that_mean_something_in_perl(text: str) -> None:
    assert evaluated(literal({text: [text]})) == {text: [text]}


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match=r"U\+D800"):
        literal("a\ud800")


@pytest.mark.parametrize("value", [1.5, b"x", {1, 2}, object(), {1: "x"}])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        literal(value)


def test_sections_become_arrays() -> None:
    text = initialdata_text({"Queues": [{"Name": "A"}, {"Name": "B"}], "Users": []})
    counted = text.replace("1;\n", "[map { scalar @$_ } \\@Queues, \\@Users]")
    assert evaluated(counted) == [2, 0]


def test_an_unknown_section_is_named() -> None:
    with pytest.raises(ValueError, match="has no Queue, but ACL"):
        initialdata_text({"Queue": []})


@pytest.mark.parametrize("rows", [{"Name": "A"}, "A", None])
def test_a_section_is_a_list(rows: object) -> None:
    """RT would say nothing of it that helps."""
    with pytest.raises(TypeError, match="Queues of RT's initialdata is a list, not"):
        initialdata_text({"Queues": rows})
