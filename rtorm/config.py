"""Where settings come from when a program gives none: the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from rtorm.auth import Auth, Password, Token
from rtorm.errors import ConfigurationError

__all__ = ["login_from_environment", "url_from_environment"]


def url_from_environment(environment: Mapping[str, str] = os.environ) -> str:
    """Read `RTSERVER`.

    Raises:
        ConfigurationError: It is missing.
    """
    if url := environment.get("RTSERVER"):
        return url
    message = "no server given: pass its URL to connect(), or set RTSERVER in the environment"
    raise ConfigurationError(message)


def login_from_environment(environment: Mapping[str, str] = os.environ) -> Auth:
    """Read `RTTOKEN`, or `RTUSER` and `RTPASSWD`; a token goes before a password.

    Raises:
        ConfigurationError: Neither is there.
    """
    if token := environment.get("RTTOKEN"):
        return Token(token)
    user, password = environment.get("RTUSER"), environment.get("RTPASSWD")
    if user and password:
        return Password(user, password)
    if user or password:
        given, missing = ("RTUSER", "RTPASSWD") if user else ("RTPASSWD", "RTUSER")
        message = f"{given} is set in the environment, but {missing} is not: set both"
    else:
        message = (
            "no login given: pass auth= to connect(), or set in the environment RTUSER and "
            "RTPASSWD, or RTTOKEN"
        )
    raise ConfigurationError(message)
