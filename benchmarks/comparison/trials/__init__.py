"""What clients are made to do, one matter a file."""

from __future__ import annotations

from benchmarks.comparison.trials.cuts import CUT_COMMENT, CUT_CREATE, CUT_EDIT
from benchmarks.comparison.trials.economy import BATCH, LOADING, MINIMAL
from benchmarks.comparison.trials.files import DOWNLOAD, UPLOAD
from benchmarks.comparison.trials.lost import LOST_OWNER, LOST_VALUE
from benchmarks.comparison.trials.partial import PARTIAL, PARTIAL_STATUS
from benchmarks.comparison.trials.trial import Trial
from benchmarks.comparison.trials.values import (
    MESSAGE,
    READ_LINES,
    READ_SEVERAL,
    WRITE_LINES,
    WRITE_ONE,
    WRITE_SEVERAL,
)

__all__ = ["TRIALS", "Trial"]

TRIALS: tuple[Trial, ...] = (
    PARTIAL,
    PARTIAL_STATUS,
    LOST_OWNER,
    LOST_VALUE,
    CUT_CREATE,
    CUT_COMMENT,
    CUT_EDIT,
    MINIMAL,
    BATCH,
    LOADING,
    WRITE_ONE,
    WRITE_LINES,
    WRITE_SEVERAL,
    READ_LINES,
    READ_SEVERAL,
    MESSAGE,
    UPLOAD,
    DOWNLOAD,
)
"""In the order of the table's rows."""
