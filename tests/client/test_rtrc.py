"""`connect()` with settings from a file, found and read as RT's command line tool does it."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import rtorm
from rtorm import ConfigurationError, ExposedPasswordWarning, config, rtrc
from rtorm.rtrc import parse, places
from tests.client.servers import PASSWORD, USER, FakeRT
from tests.client.support import Serve
from tests.support import Server

T = TypeVar("T")

SECRET = "Sesame-0pen"
WHOLE = f"server https://rt.example.com\nuser me\npasswd {SECRET}\n"
VARIABLES = ("SERVER", "USER", "PASSWD", "TOKEN", "AUTH", "EXTERNALAUTH", "CONFIG")


@dataclass(frozen=True, slots=True)
class Machine:
    """Folders of a test, in which files of settings may lie.

    Attributes:
        home: Of the account.
        folder: The current one; `above` is two levels up.
    """

    home: Path
    folder: Path
    put: Callable[[str, str], Path]
    set: Callable[..., None]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """An account without settings, in a folder of folders without any."""
    home, folder = tmp_path / "home", tmp_path / "above" / "between" / "here"
    for made in (home, folder):
        made.mkdir(parents=True)
    for name in VARIABLES:
        monkeypatch.delenv(f"RT{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "not the home"))
    monkeypatch.chdir(folder)
    monkeypatch.setattr(rtrc, "SYSTEM_FILES", ())
    account = SimpleNamespace(pw_dir=str(home), pw_name="nobody-of-rt")

    def entry(_: int) -> SimpleNamespace:
        return account

    monkeypatch.setattr(pwd, "getpwuid", entry)

    def put(place: str, text: str) -> Path:
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        file.chmod(0o600)
        return file

    def put_variables(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return Machine(home, folder, put, put_variables)


def values(text: str | bytes) -> dict[str, str]:
    """What a file of this content says."""
    content = text.encode() if isinstance(text, str) else text
    return {name: setting.value for name, setting in parse(content, "rc").items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", {}),
        ("server http://a\nuser b\npasswd c\n", {"server": "http://a", "user": "b", "passwd": "c"}),
        ("user b", {"user": "b"}),
        ("user \t b", {"user": "b"}),
        ("# user a\n\n \t \n#\nuser b\n", {"user": "b"}),
        ("user a\nuser b\n", {"user": "b"}),
        ("passwd a b  c", {"passwd": "a b  c"}),
        ("passwd # c", {"passwd": "# c"}),
        ('passwd "c"', {"passwd": '"c"'}),
        ("passwd c ", {"passwd": "c "}),
        ("passwd c\t", {"passwd": "c\t"}),
        ("passwd \u00a0c\u2028d\u0085", {"passwd": "\u00a0c\u2028d\u0085"}),
        ("passwd c\x0bd\rf", {"passwd": "c\x0bd\rf"}),
        ("passwd ", {"passwd": ""}),
        ("user a\r\npasswd c\r\n\r\n", {"user": "a", "passwd": "c"}),
        ("passwd pässwörd", {"passwd": "pässwörd"}),
        ("auth gssapi\nexternalauth 1", {"auth": "gssapi", "externalauth": "1"}),
        (
            "queue a or queue=b\nquery Status != new\norderby id",
            {"queue": "a or queue=b", "query": "Status != new", "orderby": "id"},
        ),
    ],
    ids=ascii,
)
def test_lines(text: str, said: dict[str, str]) -> None:
    """A directive, a blank, and the value as it stands; the last of a kind holds."""
    assert values(text) == said


@pytest.mark.parametrize(
    "line",
    [
        f"password {SECRET}",
        f"passwd={SECRET}",
        f"passwd: {SECRET}",
        f"Passwd {SECRET}",
        f" passwd {SECRET}",
        f"\ufeffpasswd {SECRET}",
        f"passwd\u00a0{SECRET}",
        " # indented",
        "passwd",
        "token 1-14-abc",
        "debug 3",
        SECRET,
    ],
    ids=ascii,
)
def test_lines_that_are_none(line: str) -> None:
    """Where the tool stops rtorm stops; the error names file and line and shows no value."""
    with pytest.raises(ConfigurationError, match=r"^/home/me/\.rtrc:3 is no directive") as caught:
        parse(f"user me\n\n{line}\nuser you\n".encode(), "/home/me/.rtrc")
    assert "begins with one of server, user, passwd, auth" in str(caught.value)
    assert "1-14-abc" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_file_in_another_encoding() -> None:
    """Is refused by its line, and the exception does not hold it."""
    content = f"user me\npasswd {SECRET}-é\n".encode("latin-1")
    with pytest.raises(ConfigurationError, match=r"^rc:2 is not UTF-8") as caught:
        parse(content, "rc")
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def tried(call: Callable[[], T]) -> tuple[T | None, ConfigurationError | None]:
    """What a call gives, or the error that it raises."""
    try:
        return call(), None
    except ConfigurationError as error:
        return None, error


LINES = st.one_of(
    st.text(max_size=20),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["server", "user", "passwd", "auth", "externalauth", "queue", "#", ""]),
        st.sampled_from([" ", "\t", "  ", "", "=", "\u00a0"]),
        st.text(max_size=20) | st.sampled_from(["rt", "basic", "gssapi", "https://h", "1", "0"]),
    ),
)


@given(st.lists(LINES).map("\n".join).map(str.encode) | st.binary(max_size=40))
@example(b"\xff")
@example(b"passwd \xed\xa0\x80")
def test_any_text_gives_settings_or_an_error(content: bytes) -> None:
    """Of the library, whatever the text; a value never holds the line's end."""
    found, error = tried(lambda: parse(content, "rc"))
    if found is None:
        assert str(error).startswith("rc:")
        return
    for name, setting in found.items():
        assert "\n" not in setting.value
        assert repr(setting) == f"Setting(source='{setting.source}')"
        line = content.split(b"\n")[int(setting.source.removeprefix("rc:")) - 1].decode()
        assert line.startswith(name)
        assert line.removesuffix("\r").endswith(setting.value)


