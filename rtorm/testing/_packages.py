"""Finds Request Tracker where Debian's packages put it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rtorm.testing._errors import NotInstalledError

Major = Literal[4, 5]

ROOT = Path("/")
_MAJORS: dict[str, Major] = {"4": 4, "4.4": 4, "5": 5, "5.0": 5}
VERSIONS = tuple(_MAJORS)


@dataclass(frozen=True, slots=True)
class Installation:
    """One installed Request Tracker.

    Attributes:
        major: 4 or 5.
        package_version: RT's version with Debian's suffix, such as "5.0.3+dfsg-3~deb12u6".
        rt_server: RT's PSGI file.
        setup_database: RT's program that makes a database.
    """

    major: Major
    package_version: str
    rt_server: Path
    setup_database: Path


def major_of(version: int | str) -> Major:
    """Gives the major version meant by 4, 5, "4.4" or "5.0".

    Raises:
        ValueError: No such version can be started.
    """
    try:
        return _MAJORS[str(version)]
    except KeyError:
        raise ValueError(f"version must be one of {', '.join(VERSIONS)}, not {version!r}") from None


def package_names(major: Major) -> tuple[str, ...]:
    """Names the Debian packages that a server of this version needs."""
    return f"request-tracker{major}", f"rt{major}-db-sqlite", f"rt{major}-standalone", "starman"


def missing_packages(major: Major) -> list[str]:
    """Names those of the needed packages that are not installed."""
    # dpkg itself takes 20 ms to tell. Of a package that was removed it keeps the .list only.
    registry = ROOT / "var/lib/dpkg/info"
    return [name for name in package_names(major) if not (registry / f"{name}.md5sums").exists()]


def find(major: Major) -> Installation:
    """Finds the installed Request Tracker.

    Raises:
        NotInstalledError: A package is missing.
    """
    if missing := missing_packages(major):
        raise NotInstalledError(_advice(major, missing))
    share = ROOT / f"usr/share/request-tracker{major}"
    return Installation(
        major=major,
        package_version=_version_in(share / "lib/RT/Generated.pm"),
        rt_server=share / "libexec/rt-server",
        setup_database=ROOT / f"usr/sbin/rt-setup-database-{major}",
    )


def _version_in(generated: Path) -> str:
    found = re.search(r"^our \$VERSION = '([^']+)'", generated.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise NotInstalledError(f"{generated} does not tell the version of RT")
    return found[1]


def _advice(major: Major, missing: list[str]) -> str:
    return (
        f"Request Tracker {major} needs Debian's packages; missing: {', '.join(missing)}. "
        f"Install them with\n    python -m rtorm.testing install --version {major}\nor\n"
        f"    apt-get install --no-install-recommends {' '.join(package_names(major))}"
    )
