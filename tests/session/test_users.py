"""Users on a real server."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from pydantic import SecretStr

import rtorm
from rtorm import (
    CommitError,
    ForbiddenError,
    NotFound,
    PartialSaveError,
    PermissionDenied,
    RejectedError,
    Session,
    User,
)
from tests.support import Server, Wire

Connect = Callable[..., Session]

EVERYTHING = {
    "email_address": "full@example.com",
    "real_name": "Fully, Quite",
    "nick_name": "nick",
    "gecos": "gecos",
    "organization": "Größe & Söhne",
    "address1": "1 Road",
    "address2": "Door 2",
    "city": "Roma",
    "state": "RM",
    "zip": "00100",
    "country": "Italia",
    "home_phone": "+39 06 1",
    "work_phone": "+39 06 2",
    "mobile_phone": "+39 06 3",
    "pager_phone": "+39 06 4",
    "contact_info": "ring\n\n  twice",
    "comments": "a: b\n--\n# c",
    "signature": "-- \nFully",
    "lang": "en",
    "privileged": True,
}


def made(session: Session, name: str, **fields: object) -> User:
    user = session.add(User(name=name, **fields))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    session.commit()
    return user


def test_a_user_is_found_by_id_name_and_address(session: Session) -> None:
    """In any letter case, and it is the same record."""
    user = session.get(User, "ALICE")
    assert (user.name, user.real_name, user.privileged) == ("alice", "Alice", True)
    assert (user.organization, user.contact_info) == ("", "")
    assert session.get(User, user.id) is user
    assert session.get(User, "Alice@Example.com") is user


def test_a_user_is_found_by_a_name_that_is_another_address(session: Session) -> None:
    """RT takes every name with an "@" for an address."""
    user = made(session, "corp@sso.example", email_address="person@example.com")
    assert session.get(User, "corp@sso.example") is user
    assert session.get(User, "person@example.com") is user


def test_a_name_of_digits_is_found_by_a_query(session: Session) -> None:
    """Digits are an id, for RT, too."""
    user = made(session, "20231234")
    with pytest.raises(NotFound):
        session.get(User, "20231234")
    assert session.query(User).where(User.name == "20231234").one() is user


def test_a_new_user_takes_all_fields(session: Session, connect: Connect) -> None:
    """And shows them again, to the byte."""
    user = made(session, "full", **EVERYTHING)
    seen = connect().get(User, user.id)
    assert {name: getattr(seen, name) for name in EVERYTHING} == EVERYTHING
    assert not seen.disabled


def test_a_new_user_without_a_name_is_called_as_the_address(session: Session) -> None:
    """RT's own rule; the name loads when it is read."""
    user = session.add(User(email_address="nameless@example.com"))
    session.commit()
    assert user.name == "nameless@example.com"
    assert user.privileged is False


def test_a_change_is_one_request(session: Session, wire: Wire, connect: Connect) -> None:
    """What has changed and nothing else, contact info by the name that RT takes."""
    user = made(session, "changing", privileged=True)
    user.refresh()
    wire.clear()
    user.contact_info, user.privileged, user.city = "x", False, "Roma"
    user.save()
    [write] = wire.writes
    assert write.forms == [
        {"id": f"user/{user.id}", "FreeformContactInfo": "x", "Privileged": "0", "City": "Roma"}
    ]
    seen = connect().get(User, "changing")
    assert (seen.contact_info, seen.privileged, seen.city) == ("x", False, "Roma")


def test_what_rt_refuses_is_told_by_attribute(session: Session) -> None:
    """The rest of the form is applied."""
    user = made(session, "partly")
    user.name, user.email_address, user.city = "alice", "bob@example.com", "Roma"
    user.password = SecretStr("abc")
    with pytest.raises(PartialSaveError) as caught:
        user.save()
    assert caught.value.errors == {
        "name": ["Name in use"],
        "email_address": ["Email address in use"],
        "password": ["Password needs to be at least 5 characters long"],
    }
    assert list(caught.value.applied) == ["city"]
    assert "abc" not in str(caught.value)
    user.email_address = "no address"
    user.discard("name", "password")
    with pytest.raises(RejectedError, match="email_address: Invalid syntax for email address"):
        user.save()


