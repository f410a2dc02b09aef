"""Runs every trial with every client and writes the table of docs/comparison.md.

    python -m benchmarks.comparison [TRIAL ...]

Names of trials run these alone; `report` runs none, and writes the page from the last results.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.comparison import page, typed
from benchmarks.comparison.clients.every import CLIENTS
from benchmarks.comparison.server import Bench, benches, serving
from benchmarks.comparison.trials import TRIALS, Trial


def main(names: Sequence[str]) -> None:
    """Run trials; keep what came of them; write the page."""
    known = {trial.name for trial in TRIALS}
    if unknown := [name for name in names if name not in known | {"report"}]:
        sys.exit(f"no trial {unknown[0]!r}; there are {', '.join(sorted(known))}")
    trials = [trial for trial in TRIALS if not names or trial.name in names]
    if trials:
        _run(trials)
    page.write()


def _run(trials: Sequence[Trial]) -> None:
    kept: dict[str, Any] = page.results() or {"cells": {}, "servers": {}, "versions": {}}
    versions = kept["versions"] = dict[str, dict[str, str]]()
    kept["clients"] = [client.name for client in CLIENTS]
    if len(trials) == len(TRIALS):
        kept["date"] = datetime.now(UTC).strftime("%Y-%m-%d")
        kept["python"] = platform.python_version()
    for major in (4, 5):
        with serving(major) as server, tempfile.TemporaryDirectory() as folder:
            kept["servers"][str(major)] = server.tracker.version
            for client in CLIENTS:
                if major not in client.majors:
                    continue
                with benches(server, client, Path(folder)) as bench:
                    versions.setdefault(client.name, {})[str(major)] = bench.client.version
                    for trial in trials:
                        result = _tried(trial, bench)
                        told = f"RT {major}  {client.name}  {trial.name}: {result}"
                        print(told[:300], flush=True)
                        cells = kept["cells"].setdefault(trial.name, {})
                        cells.setdefault(client.name, {})[str(major)] = result
    kept["typing"] = typed.checked()
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    page.RESULTS.parent.mkdir(exist_ok=True)
    page.RESULTS.write_text(text + "\n", "utf-8")


def _tried(trial: Trial, bench: Bench) -> Any:
    bench.client.log_in()
    try:
        return dict(trial.run(bench))
    except NotImplementedError as error:
        return {"missing": str(error)}


if __name__ == "__main__":
    main(sys.argv[1:])