@given(st.lists(LINES, max_size=4), st.text("abcdefgh%é '\"\\", min_size=12))
def test_any_file_connects_or_tells_why(machine: Machine, lines: list[str], secret: str) -> None:
    """A file of any lines makes a session or a ConfigurationError, which shows no password."""
    passwd = f"passwd <{secret}>"
    for ending in ("server https://h", "server h", "what"):
        machine.put("above/.rtrc", "\n".join([*lines, passwd, "auth rt", "user me", ending]))
        _, error = tried(lambda: rtorm.connect().close())
        assert f"<{secret}>" not in str(error)
        assert error is None or f"<{secret}>" not in str(error.__context__)


WORK = PurePath("/home/me/work/rt")
HOME = PurePath("/home/me")


@pytest.mark.parametrize(
    ("config", "folder", "first"),
    [
        ("", WORK, "/home/me/work/rt/.rtrc /home/me/work/.rtrc /home/me/.rtrc /home/.rtrc /.rtrc"),
        ("0", PurePath("/srv"), "/srv/.rtrc /.rtrc /home/me/.rtrc"),
        ("rc", PurePath("/srv"), "/srv/rc /rc /home/me/rc"),
        ("a/../rc", PurePath("/srv"), "/srv/a/../rc /a/../rc /home/me/a/../rc"),
        ("~/rc", PurePath("/srv"), "/srv/~/rc /~/rc /home/me/~/rc"),
        ("", PurePath("/"), "/home/me/.rtrc"),
        ("", None, "/home/me/.rtrc"),
    ],
)
def test_places(config: str, folder: PurePath | None, first: str) -> None:
    """From the current folder upwards, then home, then the system's; RTCONFIG is another name."""
    expected = [*first.split(), *rtrc.SYSTEM_FILES]
    if folder is WORK:
        expected.insert(5, "/home/me/.rtrc")
    assert [*map(str, places({"RTCONFIG": config}, folder, HOME))] == expected


def test_a_whole_path_is_the_only_place() -> None:
    """Nothing else is looked at."""
    assert [*map(str, places({"RTCONFIG": "/srv/rc"}, WORK, HOME))] == ["/srv/rc"]
    assert rtrc.SYSTEM_FILES[-1] == "/etc/rt.conf"


def opened(url: str | None = None, **settings: object) -> tuple[str, object]:
    """Where a session goes, and with which login."""
    with rtorm.connect(url, **settings) as session:  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        return session.client.url, vars(session.client)["_auth"]


def test_a_file_is_enough(serve: Serve, machine: Machine) -> None:
    """Server, user and password of a file in the home."""
    server = serve(FakeRT())
    machine.put("home/.rtrc", f"server {server.url}\nuser {USER}\npasswd {PASSWORD}\n")
    with rtorm.connect() as session:
        assert session.client.identity().user == USER


