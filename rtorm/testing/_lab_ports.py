"""Free ports for programs that bind theirs themselves."""

import itertools
import random
import re
import socket
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_LOWEST = 10000
_LOWEST_OF_THE_SYSTEM = 32768
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


@contextmanager
def free_ports(count: int) -> Generator[list[int]]:
    """Gives ports on 127.0.0.1 that nobody has, and keeps them until the block ends.

    The system itself gives them to nobody. Still another program may take one between that and its
    use, which the user of it must expect.
    """
    with ExitStack() as stack:
        held = [stack.enter_context(one) for one in itertools.islice(_listeners(), count)]
        yield [each.getsockname()[1] for each in held]


def _listeners() -> Iterator[socket.socket]:
    """Those of the system's own choice will not do: any outgoing connection may have one next.

    Even one to that very port, while nobody listens there yet, and then it is connected to itself.
    """
    ports = list(range(_LOWEST, max(_end(), _LOWEST + 1000)))
    # Not one after the other: several labs may start at once.
    random.shuffle(ports)
    for port in ports:
        with suppress(OSError):
            yield socket.create_server(("127.0.0.1", port))


def _end() -> int:
    with suppress(OSError):
        if found := re.match(r"\d+", _RANGE.read_text("ascii")):
            return int(found[0])
    return _LOWEST_OF_THE_SYSTEM
