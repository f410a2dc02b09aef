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

# kadmin.local is in krb5-admin-server; Apache itself, without Debian's sites, is in apache2-bin.
_LAB = (
    "krb5-kdc",
    "krb5-admin-server",
    "krb5-user",
    "apache2-bin",
    "libapache2-mod-auth-gssapi",
    "libapache2-mod-fcgid",
    "libfcgi-perl",
    "openssl",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """One installed Request Tracker.

    Attributes:
        major: 4 or 5.
        package_version: RT's version with Debian's suffix, such as "5.0.3+dfsg-3~deb12u6".
        rt_server: RT's PSGI file.
        setup_database: RT's program that makes a database.
        rt_fcgi: RT's FastCGI program.
    """

    major: Major
    package_version: str
    rt_server: Path
    setup_database: Path
    rt_fcgi: Path


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


def lab_package_names(major: Major) -> tuple[str, ...]:
    """Names the Debian packages that an `AuthLab` with this version needs."""
    return *package_names(major), *_LAB


def missing_packages(major: Major, *, lab: bool = False) -> list[str]:
    """Names those of the needed packages that are not installed.

    Args:
        major: RT's version.
        lab: Whether an `AuthLab` is wanted, too.
    """
    # dpkg itself takes 20 ms to tell. Of a package that was removed it keeps the .list only.
    registry = ROOT / "var/lib/dpkg/info"
    names = lab_package_names(major) if lab else package_names(major)
    return [name for name in names if not (registry / f"{name}.md5sums").exists()]


def find(major: Major, *, lab: bool = False) -> Installation:
    """Finds the installed Request Tracker.

    Args:
        major: Its version.
        lab: Whether what an `AuthLab` needs must be there, too.

    Raises:
        NotInstalledError: A package is missing.
    """
    if missing := missing_packages(major, lab=lab):
        raise NotInstalledError(_advice(major, missing, lab=lab))
    share = ROOT / f"usr/share/request-tracker{major}"
    return Installation(
        major=major,
        package_version=_version_in(share / "lib/RT/Generated.pm"),
        rt_server=share / "libexec/rt-server",
        setup_database=ROOT / f"usr/sbin/rt-setup-database-{major}",
        rt_fcgi=share / "libexec/rt-server.fcgi",
    )


def _version_in(generated: Path) -> str:
    found = re.search(r"^our \$VERSION = '([^']+)'", generated.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise NotInstalledError(f"{generated} does not tell the version of RT")
    return found[1]


def _advice(major: Major, missing: list[str], *, lab: bool) -> str:
    what, option = ("An AuthLab with", " --auth-lab") if lab else ("", "")
    names = lab_package_names(major) if lab else package_names(major)
    return (
        f"{what} Request Tracker {major} needs Debian's packages; missing: ".lstrip()
        + f"{', '.join(missing)}. "
        f"Install them with\n    python -m rtorm.testing install --version {major}{option}\nor\n"
        f"    apt-get install --no-install-recommends {' '.join(names)}"
    )
