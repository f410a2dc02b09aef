"""Conditions on watchers, links and custom fields by name, on a real server."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtorm import CF, QueryError, Session, Ticket, User, cf
from rtorm.orm.columns import Clause
from tests.support import Incident


def made(session: Session, **tickets: Ticket) -> dict[str, int]:
    """The ids of these tickets by their names."""
    for ticket in tickets.values():
        session.add(ticket)
    session.commit()
    return {name: ticket.id for name, ticket in tickets.items()}


def test_watchers_are_found_and_their_absence(session: Session) -> None:
    """By address and by name, of one and of several; a denial finds exactly the others."""
    new = partial(Incident, subject="watched")
    ids = made(
        session,
        ann=new(cc=["ann@x.org"]),
        both=new(cc=["ann@x.org", "bob@y.org"]),
        bob=new(cc=["bob@y.org"]),
        alice=new(cc=["alice"]),
        other=new(admin_cc=["ann@x.org"]),
        none=new(),
    )
    column = Ticket.cc
    likely = [column.like("@y.org"), column.starts_with("ann")]
    found: list[tuple[Clause, set[str]]] = [
        (column.has("ann@x.org"), {"ann", "both"}),
        (column.has("ANN@X.org"), {"ann", "both"}),
        (column.has("alice"), {"alice"}),
        (column.has("nobody@x.org"), set()),
        (column.like("@y.org"), {"both", "bob"}),
        (column.starts_with("ann"), {"ann", "both"}),
        (column.is_null(), {"none", "other"}),
        (column.has("ann@x.org") & column.has("bob@y.org"), {"both"}),
        (column.has("ann@x.org") | column.has("alice"), {"ann", "both", "alice"}),
        (column.has("ann@x.org") | column.is_null(), {"ann", "both", "none", "other"}),
        (column.has("ann@x.org") & ~column.has("bob@y.org"), {"ann"}),
        (~column.has("ann@x.org") | ~column.has("bob@y.org"), set(ids) - {"both"}),
        (Ticket.admin_cc.has("ann@x.org"), {"other"}),
    ]
    query = session.query(Incident).where(Ticket.subject == "watched")
    names = {number: name for name, number in ids.items()}
    for clause, wanted in found:
        assert {names[number] for number in query.where(clause).ids()} == wanted, clause
        if clause in likely:
            with pytest.raises(QueryError, match="another one, too"):
                query.where(~clause).ids()
            continue
        assert {names[number] for number in query.where(~clause).ids()} == set(ids) - wanted, clause
    alice: Any = session.get(User, "alice")
    assert query.where(Ticket.cc.has(alice)).ids() == [ids["alice"]]


def test_links_are_found_and_their_absence(session: Session) -> None:
    """To tickets and URIs, in both directions; a denial finds exactly the others."""
    new = partial(Incident, subject="linked")
    ids = made(session, one=new(), two=new(), first=new(), both=new(), uri=new(), none=new())
    first, both = session.get(Incident, ids["first"]), session.get(Incident, ids["both"])
    uri = session.get(Incident, ids["uri"])
    first.links.depends_on = [ids["one"]]
    both.links.depends_on = [ids["one"], ids["two"]]
    uri.links.depends_on = ["https://x.org/a?b=1"]
    uri.links.parents = [ids["none"]]
    session.commit()
    links = Ticket.links
    found: list[tuple[Clause, set[str]]] = [
        (links.depends_on.has(ids["one"]), {"first", "both"}),
        (links.depends_on.has(session.get(Incident, ids["two"])), {"both"}),
        (links.depends_on.has("https://x.org/a?b=1"), {"uri"}),
        (links.depends_on.is_null(), {"one", "two", "none"}),
        (links.depended_on_by.has(first), {"one"}),
        (links.depends_on.has(ids["one"]) & links.depends_on.has(ids["two"]), {"both"}),
        (
            links.depends_on.has(ids["two"]) | links.depends_on.is_null(),
            {"both", "one", "two", "none"},
        ),
        (links.parents.has(ids["none"]), {"uri"}),
        (links.children.has(uri), {"none"}),
        (links.refers_to.is_null() & links.referred_to_by.is_null(), set(ids)),
        (links.depends_on.has(999_999), set()),
    ]
    query = session.query(Incident).where(Ticket.subject == "linked")
    names = {number: name for name, number in ids.items()}
    for clause, wanted in found:
        assert {names[number] for number in query.where(clause).ids()} == wanted, clause
        assert {names[number] for number in query.where(~clause).ids()} == set(ids) - wanted, clause


def test_custom_fields_by_their_names(session: Session) -> None:
    """Declared by no class: compared, sorted, empty."""
    new = partial(Incident, subject="by name")
    ids = made(
        session,
        a=new(note="a", hosts=["db1", "db2"]),
        b=new(note="b", severity="high"),
        none=new(),
    )
    query = session.query(Ticket).where(Ticket.subject == "by name")
    note, hosts = Ticket.cf["Note"], Ticket.cf["Affected hosts"]
    assert query.where(note == "a").ids() == [ids["a"]]
    assert query.where(note != "a").ids() == [ids["b"], ids["none"]]
    assert query.where(note.in_(["a", "b"])).order_by(note.desc()).ids() == [ids["b"], ids["a"]]
    assert query.where(hosts.has("db2")).ids() == [ids["a"]]
    assert query.where(note.is_null()).ids() == [ids["none"]]
    assert query.where(Ticket.cf["Severity"].like("hig")).ids() == [ids["b"]]
    assert query.where(Ticket.cf["Never seen"] == "x").ids() == []


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cn", "Cc"]), min_size=1, max_size=20
) | st.sampled_from(["' OR id > 0 --", '"', "\\", "\\'", "%", "_", "a' AND '", "NULL", ")", "x\\"])


@pytest.mark.live
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=TEXTS)
def test_no_watcher_and_no_link_can_change_a_query(session: Session, text: str) -> None:
    """Whatever is asked for, only what has it is found; here nothing does."""
    address = f"{text.replace(',', '')}@no.where"
    for clause in (
        Ticket.requestors.has(address),
        Ticket.cc.has(address.replace("@", "")),
        Ticket.links.refers_to.has(f"urn:{text.replace(',', '').replace(' ', '')}"),
        Ticket.cf["Note"] == f"{text} nowhere",
    ):
        if text.lower().startswith("cf."):
            continue
        # Some values RT cannot be asked for, which is said before anything is sent.
        with suppress(QueryError):
            assert session.query(Ticket).where(clause).ids() == []


def test_every_combination_of_two_conditions(session: Session) -> None:
    """Of the new kinds with each other and with plain fields: RT mixes joins up easily."""
    new = partial(Incident, subject="combined")
    ids = made(
        session,
        w=new(cc=["ann@x.org"]),
        p=new(priority=5),
        wp=new(cc=["ann@x.org"], priority=5),
        n=new(note="x"),
        wn=new(cc=["ann@x.org"], note="x"),
        none=new(),
    )
    linked = session.get(Incident, ids["wn"])
    linked.links.refers_to = [ids["none"]]
    linked.save()
    truths: list[tuple[Clause, set[str]]] = [
        (Ticket.cc.has("ann@x.org"), {"w", "wp", "wn"}),
        (~Ticket.cc.has("ann@x.org"), {"p", "n", "none"}),
        (Ticket.priority == 5, {"p", "wp"}),
        (Ticket.cf["Note"] == "x", {"n", "wn"}),
        (Ticket.cf["Note"] != "x", {"w", "p", "wp", "none"}),
        (Ticket.links.refers_to.has(ids["none"]), {"wn"}),
        (Ticket.links.refers_to.is_null(), {"w", "p", "wp", "n", "none"}),
    ]
    every = set(ids)
    names = {number: name for name, number in ids.items()}
    query = session.query(Incident).where(Ticket.subject == "combined")
    for (one, of_one), (two, of_two) in product(truths, truths):
        both = {names[number] for number in query.where(one & two).ids()}
        either = {names[number] for number in query.where(one | two).ids()}
        neither = {names[number] for number in query.where(~(one | two)).ids()}
        assert (both, either, neither) == (
            of_one & of_two,
            of_one | of_two,
            every - of_one - of_two,
        ), (one, two)


def test_names_that_rt_does_not_know_are_told(session: Session, connect: Any) -> None:
    """RT itself finds nothing by them, without a word."""
    good = session.query(Incident).where(
        Ticket.owner == "alice", Ticket.cc.has("no.body@x.org"), Incident.severity == "high"
    )
    session.check(good)
    bad = session.query(Ticket).where(
        (Ticket.queue == "Incidnts") | (Ticket.queue == "Incidents"),
        Ticket.owner != "alcie",
        Ticket.cc.has("bbo"),
        Ticket.cf["Sevrity"].is_null(),
    )
    with pytest.raises(QueryError) as caught:
        session.check(bad)
    for said in ("queue 'Incidnts'", "user 'alcie'", "user 'bbo'", "custom field 'Sevrity'"):
        assert said in str(caught.value)
    assert "'Incidents'," not in str(caught.value)
    # Who may see no custom fields is not told that there are none.
    reader = connect("reader")
    reader.check(reader.query(Incident).where(Ticket.cf["Sevrity"] == "x"))


def test_no_watchers_or_one_that_is_like_a_text(session: Session) -> None:
    """RT mixes the two up where it is asked for a column of theirs."""
    new = partial(Incident, subject="none or like")
    ids = made(session, ann=new(cc=["ann@x.org"]), bob=new(cc=["bob@y.org"]), none=new())
    query = session.query(Incident).where(Ticket.subject == "none or like")
    for column in (Ticket.cc.like("@x.org"), Ticket.cc.starts_with("ann")):
        for clause in (column | Ticket.cc.is_null(), Ticket.cc.is_null() | column):
            assert query.where(clause).ids() == [ids["ann"], ids["none"]]


def test_a_users_name_may_be_an_address(session: Session) -> None:
    """RT takes it as a watcher, and shows the address of the user; the user is found by both."""
    name = "named@x.org"
    user = session.query(User).where(User.name == name).one_or_none()
    if user is None:
        user = session.add(User(name=name, email_address="real@x.org", privileged=True))
    ticket = session.add(Incident(subject="named by an address"))
    session.commit()
    ticket.cc = [name]
    ticket.save(verify="never")
    wanted: list[Any] = [name, "real@x.org", user]
    for each in wanted:
        query = session.query(Incident).where(Ticket.subject == "named by an address")
        assert query.where(Ticket.cc.has(each)).ids() == [ticket.id]
        assert query.where(~Ticket.cc.has(each)).ids() == []


class Odd(Ticket, queue="Odd"):
    """Tickets of another queue, with a custom field of its own that has the same name."""

    field_owner: CF[str | None] = cf("Owner", default=None)


def test_custom_fields_of_one_name_in_two_queues(session: Session) -> None:
    """Each class asks for its own queue's; RT would find every ticket by a denial."""
    ids = made(
        session,
        one=Incident(subject="one name", field_owner="1"),
        two=Incident(subject="one name", field_owner="2"),
        none=Incident(subject="one name"),
        odd=Odd(subject="one name", field_owner="1"),
    )
    query = session.query(Incident).where(Ticket.subject == "one name")
    column = Incident.field_owner
    for clause in (column != "1", ~(column == "1"), column.not_in(["1"]), column.not_like("1")):
        assert query.where(clause).ids() == [ids["two"], ids["none"]]
    assert query.where(column == "1").ids() == [ids["one"]]
    assert query.where(column.is_null()).ids() == [ids["none"]]
    assert query.where(~column.is_null()).ids() == [ids["one"], ids["two"]]
    assert session.query(Odd).where(Ticket.subject == "one name", column == "1").ids() == [
        ids["odd"]
    ]


def test_long_values_that_rt_keeps_encoded_are_not_compared(session: Session) -> None:
    """RT would find none of them, also where it has them."""
    for long in ("x" * 255 + "é", "日" * 100):
        for clause in (Incident.note == long, Incident.note != long):
            with pytest.raises(QueryError, match="more than 255 bytes encoded"):
                session.query(Incident).where(clause).ids()
    assert session.query(Incident).where(Incident.note == "é" * 127).ids() == []
