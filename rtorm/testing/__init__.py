"""A throwaway Request Tracker for tests: `with RequestTracker(version=5) as rt: ...`.

Needs Debian's packages of Request Tracker; `python -m rtorm.testing install` installs them. The
pytest fixtures `rt` and `rt_session` are there without an import. `AuthLab` is one with Kerberos,
HTTP Basic and TLS before it.
"""

from rtorm.testing._errors import InsertError, NotInstalledError, ServerError, StartError
from rtorm.testing._lab import AuthLab
from rtorm.testing._lab_accounts import Account
from rtorm.testing._perl import InitialData
from rtorm.testing._server import RequestTracker

__all__ = [
    "Account",
    "AuthLab",
    "InitialData",
    "InsertError",
    "NotInstalledError",
    "RequestTracker",
    "ServerError",
    "StartError",
]
