"""A changed list of watchers as RT must be told it, so that the groups in it stay groups; pure.

RT shows a group as those of its members whom the account may see, and takes a list as all there is
to be (RT 3.8-6.0, REST 1.0): sent as it was shown, it would put them in the group's place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rtorm.gateway import Holders
from rtorm.rest1.forms import EncodeError

__all__ = ["with_groups"]

_PREFIX = "group:"


def with_groups(old: Sequence[str], new: Sequence[str], holders: Holders) -> list[str]:
    """The list to send: groups of which no member was taken out, in their members' place.

    Args:
        old: What was shown.
        new: What it is to be.
        holders: Who is there.

    Raises:
        EncodeError: Some of the members were taken out, and others not.
    """
    hidden = {n: name for n, name in holders.groups.items() if not _names({*old, *new}, n, name)}
    named = {each.lower() for each in old if each.lower().startswith(_PREFIX) or each.isdecimal()}
    members = {each.lower() for each in old} - holders.users - named
    kept = members & {each.lower() for each in new}
    if not hidden or (members and not kept):
        return list(new)
    if kept != members:
        raise EncodeError(_told(hidden, sorted(members - kept)))
    return [*(each for each in new if each.lower() not in members), *map(str, hidden)]


def _names(texts: Collection[str], number: int, name: str) -> bool:
    """Whether the group is called by its name: that one says whether it is to be there."""
    meant = {str(number), f"{_PREFIX}{number}", f"{_PREFIX}{name}".lower()}
    return any(each.lower() in meant for each in texts)


def _told(groups: Mapping[int, str], gone: Sequence[str]) -> str:
    named = ", ".join(f"{name!r} ({number})" for number, name in groups.items())
    first = next(iter(groups.values()))
    return (
        f"RT shows its group {named} there as members, of whom {', '.join(gone)} was taken out: "
        "that would put the others in the group's place; to keep the group leave them all, or "
        f"write '{_PREFIX}{first}' for them; to take it out remove them all"
    )