@pytest.mark.parametrize(
    ("file", "variables", "login"),
    [
        ("", {}, "Password(user='me')"),
        ("auth rt\n", {}, "Password(user='me')"),
        ("auth basic\n", {}, "Basic(user='me')"),
        ("externalauth 1\n", {}, "Basic(user='me')"),
        ("externalauth 0\n", {}, "Password(user='me')"),
        ("externalauth 1\nauth rt\n", {}, "Basic(user='me')"),
        ("externalauth 1\n", {"RTEXTERNALAUTH": "0"}, "Password(user='me')"),
        ("auth basic\n", {"RTAUTH": "rt"}, "Password(user='me')"),
        ("", {"RTAUTH": "basic"}, "Basic(user='me')"),
        ("", {"RTUSER": "you"}, "Password(user='you')"),
        ("auth basic\n", {"RTUSER": "you", "RTPASSWD": "x"}, "Basic(user='you')"),
        ("auth basic\n", {"RTTOKEN": "1-14-a"}, "Token()"),
        ("", {"RTTOKEN": ""}, "Password(user='me')"),
    ],
)
def test_logins(machine: Machine, file: str, variables: dict[str, str], login: str) -> None:
    """The environment goes before the file, each setting by itself; `auth` names the login."""
    machine.put("above/.rtrc", WHOLE + file)
    machine.set(**variables)
    url, made = opened()
    assert (url, repr(made)) == ("https://rt.example.com", login)


def test_kerberos_needs_no_password(machine: Machine) -> None:
    """`auth gssapi` is the login of the account's own ticket."""
    machine.put("home/.rtrc", "server https://rt.example.com\nauth gssapi\n")
    assert isinstance(opened()[1], rtorm.auth.Kerberos)


def test_what_is_given_goes_first(machine: Machine) -> None:
    """An argument before the environment, that before the file."""
    machine.put("home/.rtrc", WHOLE)
    machine.set(RTSERVER="https://environment.example.com")
    assert opened()[0] == "https://environment.example.com"
    url, login = opened("https://given.example.com", auth=("you", "x"))
    assert (url, repr(login)) == ("https://given.example.com", "Password(user='you')")
    assert repr(opened("https://given.example.com")[1]) == "Password(user='me')"


def test_no_file_is_read_in_vain(machine: Machine) -> None:
    """Where nothing of it is needed a file may hold anything."""
    machine.put("home/.rtrc", "nonsense")
    machine.set(RTSERVER="https://rt.example.com")
    opened("https://rt.example.com", auth=("me", "x"))
    opened(auth=("me", "x"))
    machine.set(RTTOKEN="1-14-a")
    opened()


@pytest.mark.parametrize(
    ("file", "variables", "told"),
    [
        ("user me\n", {}, "no line `server`; .* in a file .rtrc"),
        ("server \n", {}, r"/above/\.rtrc:1 is empty"),
        (WHOLE, {"RTSERVER": ""}, "RTSERVER is empty"),
        (WHOLE, {"RTPASSWD": ""}, "RTPASSWD is empty; .* set RTUSER and RTPASSWD, or RTTOKEN"),
        ("server https://h\nuser me\n", {}, r"RTPASSWD is not set, and /.*/\.rtrc has no line `p"),
        (
            "server https://h\npasswd x\n",
            {},
            r"RTUSER is not set, and /.*/\.rtrc has no line `user",
        ),
        ("server https://h\nuser me\npasswd\n", {}, r"/above/\.rtrc:3 is no directive"),
        ("user me\nserver rt.example.com\n", {}, r"/above/\.rtrc:2: not the URL of an RT"),
        (WHOLE, {"RTSERVER": "rt"}, "^RTSERVER: not the URL of an RT"),
        (WHOLE + "auth Basic\n", {}, r"/above/\.rtrc:4: auth is one of rt, basic, gssapi, not 'B"),
        (WHOLE + "auth basic \n", {}, "not 'basic '"),
        (WHOLE, {"RTAUTH": "kerberos"}, "^RTAUTH: auth is one of"),
        (WHOLE, {"RTCONFIG": "/no/such/rc"}, "^/no/such/rc cannot be read for settings: No such"),
        (WHOLE, {"RTTOKEN": "1 14"}, "^RTTOKEN: the token holds"),
        (WHOLE, {"RTUSER": os.fsdecode(b"\xff")}, r"^RTUSER and .*/\.rtrc:3: the user name holds"),
    ],
)
def test_errors(machine: Machine, file: str, variables: dict[str, str], told: str) -> None:
    """What is missing or wrong is told with where it stands, and never with the password."""
    machine.put("above/.rtrc", file)
    machine.set(**variables)
    with pytest.raises(ConfigurationError, match=told) as caught:
        rtorm.connect()
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None or SECRET not in str(caught.value.__context__)


