"""Queries on Dask: what a query finds as a bag of dicts or as a frame, loaded by many workers.

It needs the extra: `pip install "rtorm[dask]"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from rtorm.connecting import connect as connect_here
from rtorm.errors import ConfigurationError
from rtorm.orm.queries.partitions import Outline, Partition
from rtorm.orm.queries.rows import columns_of, row_of
from rtorm.orm.query import Query
from rtorm.orm.record import Record
from rtorm.orm.session import Session

try:
    # What Dask has of types leaves most unknown.
    _config: Any = import_module("dask.config")
    _bags: Any = import_module("dask.bag")
    _frames: Any = import_module("dask.dataframe")
    from rtorm.frames import frame_of, schema_of, typed_columns
except ImportError as error:
    message = f'rtorm.dask needs Dask, pandas and pyarrow: pip install "rtorm[dask]" ({error})'
    raise ConfigurationError(message) from error

if TYPE_CHECKING:
    from dask.bag import Bag
    from dask.dataframe import DataFrame

__all__ = ["Connect", "parquet_schema", "to_bag", "to_dataframe"]

R = TypeVar("R", bound=Record)

Connect = Callable[[], Session]
"""What opens a worker's session; it is pickled, so that no login belongs into it."""

_PIECE = 200
# Dask makes text of the lists in a frame, unless it is told not to as the frame is made.
_AS_IT_IS = {"dataframe.convert-string": False}


def to_bag(
    query: Query[R], *, npartitions: int | None = None, connect: Connect | None = None
) -> Bag:
    """What a query finds, as a Dask bag of dicts by attribute name.

    The ids are asked for now, and the tickets when the bag is computed, by each worker in a session
    of its own. A dict has what `only()` chose and `include()` added, else RT's own fields but for
    the watcher lists and the custom fields that the query's class declares; and always the id. Its
    values are those of the record's attributes, and lists are plain lists.

    Args:
        query: The query; as for `Query.partitions`, without order and limit.
        npartitions: How many partitions the bag has, if there are as many records; None for one
            for each 1,000 records.
        connect: Opens a worker's session; it is called once for each partition, in the worker, and
            the session is closed when its records are loaded. None for `rtorm.connect` with the
            time zone of the query's session, which takes `RTSERVER` and `RTTOKEN`, or `RTUSER` and
            `RTPASSWD`, from the worker's environment. It is sent to the workers as it stands: a
            login belongs into their environment, not into it.

    Returns:
        The bag. It asks RT anew whenever it is computed.

    Raises:
        ValueError: The query has an order or a limit, `npartitions` is no whole number from 1, or
            something was chosen that no row can hold: attachments, history, `cf`.
        RTError: As iterating over the query does.
    """
    outline = query.__rt_outline__()
    columns_of(outline.cls, outline.selection)
    tasks = _tasks(query, npartitions, connect)
    bag: Bag = _bags.from_sequence(tasks, npartitions=len(tasks)).map_partitions(_load_rows)
    return bag


def to_dataframe(
    query: Query[R], *, npartitions: int | None = None, connect: Connect | None = None
) -> DataFrame:
    """What a query finds, as a Dask dataframe with a column for each attribute.

    The columns are those of `to_bag`, in the order of their declaration. Numbers, truth values,
    texts and dates have types of pandas that hold missing values, too, where a value may be
    missing; dates are instants in UTC. Days and lists are Python objects, and whatever else there
    is becomes text. A frame without rows has the same types.

    Args:
        query: As in `to_bag`.
        npartitions: As in `to_bag`.
        connect: As in `to_bag`.

    Returns:
        The frame. It asks RT anew whenever it is computed, and raises `ValueError` then if RT shows
        a value that does not fit its field's type.

    Raises:
        ValueError: As in `to_bag`.
        RTError: As iterating over the query does.
    """
    meta = frame_of(_typed(query.__rt_outline__()), ())
    tasks = _tasks(query, npartitions, connect)
    frame: DataFrame
    with _config.set(_AS_IT_IS):
        frame = _frames.from_map(_load_frame, tasks, meta=meta)
    return frame


def parquet_schema(query: Query[R]) -> Any:
    """The `pyarrow.Schema` of a query's dataframe, for `DataFrame.to_parquet(schema=...)`.

    Without it Dask loads everything twice, to find out what the lists hold.

    Args:
        query: The query; nothing is sent.

    Raises:
        ValueError: Something was chosen that no row can hold: attachments, history, `cf`.
    """
    return schema_of(_typed(query.__rt_outline__()))


@dataclass(frozen=True, slots=True)
class _FromEnvironment:
    """Opens sessions as the environment says where it is called."""

    time_zone: tzinfo | None

    def __call__(self) -> Session:
        return connect_here(time_zone=self.time_zone)


@dataclass(frozen=True, slots=True)
class _Task:
    """One partition to be loaded in a session of its own.

    Attributes:
        outline: What is loaded.
        partition: The records; None for none.
        connect: Opens the session.
    """

    outline: Outline[Any]
    partition: Partition[Any] | None
    connect: Connect

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, one by one, while the session is open."""
        if self.partition is None:
            return
        columns = columns_of(self.outline.cls, self.outline.selection)
        with self.connect() as session:
            for record in self.partition.query(session).stream(chunk=_PIECE):
                yield row_of(record, columns)

    def __dask_tokenize__(self) -> str:
        """What tells it from others."""
        return str(_typed(self.outline)) if self.partition is None else self.partition.mark


def _tasks(query: Query[Any], npartitions: int | None, connect: Connect | None) -> list[_Task]:
    """A task for each partition; one for nothing where nothing is found."""
    outline = query.__rt_outline__()
    parts: list[Partition[Any] | None] = [*query.partitions(npartitions)]
    opened = _FromEnvironment(outline.time_zone) if connect is None else connect
    return [_Task(outline, part, opened) for part in parts or [None]]


# Dask names what it does by these functions.
def _load_rows(tasks: Iterable[_Task]) -> list[dict[str, Any]]:
    return [row for task in tasks for row in task.rows()]


def _load_frame(task: _Task) -> Any:
    return frame_of(_typed(task.outline), task.rows())


def _typed(outline: Outline[Any]) -> Any:
    return typed_columns(outline.cls, columns_of(outline.cls, outline.selection))
