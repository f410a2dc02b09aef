"""Users as records, their passwords above all; no server."""

from __future__ import annotations

import copy
import pickle
import traceback
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError, model_validator

from rtorm import PartialSaveError, User
from rtorm.gateway import EditReply
from rtorm.orm.layout import layout_of
from rtorm.orm.loading import fill
from rtorm.orm.outcome import judge_edit
from rtorm.orm.plan import CreatePlan, EditPlan, plan
from rtorm.orm.state import state_of
from rtorm.rest1.clock import Clock
from tests.orm.doubles import loaded, make, put

NO_CLOCK = Clock(None, exact=False)
SECRET = "hunter2: #"


def shown(**fields: str) -> User:
    """A user as RT shows it."""
    user = loaded(User)
    fill(user, fields, NO_CLOCK)
    return user


def planned(user: User) -> Any:
    return plan(user, lambda: NO_CLOCK)


def test_what_rt_shows_is_read() -> None:
    """RT shows contact info by another name, and who is not privileged by nothing."""
    user = shown(
        Name="alice",
        Password="********",
        EmailAddress="alice@example.com",
        ContactInfo="a\n\nb",
        Privileged="",
        Disabled="0",
    )
    assert (user.name, user.email_address) == ("alice", "alice@example.com")
    assert user.contact_info == "a\n\nb"
    assert (user.privileged, user.disabled) == (False, False)
    assert user.password is None
    assert not user.is_dirty


def test_a_user_shows_itself_by_its_name() -> None:
    """The name alone."""
    assert repr(loaded(User, name="alice", password=SECRET)) == "<User 1 'alice'>"
    assert repr(User(name="bob")) == "<User new 'bob'*>"


def test_contact_info_is_written_by_the_name_that_errors_use() -> None:
    """RT takes two names for it, and calls it by one of them when it refuses it."""
    user = shown(ContactInfo="a")
    user.contact_info = "b"
    [form] = planned(user).forms
    assert form.edit.fields == {"FreeformContactInfo": "b"}
    reply = EditReply(errors={"FreeformContactInfo": ["Permission Denied"]})
    assert judge_edit(planned(user), [reply]).errors == {"contact_info": ["Permission Denied"]}


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", "", "must not be empty"),
        ("email_address", "x" * 121, "121 bytes"),
        ("real_name", "ü" * 61, "122 bytes"),
        ("nick_name", "n" * 17, "17 bytes"),
        ("gecos", "g" * 17, "17 bytes"),
        ("city", "c" * 101, "101 bytes"),
        ("zip", "z" * 17, "17 bytes"),
        ("country", "c" * 51, "51 bytes"),
        ("mobile_phone", "1" * 31, "31 bytes"),
        ("address1", "a\nb", "one line"),
        ("comments", "a\0b", r"U\+0000"),
        ("lang", "l" * 17, "17 bytes"),
    ],
)
def test_what_rt_would_cut_is_refused_first(field: str, value: str, why: str) -> None:
    """RT cuts longer texts in silence."""
    with pytest.raises(ValidationError, match=why):
        put(loaded(User, **{field: None}), **{field: value})


def test_a_name_may_be_of_digits() -> None:
    """RT has such users, unlike queues and groups."""
    assert make(User, name="12345").name == "12345"


def told_by(user: User) -> str:
    """Everything that may end up on a screen or in a file."""
    return "\n".join(
        [
            repr(user),
            repr(user.changes),
            repr(user.model_dump()),
            user.model_dump_json(),
            repr(list(user.__repr_args__())),
            repr(state_of(user).portable()),
            repr(pickle.dumps(user)),
            repr(copy.copy(user).changes),
            repr(copy.deepcopy(user).changes),
            repr(user.model_copy().changes),
        ]
    )


def test_a_password_is_written_and_never_told() -> None:
    """It goes to RT, and into no repr, dump, pickle or copy."""
    user = shown(Name="alice")
    user.password = SecretStr(SECRET)
    assert "password" in user.changes
    assert planned(user).forms[0].edit.fields == {"Password": SECRET}
    assert SECRET not in told_by(user)
    new = User(name="bob", password=SecretStr(SECRET))
    made = planned(new)
    assert isinstance(made, CreatePlan)
    assert made.fields["Password"] == SECRET
    assert SECRET not in told_by(new)


def test_a_plain_text_becomes_a_secret() -> None:
    """From there on it hides itself."""
    user = loaded(User)
    put(user, password=SECRET)
    assert user.password == SecretStr(SECRET)
    assert SECRET not in told_by(user)


def everything(error: BaseException) -> str:
    details = error.errors() if isinstance(error, ValidationError) else []
    return "".join(traceback.format_exception(error)) + repr(details)


@pytest.mark.parametrize(
    "value", [f"{SECRET}\n", "*" * 9, "", f"{SECRET}\ufdd0", 8_675_309, [SECRET], None]
)
def test_a_refused_password_is_not_told(value: Any) -> None:
    """RT ignores asterisks and changes odd characters; the error says so and not of what."""
    user = loaded(User)
    with pytest.raises(ValidationError) as assigned:
        put(user, password=value)
    with pytest.raises(ValidationError) as given:
        make(User, name="x", password=value)
    for caught in (assigned, given):
        assert SECRET not in everything(caught.value)
        assert "8675309" not in everything(caught.value)


def test_an_error_of_another_field_does_not_tell_the_password() -> None:
    """The constructor's error may show all that was given."""
    with pytest.raises(ValidationError) as caught:
        make(User, password=SECRET, nick_name="n" * 17, nope=1)
    assert SECRET not in everything(caught.value)

    class Strict(User):
        @model_validator(mode="before")
        @classmethod
        def refuse(cls, given: Any) -> Any:
            message = "no"
            raise ValueError(message)

    with pytest.raises(ValidationError) as refused:
        make(Strict, name="x", password=SECRET)
    assert SECRET not in str(refused.value)


def test_a_refused_password_is_an_error_of_its_attribute() -> None:
    """RT tells it in lower case."""
    user = loaded(User)
    put(user, password=SECRET)
    made = planned(user)
    assert isinstance(made, EditPlan)
    said = "Password needs to be at least 5 characters long"
    verdict = judge_edit(made, [EditReply(errors={"Password": [said]})])
    assert verdict.errors == {"password": [said]}
    assert layout_of(User).at_wire("Password") is None


def test_results_and_errors_are_pickled_without_the_password() -> None:
    """They tell what was saved; a secret in them hides itself."""
    user = loaded(User)
    put(user, password=SecretStr(SECRET))
    error = PartialSaveError(user, {"name": ["Name in use"]}, user.changes)
    assert SECRET.encode() not in pickle.dumps(error)
    assert user.changes["password"].new.get_secret_value() == SECRET
