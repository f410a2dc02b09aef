"""Runs the parts, all of them unless some are named, and writes docs/performance.md anew."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from benchmarks import (
    downloads,
    growth,
    hostile,
    imports,
    network,
    parsing,
    records,
    report,
    streaming,
    targets,
)

PARTS: dict[str, Callable[[], None]] = {
    "imports": imports.measure,
    "records": records.main,
    "parsing": parsing.measure,
    "streaming": streaming.measure,
    "downloads": downloads.main,
    "network": network.measure,
    "growth": growth.measure,
    "hostile": hostile.measure,
    "report": lambda: None,
}


def main(names: Sequence[str]) -> None:
    """Run parts; `report` alone writes the page from what was measured last."""
    if unknown := [name for name in names if name not in PARTS]:
        sys.exit(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    for name in names or PARTS:
        began = time.monotonic()
        print(f"{name} …", flush=True)
        PARTS[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    report.write()
    print(targets.told())


if __name__ == "__main__":
    main(sys.argv[1:])
