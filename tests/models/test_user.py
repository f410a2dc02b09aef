"""Users as records, their passwords above all; no server."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Self

import pytest
from pydantic import (
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rtorm import PartialSaveError, User
from rtorm.gateway import EditReply
from rtorm.orm.declaring.layout import layout_of
from rtorm.orm.loading.shown import fill
from rtorm.orm.outcome import judge_edit
from rtorm.orm.plan import CreatePlan, EditPlan, plans
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
    return plans([user], lambda: NO_CLOCK)[0][0]


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
    told = [*traceback.format_exception(error), str(error), repr(error)]
    if isinstance(error, ValidationError):
        # Not unpickled: Pydantic reads no errors back that have names of a program's own (2.10-2.12).
        told += [repr(error.errors()), error.json(), pickle.dumps(error).decode("latin-1")]
    # `raise … from None` keeps it, and tools that report errors show it.
    if error.__context__ is not None:
        told.append(everything(error.__context__))
    return "".join(told)


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


class Before(User):
    @model_validator(mode="before")
    @classmethod
    def before(cls, given: Any) -> Any:
        raise ValueError("no")


class After(User):
    @model_validator(mode="after")
    def after(self) -> Self:
        raise ValueError("no")


class Around(User):
    @model_validator(mode="wrap")
    @classmethod
    def around(cls, given: Any, _: Any) -> Any:
        raise PydanticCustomError("own", "no", {"given": repr(given)})


class Begun(User):
    def model_post_init(self, context: Any, /) -> None:
        raise ValueError("no")


class Raw(User):
    @field_validator("password", mode="before")
    @classmethod
    def raw(cls, given: Any) -> Any:
        raise ValueError("no")


class Weak(User):
    @field_validator("password")
    @classmethod
    def weak(cls, password: SecretStr) -> SecretStr:
        raise ValueError("no")


class Informed(User):
    @field_validator("password")
    @classmethod
    def informed(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        raise ValueError("no")


class Every(User):
    @field_validator("*", mode="before")
    @classmethod
    def every(cls, given: Any) -> Any:
        raise ValueError("no")


REFUSING = [Before, After, Around, Begun, Raw, Weak, Informed, Every]
Way = Callable[[type[User], Mapping[str, Any]], object]


def in_a_form(cls: type[User], given: Mapping[str, Any]) -> object:
    return create_model("Form", user=(cls, ...)).model_validate({"user": given})


WAYS: dict[str, Way] = {
    "constructor": lambda cls, given: cls(**given),
    "dict": lambda cls, given: cls.model_validate(given),
    "JSON": lambda cls, given: cls.model_validate_json(json.dumps(given)),
    "texts": lambda cls, given: cls.model_validate_strings(given),
    "adapter": lambda cls, given: TypeAdapter[Any](cls).validate_python(given),
    "adapter of JSON": lambda cls, given: TypeAdapter[Any](cls).validate_json(json.dumps(given)),
    "form": in_a_form,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("cls", REFUSING)
def test_no_error_of_a_validator_tells_the_password(cls: type[User], way: Way) -> None:
    """Pydantic's errors hold what each validator was given, which may be all of the user."""
    with pytest.raises(ValidationError, match="no") as caught:
        way(cls, {"name": "x", "password": SECRET})
    assert SECRET not in everything(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"id": 1},
        {"pasword": SECRET},
        {"nick_name": "n" * 17},
        {"disabled": SECRET},
        {"name": SECRET * 60},
        {"password": [SECRET]},
    ],
)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_error_of_any_field_tells_nothing_that_was_given(
    way: Way, given: Mapping[str, Any]
) -> None:
    """A password may stand under a misspelt or mistaken name."""
    with pytest.raises(ValidationError) as caught:
        way(User, {"name": "x", "password": SECRET, **given})
    assert SECRET not in everything(caught.value)


@pytest.mark.parametrize("text", [f'{{"password": "{SECRET}"', f'"{SECRET}"'])
def test_broken_json_is_not_told(text: str) -> None:
    """It holds the password, too."""
    with pytest.raises(ValidationError) as caught:
        User.model_validate_json(text)
    assert SECRET not in everything(caught.value)


@pytest.mark.parametrize("cls", [Raw, Weak, Informed, Every])
def test_an_assigned_password_is_not_told(cls: type[User]) -> None:
    """Neither by an assignment nor by a copy with another one."""
    user = loaded(cls)
    with pytest.raises(ValidationError, match="no") as assigned:
        put(user, password=SECRET)
    with pytest.raises(ValidationError, match="no") as copied:
        user.model_copy(update={"password": SECRET})
    for caught in (assigned, copied):
        [row] = caught.value.errors()
        assert (row["loc"], row["type"]) == (("password",), "value_error")
        assert SECRET not in everything(caught.value)


def test_a_password_comes_from_json_too() -> None:
    """A user is read from JSON as from anything else."""
    user = User.model_validate_json(json.dumps({"name": "x", "password": SECRET}))
    assert user.password == SecretStr(SECRET)
    assert planned(user).fields["Password"] == SECRET
    assert SECRET not in told_by(user)
    [other] = TypeAdapter(list[User]).validate_json(f'[{{"password": "{SECRET}"}}]')
    assert other.changes["password"].new == SecretStr(SECRET)


def test_other_schemas_know_the_class_by_its_name() -> None:
    """What hides the password does not hide the class."""
    form = create_model("Form", user=(User, ...)).model_json_schema()
    assert form["properties"]["user"] == {"$ref": "#/$defs/User"}
    password = form["$defs"]["User"]["properties"]["password"]
    assert (password["format"], password["writeOnly"]) == ("password", True)


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


class Longer(User):
    @field_validator("password")
    @classmethod
    def longer(cls, password: SecretStr) -> SecretStr:
        return SecretStr(password.get_secret_value())


@pytest.mark.parametrize("cls", [User, Longer])
def test_results_and_errors_are_pickled_without_the_password(cls: type[User]) -> None:
    """They tell what was saved; a secret in them hides itself, also one that a validator made."""
    user = loaded(cls)
    put(user, password=SecretStr(SECRET))
    error = PartialSaveError(user, {"name": ["Name in use"]}, user.changes)
    assert SECRET.encode() not in pickle.dumps(error)
    assert user.changes["password"].new.get_secret_value() == SECRET
