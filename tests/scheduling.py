"""How two processes share the suite: a file's tests with one version of RT stay together.

Each process then starts each version once, and what a file prepares it prepares once.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from xdist.scheduler import (  # type: ignore[import-untyped]
    LoadScopeScheduling,  # pyright: ignore[reportMissingTypeStubs]
)

__all__ = ["ByFileAndVersion"]

# Folders whose tests stay together: a lab is more than a server, and jedi keeps one cache for all.
_WHOLE = ("auth_lab", "editors")


class ByFileAndVersion(LoadScopeScheduling):  # type: ignore[misc]
    """Gives out the tests of a file with RT 4.4, those with RT 5.0, those without a server."""

    def _split_scope(self, nodeid: str) -> str:
        path, _, name = nodeid.partition("::")
        file = PurePosixPath(path)
        version = re.search(r"\brt[45]\b", name)
        place = file.parent if file.parent.name in _WHOLE else file
        return f"{place} {version.group() if version else 'alone'}"
