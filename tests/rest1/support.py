"""What the tests of RT's replies share."""

from __future__ import annotations

from rtorm.rest1.replies.reply import Reply, read_http

RT4 = "RT/4.4.6+dfsg-1.1+deb12u4"
RT5 = "RT/5.0.3+dfsg-3~deb12u6"

CRASHES = [
    "RT::Ticket::Disabled Unimplemented in HTML::Mason::Commands. (… line 341) \n\nStack:\n  [x]\n",
    "no value sent for required parameter 'query'\n\nStack:\n  [x]\n",
    "Can't use an undefined value as an ARRAY reference at /usr/share/x line 12.\n",
    'Can\'t call method "Name" on an undefined value at /usr/x.pm line 7, <GEN1> line 3.\n',
]


def plain(content: bytes, status: int = 200) -> Reply:
    """A reply of plain text, as it comes over HTTP."""
    return read_http(status, "text/plain; charset=utf-8", "", content)
