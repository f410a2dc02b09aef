"""Writes the RT_SiteConfig.pm of a throwaway server."""

from dataclasses import dataclass
from pathlib import Path

from rtorm.testing._perl import literal

_DIRECTORIES = ("mason", "sessions", "tmp")
DATABASE = "rt.sqlite"
_FILE = "RT_SiteConfig.pm"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chooses of RT's configuration.

    Attributes:
        time_zone: IANA name; the zone of users who have set none.
        lines: Perl lines that go last, so that they override the others.
    """

    time_zone: str = "UTC"
    lines: str = ""


def write_config(directory: Path, settings: Settings, port: int) -> None:
    """Writes the configuration, and makes the directories that it names, under `directory`.

    Args:
        directory: Where everything that this RT writes shall be.
        settings: What the user chooses.
        port: TCP port on 127.0.0.1; RT builds its links with it and checks Referer headers.
    """
    for name in _DIRECTORIES:
        (directory / name).mkdir(mode=0o700)
    options: dict[str, object] = {
        "rtname": "example.com",
        "Organization": "example.com",
        "WebDomain": "127.0.0.1",
        "WebPort": port,
        "DatabaseType": "SQLite",
        "DatabaseName": str(directory / DATABASE),
        "Timezone": settings.time_zone,
        "LogToSyslog": None,
        "LogToSTDERR": "info",
        # RT's own way to test mail: appended to a file under TMPDIR, removed when the process ends.
        "MailCommand": "testfile",
    }
    lines = [f"Set(${name}, {literal(value)});" for name, value in options.items()]
    # No options, so Set() cannot change them; Debian's default is shared by the whole machine.
    lines.append(f"$RT::MasonDataDir = {literal(str(directory / 'mason'))};")
    lines.append(f"$RT::MasonSessionDir = {literal(str(directory / 'sessions'))};")
    # Where RT looks for the *_Config.pm of extensions.
    lines.append(f"$RT::LocalEtcPath = {literal(str(directory))};")
    text = "\n".join([*lines, "use utf8;", "#line 1 config", settings.lines, "1;", ""])
    (directory / _FILE).write_text(text, "utf-8")


def environment(directory: Path) -> dict[str, str]:
    """Gives the whole environment of RT's programs; nothing is inherited."""
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(directory),
        "TMPDIR": str(directory / "tmp"),
        "LC_ALL": "C.UTF-8",
        # Without it Perl's mail library asks DNS and the SMTP server of this machine for a name.
        "MAILDOMAIN": "example.com",
        "RT_SITE_CONFIG": str(directory / _FILE),
        # Keeps the settings of an RT that is in use on this machine out.
        "RT_SITE_CONFIG_DIR": "/dev/null",
    }