@pytest.mark.live
def test_a_password_is_set(session: Session, rt: Server) -> None:
    """The user logs in with it; saved, it is forgotten, so that it can be set again."""
    user = made(session, "pass", password=SecretStr("first secret"), privileged=True)
    for secret in ("second: secret, #2", "second: secret, #2", " third é "):
        user.password = SecretStr(secret)
        assert user.save().outcome == "updated"
        assert user.password is None
        with rtorm.connect(rt.url, auth=("pass", secret)) as other:
            assert other.get(User, "pass").name == "pass"


def test_a_password_is_not_logged(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    """Neither what is sent nor what RT sends back."""
    caplog.set_level(logging.DEBUG, logger="rtorm.wire")
    user = made(session, "unlogged", password=SecretStr("hush hush"))
    user.password = SecretStr("hus")
    with pytest.raises(RejectedError):
        user.save()
    assert "hush hush" not in caplog.text
    assert "Password: ***" in caplog.text
    assert "hus\n" not in caplog.text


def test_a_user_that_rt_does_not_make_stays_new(session: Session) -> None:
    """RT gives no reason."""
    user = session.add(User(name="alice"))
    with pytest.raises(CommitError, match="RT refused it without a reason"):
        session.commit()
    assert user.id is None
    session.rollback()


def test_a_disabled_user_answers_to_the_id_only(session: Session, connect: Connect) -> None:
    """And is found by a query that asks for it."""
    user = made(session, "off", disabled=True)
    other = connect()
    with pytest.raises(NotFound, match="No user named off exists"):
        other.get(User, "off")
    assert other.query(User).where(User.name == "off").all() == []
    found = other.query(User).where(User.name == "off", User.disabled == True).one()  # noqa: E712
    assert found.id == user.id
    found.disabled = False
    found.save()
    assert other.get(User, "off") is found


def test_false_over_false_is_no_refusal(session: Session) -> None:
    """RT calls it one: "That user is already unprivileged"."""
    user = made(session, "never privileged")
    assert session.edit(User, user.id, privileged=False, city="Roma").outcome == "updated"


def test_others_see_the_public_side_of_a_user(session: Session, connect: Connect) -> None:
    """RT shows them the rest as if it were empty, and lets them change nothing."""
    made(session, "public", **(EVERYTHING | {"email_address": "public@example.com"}))
    seen = connect("stranger").get(User, "public")
    assert (seen.name, seen.real_name, seen.city) == ("public", "Fully, Quite", "Roma")
    assert (seen.comments, seen.contact_info, seen.home_phone, seen.zip) == ("", "", "", "")
    seen.real_name = "Other"
    with pytest.raises(ForbiddenError, match="real_name: Permission Denied"):
        seen.save()


def test_only_administrators_search_users(connect: Connect) -> None:
    """RT refuses others; the error names the right."""
    with pytest.raises(PermissionDenied, match="AdminUsers"):
        connect("alice").query(User).where(User.name == "bob").all()


def test_users_are_queried(session: Session) -> None:
    """By whatever is shown of them; unprivileged ones, too, RT's own ones never."""
    query = session.query(User)
    staff = query.where(User.privileged == True, User.email_address.like("@example.com"))  # noqa: E712
    assert [user.name for user in staff.order_by(User.name.asc())][:2] == ["alice", "bob"]
    assert query.where(User.name == "selfie").one().privileged is False
    assert query.where(User.lang == "fr").one().name == "french"
    assert query.where(User.name.in_(["Nobody", "RT_System", "root"])).one().name == "root"
    assert query.where(User.real_name.is_null(), User.name == "alice").all() == []
