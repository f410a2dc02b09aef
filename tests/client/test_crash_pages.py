"""RT's page of a crash before REST 1.0 has begun is no page of another site."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtorm import Client, ProtocolError
from rtorm.testing import RequestTracker
from tests.serving import VERSIONS
from tests.support import installed

QUERY = {"query": "id > 0", "format": "i"}


@pytest.mark.real_rt
@pytest.mark.parametrize("version", VERSIONS)
def test_a_page_that_cannot_be_compiled(version: int) -> None:
    """The error says that RT crashed, sends nobody to another URL, and is over when that is."""
    if not installed(version):
        pytest.skip("not installed")
    with (
        RequestTracker(version, workers=1) as rt,
        Client(rt.url, auth=rt.admin, retries=0) as client,
    ):
        in_the_way = compiled(rt) / "search" / "dhandler.obj"
        in_the_way.mkdir(parents=True)
        with pytest.raises(ProtocolError, match="RT crashed, and only its log says why") as caught:
            client.get("search/ticket", QUERY)
        assert "HTML page" not in str(caught.value)
        in_the_way.rmdir()
        assert client.get("search/ticket", QUERY).status == 200


def compiled(rt: RequestTracker) -> Path:
    """Where the server keeps what it has compiled of REST 1.0."""
    [folder] = (rt.directory / "mason" / "obj").glob("*/standard/REST/1.0")
    return folder