def test_no_file_at_all(machine: Machine) -> None:
    """The error tells every place where one was looked for."""
    with pytest.raises(ConfigurationError, match="no server given") as caught:
        rtorm.connect()
    here = machine.folder
    for place in (here, here.parent, here.parent.parent, machine.home):
        assert str(place / ".rtrc") in str(caught.value)


def test_a_folder_instead_of_a_file(machine: Machine) -> None:
    """What is found and cannot be read is an error, not another file."""
    (machine.folder / ".rtrc").mkdir()
    machine.put("home/.rtrc", WHOLE)
    with pytest.raises(ConfigurationError, match=r"here/\.rtrc cannot be read for settings: Is a"):
        rtorm.connect()


def test_a_file_that_may_not_be_read_is_passed_over(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the tool does it: the next one above is taken."""
    hidden = machine.put("above/between/.rtrc", "nonsense")
    machine.put("above/.rtrc", WHOLE)
    access = os.access

    def may(path: Path, mode: int) -> bool:
        # An administrator may read every file.
        return path != hidden and access(path, mode)

    monkeypatch.setattr(os, "access", may)
    assert opened()[0] == "https://rt.example.com"


def test_a_folder_that_is_gone(machine: Machine) -> None:
    """A current folder that was removed has no file, and the home still has one."""
    machine.put("home/.rtrc", WHOLE)
    machine.folder.rmdir()
    assert opened()[0] == "https://rt.example.com"


def test_an_account_that_nobody_entered(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container, an account without a name has its home in $HOME."""

    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    machine.put("not the home/.rtrc", WHOLE)
    assert opened()[0] == "https://rt.example.com"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_password_that_others_may_read(machine: Machine, mode: int) -> None:
    """Is a warning that tells the file, its mode and the remedy, where connect() was called."""
    file = machine.put("above/.rtrc", WHOLE)
    file.chmod(mode)
    told = rf"^{file} holds a password, .*\(mode {mode:04o}\): chmod 600 {file}$"
    with pytest.warns(ExposedPasswordWarning, match=told) as caught:
        opened_here = rtorm.connect()
    opened_here.close()
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("text", "mode"), [(WHOLE, 0o600), (WHOLE, 0o400), ("server https://rt.example.com", 0o644)]
)
def test_nothing_to_warn_of(machine: Machine, text: str, mode: int) -> None:
    """Neither of a file that is the account's own, nor of one without a password."""
    machine.put("above/.rtrc", text).chmod(mode)
    machine.set(RTUSER="me", RTPASSWD="x")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened()


