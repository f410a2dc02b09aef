"""What a large attachment costs while it is read by pieces: peak memory of this process.

Prints the growth of the process's resident memory while an attachment is streamed, and the size
itself beside it, from a throwaway Request Tracker 5 that takes attachments of that size.

    python -m benchmarks.downloads [MEGABYTES]
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time

import rtorm
from benchmarks.memory import peak
from rtorm import Attachment, Ticket
from rtorm.testing import RequestTracker

MB = 1024 * 1024
# Perl holds several copies of what it is sent.
CONFIG = "Set($MaxAttachmentSize, 1_000_000_000);"
PIECE = 65536


def main(megabytes: int = 200) -> None:
    """Upload in one process, stream in another, whose memory the upload has not blown up."""
    print(f"a Request Tracker 5 that takes {megabytes} MB …")
    with RequestTracker(5, config=CONFIG) as server:
        began = time.monotonic()
        number = upload(server, megabytes)
        print(f"uploaded in {time.monotonic() - began:.1f} s")
        command = [sys.executable, "-m", "benchmarks.downloads", "--stream"]
        command += [server.url, str(number), str(megabytes)]
        subprocess.run(command, check=True)


def content_of(megabytes: int) -> bytes:
    """Bytes that do not compress, and of which no two pieces are equal."""
    block = hashlib.shake_256(b"rtorm").digest(MB)
    return b"".join(
        hashlib.sha256(str(number).encode()).digest() + block[32:] for number in range(megabytes)
    )


def upload(server: RequestTracker, megabytes: int) -> int:
    """A ticket with the attachment."""
    with rtorm.connect(server.url, auth=server.admin, time_zone="UTC", timeout=600) as session:
        file = Attachment(filename="large.bin", content=content_of(megabytes))
        ticket = session.add(Ticket(queue="General", subject="Large", text="x", files=[file]))
        session.commit()
        return ticket.id


def stream(url: str, number: int, megabytes: int) -> None:
    """Read the attachment by pieces; compare the bytes and measure."""
    with rtorm.connect(url, auth=("root", "password"), time_zone="UTC", timeout=600) as session:
        files = session.get(Ticket, number).attachments
        [large] = [file for file in files if file.filename]
        [small] = [file for file in files if file.content_type == "text/plain"][:1]
        # What the first download of any size loads stays.
        _ = small.content
        before, began, size = peak(), time.monotonic(), 0
        digest = hashlib.sha256()
        with large.open() as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                size += len(piece)
        grown, seconds = peak() - before, time.monotonic() - began
    exact = digest.digest() == hashlib.sha256(content_of(megabytes)).digest()
    print(f"memory / size   {grown / size:.4f}")
    print(f"streamed {size / MB:.0f} MB in {seconds:.1f} s, exact: {exact}")
    print(f"peak resident memory grew by {grown / MB:.1f} MB, from {before / MB:.1f} MB")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--stream"]:
        stream(arguments[1], int(arguments[2]), int(arguments[3]))
    else:
        main(*map(int, arguments))
