"""Where settings come from when a program gives none: the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from rtorm.auth import Auth, Password, Token
from rtorm.errors import ConfigurationError

__all__ = ["Settings", "from_environment"]


@dataclass(frozen=True, slots=True)
class Settings:
    """A server and a login."""

    url: str
    auth: Auth


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `RTSERVER` and either `RTTOKEN` or `RTUSER` and `RTPASSWD`.

    Raises:
        ConfigurationError: One of them is missing.
    """
    url = environment.get("RTSERVER", "")
    if not url:
        message = "no server given: pass its URL to connect(), or set RTSERVER"
        raise ConfigurationError(message)
    return Settings(url, login_from_environment(environment))


def login_from_environment(environment: Mapping[str, str] = os.environ) -> Auth:
    """Read `RTTOKEN`, or `RTUSER` and `RTPASSWD`.

    Raises:
        ConfigurationError: Neither is there.
    """
    if token := environment.get("RTTOKEN"):
        return Token(token)
    user, password = environment.get("RTUSER"), environment.get("RTPASSWD")
    if not user or not password:
        message = "no login given: pass auth= to connect(), or set RTUSER and RTPASSWD, or RTTOKEN"
        raise ConfigurationError(message)
    return Password(user, password)
