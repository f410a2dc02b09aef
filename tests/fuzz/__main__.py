"""Runs targets for a while each and tells what came of it: `scripts/fuzz [TARGET …] [--seconds N]`.

What was tried and led further stays in `.fuzz/`, so that the next run goes on from there.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.fuzz.seeds import seeds_of
from tests.fuzz.targets import GROUPS, TARGETS

_HOME = Path(__file__).parent.parent.parent
_KEPT = _HOME / ".fuzz"
_LONGEST = 4096
# Seconds and megabytes for one input; what takes more is a find.
_PATIENCE, _MEMORY = 10, 2048
_PROGRESS = re.compile(
    r"#(?P<tried>\d+)\s.*?cov: (?P<cov>\d+) ft: (?P<ft>\d+).*?corp: (?P<corp>\d+)"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one target.

    Attributes:
        tried: How many inputs.
        edges: How many branches of the library they went through, as libFuzzer counts them.
        kept: How many inputs lead to something new, and were kept.
        finds: Where the inputs lie that should not do what they do.
        said: How that ended.
    """

    tried: int
    edges: int
    kept: int
    finds: tuple[Path, ...]
    said: str


def main(arguments: list[str]) -> int:
    """Run, print a table; 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join([*TARGETS, *GROUPS]))
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    options = parser.parse_args(arguments)
    if unknown := set(options.targets) - {*TARGETS, *GROUPS}:
        parser.error(f"no target {min(unknown)!r}; there are {', '.join(TARGETS)}")
    wanted = {*options.targets} or {*TARGETS}
    names = [name for name, each in TARGETS.items() if {name, each.group} & wanted]
    _print(f"{'target':14}{'inputs':>12}{'a second':>10}{'edges':>8}{'kept':>7}  finds")
    found = 0
    for name in names:
        outcome = _run(name, options.seconds)
        rate = outcome.tried / options.seconds
        told = ", ".join(str(path.relative_to(_HOME)) for path in outcome.finds) or "none"
        counts = f"{outcome.tried:>12,}{rate:>10,.0f}{outcome.edges:>8,}{outcome.kept:>7,}"
        _print(f"{name:14}{counts}  {told}")
        if outcome.finds or outcome.said:
            _print(outcome.said, file=sys.stderr)
            found += 1
    return 1 if found else 0


def _print(told: str, file: TextIO = sys.stdout) -> None:
    file.write(f"{told}\n")
    file.flush()


def _run(name: str, seconds: int) -> Outcome:
    corpus, finds = _KEPT / name, _KEPT / "finds" / name
    for folder in (corpus, finds):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(finds.iterdir())
    for seed in seeds_of(name):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = _KEPT / f"{name}.words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in TARGETS[name].words))
    command = [
        *(sys.executable, "-m", "tests.fuzz.long", name, str(corpus)),
        *(f"-max_total_time={seconds}", f"-timeout={_PATIENCE}", f"-rss_limit_mb={_MEMORY}"),
        *(f"-max_len={_LONGEST}", f"-dict={words}", f"-artifact_prefix={finds}/"),
        "-print_final_stats=1",
    ]
    ended = subprocess.run(command, cwd=_HOME, capture_output=True, check=False)
    said = ended.stdout.decode(errors="replace") + ended.stderr.decode(errors="replace")
    lines = list(_PROGRESS.finditer(said))
    tried, edges, kept = (
        (int(lines[-1][part]) for part in ("tried", "cov", "corp")) if lines else (0, 0, 0)
    )
    new = tuple(sorted(set(finds.iterdir()) - before))
    return Outcome(tried, edges, kept, new, said[-3000:] if ended.returncode or new else "")


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in word.encode()
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
