"""Who can log in to an `AuthLab`, and what RT's database holds of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rtorm.testing._packages import Major
from rtorm.testing._perl import initialdata_text


@dataclass(frozen=True, slots=True)
class Account:
    """One user; each password is another, so that a test can tell who checked it.

    Attributes:
        name: The user's name, everywhere the same.
        kerberos: The password that the KDC knows.
        web: The password for the web server's HTTP Basic; empty if it knows none.
        rt: RT's own password; empty if RT does not know the user.
    """

    name: str
    kerberos: str
    web: str = ""
    rt: str = ""


def _account(name: str, *, web: bool, rt: bool) -> Account:
    return Account(
        name,
        kerberos=f"{name}-krb-password",
        web=f"{name}-web-password" if web else "",
        rt=f"{name}-rt-password" if rt else "",
    )


ACCOUNTS: Mapping[str, Account] = MappingProxyType(
    {
        "alice": _account("alice", web=True, rt=True),
        "bob": _account("bob", web=False, rt=True),
        "ghost": _account("ghost", web=True, rt=False),
    }
)

_RIGHTS = (
    "SeeQueue",
    "CreateTicket",
    "ShowTicket",
    "ModifyTicket",
    "OwnTicket",
    "ReplyToTicket",
    "CommentOnTicket",
    "ShowTicketComments",
)
_EVERYONE = {"GroupDomain": "SystemInternal", "GroupType": "Privileged"}


def initialdata(major: Major) -> str:
    """Gives the initialdata with the users whom RT knows, and their rights."""
    rights: list[dict[str, object]] = [
        {**_EVERYONE, "Queue": "General", "Right": right} for right in _RIGHTS
    ]
    if major != 4:  # noqa: PLR2004 - RT 4.4 has no tokens
        rights.append({**_EVERYONE, "Right": "ManageAuthTokens"})
    users = [_user(account) for account in ACCOUNTS.values() if account.rt]
    return initialdata_text({"Users": users, "ACL": rights})


def _user(account: Account) -> dict[str, object]:
    return {
        "Name": account.name,
        "Gecos": account.name,
        "RealName": account.name.title(),
        "EmailAddress": f"{account.name}@lab.test",
        "Password": account.rt,
        "Privileged": True,
    }
