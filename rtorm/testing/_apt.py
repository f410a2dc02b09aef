"""Installs Debian's packages of Request Tracker."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from rtorm.testing._progress import Progress

POLICY = "/usr/sbin/policy-rc.d"

# One script, so that one sudo is enough. Packages ask policy-rc.d before they start a service, and
# 101 forbids it.
_SCRIPT = r"""
policy=$1; shift
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
options='-q -o APT::Status-Fd=1 -o DPkg::Lock::Timeout=300'
apt-get $options update
apt-get $options install -y --no-install-recommends "$@"
"""

# What apt writes to APT::Status-Fd, such as "pmstatus:starman:50.0:Unpacking starman (amd64)".
_STATUS = re.compile(r"(?:dl|pm)(?:status|error):[^:]*:[\d.]*:(.*)")


class CannotInstallError(RuntimeError):
    """Nothing was tried: this machine has no apt-get, or we may not use it."""


class InstallFailedError(RuntimeError):
    """apt-get failed; the message ends with its output."""


def install(packages: Sequence[str]) -> None:
    """Installs packages through apt-get, without starting their services.

    Args:
        packages: Names of Debian packages.

    Raises:
        CannotInstallError: There is no apt-get, or we are neither root nor allowed to use sudo.
        InstallFailedError: apt-get failed.
    """
    if shutil.which("apt-get") is None:
        raise CannotInstallError("there is no apt-get here; only Debian's packages are supported")
    command = [*_as_root(), "/bin/sh", "-c", _SCRIPT, "sh", POLICY, *packages]
    with Progress(f"Installing {', '.join(packages)}") as progress:
        output, status = _followed(command, progress)
    if status:
        raise InstallFailedError(f"apt-get failed with status {status}:\n{''.join(output[-30:])}")


def _as_root() -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise CannotInstallError("this needs root: run it as root, or install sudo")
    if _silently(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    # Asked for beforehand: sudo's prompt and the progress line would overwrite each other.
    if os.isatty(0) and subprocess.run(["sudo", "-v"], check=False).returncode == 0:  # noqa: S607
        return ["sudo"]
    raise CannotInstallError("this needs root, and sudo does not let us; run it as root")


def _silently(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    done = subprocess.run(  # noqa: S603
        command, stdin=quiet, stdout=quiet, stderr=quiet, check=False
    )
    return done.returncode == 0


def _followed(command: list[str], progress: Progress) -> tuple[list[str], int]:
    """Runs the command; gives its output without apt's status lines, and its exit status."""
    output: list[str] = []
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            if step := _STATUS.match(line):
                progress.step = step[1].strip()
            else:
                output.append(line)
    return output, process.returncode
