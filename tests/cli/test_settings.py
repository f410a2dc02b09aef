"""Options, the environment and `.rtrc`, the one before the other."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest

from rtorm import ConfigurationError, ExposedPasswordWarning
from rtorm.auth import Basic, Password, Token
from rtorm.cli.opening import configuration_of
from rtorm.cli.settings import LoginKind, Settings, merged
from rtorm.cli.wording import WORDS, in_options
from rtorm.config import Configuration
from rtorm.rtrc import Setting

ENVIRONMENT = {"RTSERVER": "https://rt.example.com", "RTUSER": "ann", "RTPASSWD": "secret"}


def configuration(**given: str) -> Configuration:
    settings = {name: Setting(value, f"--{name}") for name, value in given.items()}
    return Configuration(ENVIRONMENT | {"RTCONFIG": os.devnull}, settings)


def test_options_behind_the_command_go_first() -> None:
    """Those before it count where the others say nothing."""
    before = Settings(server="a", user="ann", verbose=1)
    assert merged(before, Settings(server="b")) == Settings(server="b", user="ann", verbose=1)
    assert merged(Settings(timeout=5.0, verbose=1), Settings(timeout=0.0, verbose=1)) == Settings(
        timeout=0.0, verbose=2
    )
    assert merged(None, Settings(server="b")) == Settings(server="b")


def test_an_option_goes_before_the_environment() -> None:
    """And says so where a setting comes from."""
    found = configuration(server="https://other.example.com")
    assert (found.url(), found.source("server")) == ("https://other.example.com", "--server")
    assert found.source("user") == "RTUSER"
    assert found.source("token") == ""


def test_a_password_is_that_of_its_user() -> None:
    """One that is set beside another user is not sent in the name of a user that was given."""
    assert configuration().login() == Password("ann", "secret")
    assert configuration(user="ann").login() == Password("ann", "secret")
    with pytest.raises(ConfigurationError, match="that of RTPASSWD is for ann"):
        configuration(user="bob").login()
    assert configuration(user="bob").login(lambda user: f"of {user}") == Password("bob", "of bob")


def test_a_user_that_is_given_goes_before_a_token_that_is_set() -> None:
    """Whoever says as whom to log in does not mean the token's user."""
    environment = ENVIRONMENT | {"RTTOKEN": "1-2-abc", "RTCONFIG": os.devnull}
    assert isinstance(Configuration(environment).login(), Token)
    user = {"user": Setting("ann", "--user")}
    assert Configuration(environment, user).login() == Password("ann", "secret")
    basic = {"auth": Setting("basic", "--auth")}
    assert Configuration(environment, basic).login() == Basic("ann", "secret")


def test_nobody_is_asked_where_a_password_is_set() -> None:
    """The prompt is for what is missing."""

    def ask(user: str) -> str:
        raise AssertionError(user)

    assert configuration().login(ask) == Password("ann", "secret")


@pytest.mark.parametrize("environment", [{}, {"RTTOKEN": ""}])
def test_no_token(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says where one may stand."""
    monkeypatch.delenv("RTTOKEN", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="--token-file FILE"):
        configuration_of(Settings(auth=LoginKind.TOKEN))


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
def test_a_file_of_a_token(tmp_path: Path) -> None:
    """It is read without its line end; one that others may read is told of."""
    file = tmp_path / "token"
    file.write_text("1-2-abc\n")
    file.chmod(0o644)
    with pytest.warns(ExposedPasswordWarning, match="chmod 600"):
        configuration_of(Settings(token_file=file))
    file.chmod(0o600)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = configuration_of(Settings(token_file=file)).login()
    assert isinstance(found, Token)
    assert found.token == "1-2-abc"


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
def test_a_file_of_a_token_from_windows(tmp_path: Path) -> None:
    """A mark before it is none of it, and what is no text is told with the file's name."""
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_bytes(b"\xef\xbb\xbf1-2-abc\r\n")
    found = configuration_of(Settings(token_file=file)).login()
    assert isinstance(found, Token)
    assert found.token == "1-2-abc"
    file.write_bytes(b"\xff\xfe1\x00")
    with pytest.raises(ConfigurationError, match=f"{file} holds no token"):
        configuration_of(Settings(token_file=file))


def test_the_words_are_the_librarys(root: Path) -> None:
    """What is said in other words here is said there."""
    there = "\n".join(
        re.sub(r'"\s*\n\s*f?"', "", path.read_text("utf-8"))
        for path in (root / "rtorm").rglob("*.py")
        if "cli" not in path.parts
    )
    assert [words for words in WORDS if words not in there] == []
    assert "connect()" not in in_options("no login given: x; pass auth= to connect(), set RTUSER")
