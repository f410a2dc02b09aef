"""Recorded replies: `record(path)` writes them from a real server, `replay(path)` gives them back.

Secrets are scrubbed before anything is written. A replay is strict: the same requests with the
same forms, all of them; one that is missing or was never recorded fails. Needs vcrpy
(`pip install "rtorm[testing]"`).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from rtorm.errors import ConfigurationError
from rtorm.rest1.wire.masking import masked

try:
    import vcr  # type: ignore[import-untyped]
    from vcr.request import Request  # type: ignore[import-untyped]
except ImportError as error:
    message = 'rtorm.testing.cassettes needs vcrpy: pip install "rtorm[testing]"'
    raise ConfigurationError(message) from error

__all__ = ["URL", "record", "replay"]

URL = "http://rt.example.com"
"""The address under which recorded servers answer."""

_SCRUBBED = "scrubbed"
_HERE = str(Path(__file__).parent).encode()
_BOUNDARY = re.compile(rb"--[0-9a-f]{32}")
_PASSWORD = re.compile(rb"(?m)^(Password: ).*$")
# Where the recorded server answers in truth.
_LOCAL = re.compile(r"http://127\.0\.0\.1:\d+")
_REST = re.compile(_LOCAL.pattern.encode() + rb"(?=/REST/)")
_KEPT_HEADERS = ("Content-Type", "Date", "Location")
_MATCHED = ("method", "path", "query", "form")


@contextmanager
def record(path: Path) -> Generator[None]:
    """Write what happens in the block to a new recording.

    Args:
        path: The recording, a YAML file; an old one is replaced.
    """
    path.unlink(missing_ok=True)
    with _recorder().use_cassette(str(path), record_mode="all"):
        yield


@contextmanager
def replay(path: Path) -> Generator[None]:
    """Answer what is sent in the block from a recording, without a network.

    Args:
        path: The recording.

    Raises:
        AssertionError: The block ended well and sent less than was recorded.
    """
    with _recorder().use_cassette(str(path), record_mode="none") as cassette:
        yield
        if not cassette.all_played:
            message = f"{path} holds requests that were not sent"
            raise AssertionError(message)


def _recorder() -> Any:
    recorder: Any = vcr.VCR(
        before_record_request=_scrubbed_request,
        before_record_response=_scrubbed_response,
        match_on=_MATCHED,
        decode_compressed_response=True,
    )
    recorder.register_matcher("form", _same_form)
    return recorder


def _scrubbed_request(request: Any) -> Any:
    parts = urlsplit(str(request.uri))
    uri = URL + parts.path + (f"?{parts.query}" if parts.query else "")
    content_type = str(request.headers.get("Content-Type", ""))
    # vcrpy gives a body that is sent by pieces as a file.
    sent = request.body.read() if hasattr(request.body, "read") else request.body
    body, content_type = _scrubbed_body(bytes(sent or b""), content_type)
    return Request(request.method, uri, body, {"Content-Type": content_type} if body else {})


def _scrubbed_body(body: bytes, content_type: str) -> tuple[bytes, str]:
    if content_type.startswith("multipart/"):
        return _BOUNDARY.sub(b"--boundary", body), "multipart/form-data; boundary=boundary"
    if content_type.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        kept = [(key, _SCRUBBED if key == "pass" else masked(value)) for key, value in pairs]
        return urlencode(kept).encode(), content_type
    return body, content_type


def _scrubbed_text(body: bytes) -> bytes:
    """A reply without passwords, and without the folders and addresses of the machine.

    Of a user's form that it refuses, RT repeats all; where it crashes, it names its files. REST 2.0
    tells the address of each thing. What mail says is left as it is, since its size is told, too.
    """
    text = _PASSWORD.sub(rb"\1***", body).replace(_HERE, b"rtorm/testing")
    return _REST.sub(URL.encode(), text)


def _scrubbed_response(response: dict[str, Any]) -> dict[str, Any]:
    headers = {name: response["headers"].get(name) for name in _KEPT_HEADERS}
    headers = {name: values for name, values in headers.items() if values}
    if "Location" in headers:
        headers["Location"] = [_LOCAL.sub(URL, value) for value in headers["Location"]]
    if "Set-Cookie" in response["headers"]:
        headers["Set-Cookie"] = [f"RT_SID_example.80={_SCRUBBED}; path=/; HttpOnly"]
    body = {**response["body"], "string": _scrubbed_text(response["body"]["string"])}
    return {**response, "headers": headers, "body": body}


def _same_form(one: Any, other: Any) -> None:
    assert bytes(one.body or b"") == bytes(other.body or b"")  # noqa: S101 - how vcrpy is told
