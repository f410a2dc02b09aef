"""What can go wrong with a throwaway server."""


class ServerError(RuntimeError):
    """The throwaway server could not do what was asked; the message says why.

    Args:
        message: What happened.
        log: The end of the server's log, shown after the message.
    """

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(f"{message}\n--- end of the server's log ---\n{log}" if log else message)


class NotInstalledError(ServerError):
    """Request Tracker is not on this machine; the message names the packages to install."""


class StartError(ServerError):
    """The database could not be made, or the server did not come up."""


class InsertError(ServerError):
    """RT refused some of the initialdata; what it did not refuse is in the database."""
