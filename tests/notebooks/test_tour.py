"""The notebook of the documentation shows what it says."""

from __future__ import annotations

import pytest

from tests.notebooks.tour import executed, outputs, read
from tests.support import installed


@pytest.mark.live
@pytest.mark.real_rt
@pytest.mark.skipif(not installed(5), reason="not installed")
def test_the_notebook_shows_what_it_shows_today() -> None:
    """`docs/notebooks/tour.ipynb` is as `python -m tests.notebooks.page` writes it."""
    assert outputs(executed()) == outputs(read())
