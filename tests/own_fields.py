"""Custom fields that queues, groups and users have themselves, on a server of the suite."""

from __future__ import annotations

from typing import Any

from rtorm.testing._perl import literal
from tests.support import Server

KINDS = ("RT::Queue", "RT::Group", "RT::User")
LONG = "x" * 40
FIELDS: dict[str, dict[str, Any]] = {
    "Location": {"Type": "FreeformSingle"},
    "Languages": {"Type": "FreeformMultiple"},
    "Floor": {"Type": "FreeformSingle", "Description": "where: (it) is"},
    "Skills": {"Type": "FreeformMultiple"},
    "Shifts": {
        "Type": "SelectMultiple",
        "Values": [{"Name": name} for name in ("early, late", "early", "late")],
    },
    "Story": {"Type": "TextSingle"},
    "Seats": {"Type": "FreeformSingle", "Pattern": "(?#Digits)^\\d*$"},
    "Rooms": {"Type": "FreeformSingle"},
    "Since": {"Type": "DateSingle"},
    "Checked": {"Type": "DateTimeSingle"},
    "Hosts": {"Type": "IPAddressMultiple"},
    "Größe: 1, (x)": {"Type": "FreeformSingle"},
    "Col:on, (x) ä": {"Type": "FreeformSingle"},
    "Picture": {"Type": "ImageSingle"},
    "Nothing": {"Type": "FreeformSingle"},
    "Widths": {"Type": "FreeformMultiple"},
    "Lines": {"Type": "FreeformMultiple"},
}
FULL: dict[str, list[str]] = {
    "Location": ["Building 3"],
    "Languages": ["Italian", "English"],
    "Floor": ["3, left: \"wing\" 'q'"],
    "Skills": ["perl", " lead", "trail ", "q'u\"o", "x,", ",y", "ünï 日本😀", "0"],
    "Shifts": ["early, late", "late"],
    "Story": ["two\n  lines\n\nend\n"],
    "Seats": ["42"],
    "Rooms": ["7"],
    "Since": ["2026-03-04"],
    "Checked": ["2026-03-04 05:06:07"],
    "Hosts": ["10.0.0.1", "::1"],
    "Größe: 1, (x)": ["lost"],
    "Col:on, (x) ä": [" kept: x"],
    # Behind `CF-Widths: ` the second one makes the line one character too long.
    "Widths": ["a" * 28, "b" * 29, "c" * 57, "d" * 10],
    "Lines": ["one", "two\nlines"],
}
LESS: dict[str, list[str]] = {
    "Floor": ["2"],
    "Skills": ["c", f"{LONG}, {LONG}"],
    "Rooms": ["many, or few"],
    "Lines": ["only\none, value"],
}
# Kind and name to the values that it has.
OWNERS = (
    ("RT::Queue", "Incidents", FULL),
    ("RT::Group", "Staff", FULL),
    ("RT::User", "alice", FULL),
    ("RT::Queue", "Two Words", LESS),
    ("RT::Group", "Night shift", LESS),
    ("RT::User", "bob", LESS),
)
_PREPARED: set[str] = set()

_PERL = r"""
push @Final, sub {
    my %fields;
    my $all = RT::CustomFields->new(RT->SystemUser);
    $all->UnLimit;
    while (my $field = $all->Next) {
        next unless grep { $_ eq $field->LookupType } @{@KINDS@};
        $field->AddToObject($field->LookupType->new(RT->SystemUser));
        $fields{$field->LookupType}{$field->Name} = $field;
    }
    for my $owner (@{@OWNERS@}) {
        my ($kind, $name, $values) = @$owner;
        my $object = $kind->new(RT->SystemUser);
        $kind eq 'RT::Group' ? $object->LoadUserDefinedGroup($name) : $object->Load($name);
        for my $field (keys %$values) {
            for my $value (@{$values->{$field}}) {
                my ($ok, $said) = $object->AddCustomFieldValue(
                    Field => $fields{$kind}{$field}->id, Value => $value);
                die "$kind $name, $field: $said" unless $ok;
            }
        }
        $object->AddCustomFieldValue(
            Field => $fields{$kind}{Picture}->id, Value => 'a, b.png',
            LargeContent => 'PNG', ContentType => 'image/png') if $values->{Story};
    }
};
"""


def prepare(rt: Server) -> None:
    """Give some queues, groups and users values, once; REST 1.0 cannot."""
    if rt.tracker is None or rt.url in _PREPARED:
        return
    _PREPARED.add(rt.url)
    fields = [
        {"Name": name, "LookupType": kind, **more}
        for kind in KINDS
        for name, more in FIELDS.items()
    ]
    perl = _PERL.replace("@KINDS@", literal(list(KINDS))).replace("@OWNERS@", literal(OWNERS))
    rt.tracker.insert(f"@CustomFields = @{{{literal(fields)}}};\n{perl}")
