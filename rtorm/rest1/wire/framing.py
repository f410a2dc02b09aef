"""Where a reply ends, as far as HTTP tells."""

from __future__ import annotations

import requests

__all__ = ["end_is_told", "head_is_whole", "is_cut"]

_HTTP_1_1 = 11


def end_is_told(response: requests.Response) -> bool:
    """Whether a cut in the body would be noticed.

    Its length is told, or it comes in chunks; compressed, it may have been cut before that.
    """
    return _is_framed(response) and "Content-Encoding" not in response.headers


def head_is_whole(response: requests.Response) -> bool:
    """Whether no header of a reply without a body is missing; http.client does not notice a cut.

    HTTP/1.1 tells where the body ends, or that the connection ends with it.
    """
    if _is_framed(response) or response.raw.version != _HTTP_1_1:
        return True
    return "close" in response.headers.get("Connection", "").lower()


def is_cut(response: requests.Response) -> bool:
    """Whether a reply of RT ends in the middle of a line, where HTTP does not tell its end."""
    content = response.content
    return bool(content) and not content.endswith(b"\n") and not _is_framed(response)


def _is_framed(response: requests.Response) -> bool:
    headers = response.headers
    chunked = "chunked" in headers.get("Transfer-Encoding", "").lower()
    return chunked or "Content-Length" in headers