@pytest.mark.skipif(os.name != "posix", reason="files have no owner there")
def test_a_file_of_another_account(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could send the password to a server of its own: it is taken only where it is named."""
    file = machine.put("above/.rtrc", "server https://rt.example.com")
    machine.set(RTUSER="me", RTPASSWD=SECRET)

    def nobody(owner: int, account: int) -> bool:
        return False

    monkeypatch.setattr(config, "is_trusted", nobody)
    with pytest.raises(ConfigurationError, match=rf"{file} belongs to another account.*RTCONFIG="):
        rtorm.connect()
    machine.set(RTCONFIG=str(file))
    opened()


def test_whose_files_are_trusted() -> None:
    """The account's own, and the system's."""
    assert [rtrc.is_trusted(owner, 1000) for owner in (0, 1000, 1001)] == [True, True, False]


def test_secrets_of_a_file_are_nowhere(machine: Machine) -> None:
    """Neither in the session nor in the frames of an exception that a wrong file makes."""
    machine.put("home/.rtrc", WHOLE)
    with rtorm.connect() as session:
        assert SECRET not in repr(vars(session.client))
    machine.put("home/.rtrc", f"passwd {SECRET}\nserver rt.example.com\n")
    with pytest.raises(ConfigurationError) as caught:
        rtorm.connect()
    assert SECRET not in repr(caught.value)


@dataclass(frozen=True, slots=True)
class Layout:
    """Files and variables of one case.

    `@` stands for the server's URL, and `%` for the test's folder without the first slash.

    Attributes:
        files: Their texts by their places.
        user: Who is logged in then; empty if nobody is.
        variables: The environment's.
        folder: The current one.
    """

    files: Mapping[str, str]
    user: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: str = "above/between/here"


def login(user: str, server: str = "@") -> str:
    """A whole file."""
    return f"server {server}\nuser {user}\npasswd {user}-password\n"


# Where nothing answers.
NOWHERE = login("alice", "http://127.0.0.1:9")
LAYOUTS = {
    "nearest": Layout({"above/between/here/.rtrc": login("bob"), "above/.rtrc": NOWHERE}, "bob"),
    "below": Layout(
        {"above/between/.rtrc": NOWHERE, "above/.rtrc": login("bob")}, "bob", {}, "above"
    ),
    "not $HOME": Layout({"home/.rtrc": login("alice"), "not the home/.rtrc": NOWHERE}, "alice"),
    "before home": Layout({"above/.rtrc": login("bob"), "home/.rtrc": NOWHERE}, "bob"),
    "name": Layout(
        {"above/rc": login("bob"), "above/between/.rtrc": NOWHERE}, "bob", {"RTCONFIG": "rc"}
    ),
    # The tool does not look into the topmost folder if that is the current one.
    "at the top": Layout({"above/rc": login("bob")}, "", {"RTCONFIG": "%/above/rc"}, "/"),
    "name at home": Layout({"home/sub/rc": login("bob")}, "bob", {"RTCONFIG": "sub/rc"}),
    "zero name": Layout({"above/.rtrc": login("bob")}, "bob", {"RTCONFIG": "0"}),
    "user": Layout({"above/.rtrc": login("alice")}, "", {"RTUSER": "bob"}),
    "both": Layout(
        {"above/.rtrc": login("alice")}, "bob", {"RTUSER": "bob", "RTPASSWD": "bob-password"}
    ),
    "server": Layout({"above/.rtrc": NOWHERE}, "alice", {"RTSERVER": "@/"}),
    "last": Layout({"above/.rtrc": login("bob") + login("alice")}, "alice"),
    "comments": Layout({"above/.rtrc": f"#\n\n \t\n# user bob\n{login('alice')}"}, "alice"),
    "blanks": Layout({"above/.rtrc": login("alice").replace(" ", " \t ")}, "alice"),
    "no last newline": Layout({"above/.rtrc": login("alice").rstrip()}, "alice"),
    "blank behind": Layout({"above/.rtrc": login("alice").rstrip() + " "}, ""),
    "indented": Layout({"above/.rtrc": " #\n" + login("alice")}, ""),
    "unknown": Layout({"above/.rtrc": login("alice") + "token 1-14-a\n"}, ""),
    "others": Layout({"above/.rtrc": login("alice") + "queue a\nquery b\norderby c\n"}, "alice"),
    # RT itself does not understand the web server's login.
    "basic": Layout({"above/.rtrc": login("alice") + "auth basic\n"}, ""),
    "external before auth": Layout(
        {"above/.rtrc": login("alice") + "externalauth 1\n"}, "", {"RTAUTH": "rt"}
    ),
    "external, not": Layout({"above/.rtrc": login("alice") + "externalauth 0\n"}, "alice"),
    "auth of the environment": Layout(
        {"above/.rtrc": login("alice") + "auth basic\n"}, "alice", {"RTAUTH": "rt"}
    ),
}

# Tells Perl another home, so that the tool neither reads nor writes the account's own.
ELSEWHERE = """package Elsewhere;
BEGIN { *CORE::GLOBAL::getpwuid = sub { ("nobody-of-rt", ("") x 6, $ENV{ELSEWHERE}) } }
1;
"""


@pytest.mark.live
@pytest.mark.skipif(sys.platform == "win32", reason="RT's tool is a program of Unix")
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_as_the_tool_does_it(
    rt: Server,
    machine: Machine,
    layout: Layout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On the same files RT's own tool and rtorm log in at the same server as the same user."""
    tool = Path(f"/usr/bin/rt-{rt.major}")
    if not tool.exists():
        pytest.skip("RT's command line tool is not installed")
    for place, text in layout.files.items():
        machine.put(place, text.replace("@", rt.url))
    for name, value in layout.variables.items():
        machine.set(**{name: value.replace("@", rt.url).replace("%", str(tmp_path)[1:])})
    monkeypatch.chdir(tmp_path / layout.folder)
    assert (user_of_the_tool(tool, machine), user_of_rtorm()) == (layout.user, layout.user)


def user_of_rtorm() -> str:
    """Whom RT takes rtorm for; empty if it does not get that far."""
    try:
        with rtorm.connect() as session:
            return session.client.identity().user
    except rtorm.RTError:
        return ""


def user_of_the_tool(tool: Path, machine: Machine) -> str:
    """Whom RT takes its tool for: it names the requestor of a new ticket."""
    (machine.home / "Elsewhere.pm").write_text(ELSEWHERE)
    said = subprocess.run(
        ["perl", f"-I{machine.home}", "-MElsewhere", tool, "show", "ticket/new", "-f", "Requestor"],
        env=os.environ | {"ELSEWHERE": str(machine.home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    ).stdout
    return said.partition("Requestor: ")[2].partition("\n")[0]
