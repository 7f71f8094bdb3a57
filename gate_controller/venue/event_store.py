"""
The store's file or server: reached, made ready, written by one thread, and read beside it by others.

SQLite in WAL mode by default, or PostgreSQL by one setting; one writer by a lock beside the file, or an advisory one. A
store that is not reached is told as `StoreGone`, and is tried again by whoever needs it next.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from gate_controller.journal import own_files
from gate_controller.venue.tables import META, NewerStoreError, insert_or, make_ready
from gate_controller.venue.venue_settings import VenueSettings

FILE_NAME: Final = "venue.sqlite"
WITHIN_SECONDS: Final = 10.0
_READERS: Final = 4
_ADVISORY: Final = 0x67617465
"""Names the lock of whoever writes a venue's store ("gate")."""
_SQLITE: Final = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "busy_timeout = 10000",
    "cache_size = -16000",
    "journal_size_limit = 67108864",  # somebody's long look at the file lets its log grow: not for ever
)
_POSTGRESQL: Final = " ".join(
    f"-c {said}"
    for said in (
        "statement_timeout=60000",
        "lock_timeout=10000",
        # The lock of a venue whose machine is gone would be held for two hours, which is TCP's own patience.
        "tcp_keepalives_idle=30",
        "tcp_keepalives_interval=10",
        "tcp_keepalives_count=3",
    )
)
_DISK_IS_ILL: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
_WRITES: Final = "venue_writes"
_Answer = TypeVar("_Answer")


class StoreGone(Exception):
    """The store cannot be reached, read or written; the message says why, and holds no password."""


class StoreInUse(StoreGone):
    """Another venue writes this store."""


class EventStore:
    """A venue's store. Each method may raise `StoreGone`."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="reading")
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._held: Connection | None = None
        """Holds PostgreSQL's lock of the one writer."""
        self._lock_file: IO[bytes] | None = None
        """Holds the lock of the one writer of a file."""
        self._file_id: tuple[int, int] | None = None
        """Which file it has been since it was reached first: another one in its place is no store of this run's."""

    @classmethod
    def of(cls, settings: VenueSettings) -> "EventStore":
        """Return the store that the settings name."""
        if not settings.store.url:
            return cls(URL.create("sqlite", database=str(settings.state_dir / FILE_NAME)))
        url = make_url(settings.store.url)
        if url.drivername != "sqlite":
            password = settings.store.password.get_secret_value() if settings.store.password is not None else None
            url = url.set(drivername="postgresql+psycopg", password=password)
        return cls(url)

    @property
    def name(self) -> str:
        """Where it is, for people."""
        if self._url.drivername == "sqlite":
            return self._url.database or ""
        return f"PostgreSQL {self._url.database} at {self._url.host or 'this machine'}"

    @property
    def is_file(self) -> bool:
        """Whether it is a file of this machine."""
        return self._url.drivername == "sqlite"

    async def write(self, work: Callable[[Connection], _Answer], *, for_good: bool = False) -> _Answer:
        """
        Carry out in one transaction, in the one thread that writes; what raises is rolled back. `for_good`: a power cut
        does not take it either. It may take events, which are asked for again.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._written, work, for_good)

    async def read(self, work: Callable[[Connection], _Answer]) -> _Answer:
        """Carry out what changes nothing, beside the writer."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def prove(self) -> None:
        """Write a trifle: a disk that is full takes an empty transaction all the same."""
        await self.write(_proven)

    def reach(self) -> None:
        """Reach it and make it ready, in this thread: for commands."""
        self._written(lambda _db: None)

    def close(self) -> None:
        """Let go of it, once what is being written is."""
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._let_go()

    def _written(self, work: Callable[[Connection], _Answer], for_good: bool = False) -> _Answer:
        with self._explained(), self._reached().execution_options(**{_WRITES: True}).begin() as db:
            if self._held is not None:
                self._held.execute(text("SELECT 1"))  # the lock is held for as long as its connection is
            answer = work(db)
        if for_good and self.is_file:
            with self._explained():
                _sync(Path(f"{self._url.database}-wal"))
        return answer

    def _read(self, work: Callable[[Connection], _Answer]) -> _Answer:
        with self._explained(), self._reached().connect() as db:
            return work(db)

    def _reached(self) -> Engine:
        with self._lock:
            if self.is_file:
                self._look_at_file()
            if self._engine is None:
                engine = self._made()
                try:
                    if self.is_file:
                        self._lock_file = _locked_file(Path(f"{self._url.database}-lock"))
                    else:
                        self._held = _locked(engine)
                    with engine.execution_options(**{_WRITES: True}).begin() as db:
                        make_ready(db)
                except BaseException:
                    self._let_go()
                    engine.dispose()
                    raise
                self._engine = engine
                if self.is_file:
                    self._file_id = _id_of(Path(self._url.database or ""))
            return self._engine

    def _look_at_file(self) -> None:
        """
        Look whether the file is where it was: SQLite would go on writing to one that is no more, and begin an empty one
        where a disk is not mounted. Raises OSError; whoever comes next reaches the file anew, once it is back.
        """
        if self._file_id is None:
            return
        found = _id_of(Path(self._url.database or ""))
        if found == self._file_id:
            return
        self._let_go()
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "it is gone: put it back (is its disk mounted?), or start anew")
        self._file_id = None
        raise OSError(errno.ESTALE, "another file has taken its place: that one is used from here on")

    def _made(self) -> Engine:
        if not self.is_file:
            return create_engine(
                self._url,
                pool_size=_READERS + 2,
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": int(WITHIN_SECONDS),
                    "options": _POSTGRESQL,
                    "keepalives_idle": 30,
                    "keepalives_interval": 10,
                    "keepalives_count": 3,
                    "application_name": "gate-venue",
                },
            )
        path = Path(self._url.database or "")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            own_files.make(path)
        engine = create_engine(self._url, pool_size=_READERS + 2, connect_args={"timeout": WITHIN_SECONDS})
        event.listen(engine, "connect", _as_we_want)
        event.listen(engine, "begin", _begin)
        return engine

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            with contextlib.suppress(SQLAlchemyError):
                held.close()
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()
        lock_file, self._lock_file = self._lock_file, None
        if lock_file is not None:
            lock_file.close()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            if self._is_lost(error):
                with self._lock:
                    self._let_go()  # with its lock: both are taken anew
            raise StoreGone(f"{self.name}: {_why(error)}") from error
        except NewerStoreError as error:
            raise StoreGone(f"{self.name}: {error}: upgrade this program") from error
        except OSError as error:
            raise StoreGone(f"{self.name}: {error.strerror or error}") from error

    def _is_lost(self, error: SQLAlchemyError) -> bool:
        if self.is_file:  # a disk that was away and is back is another one to what was opened before
            code: int = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
            return code != sqlite3.SQLITE_IOERR_WRITE and code & 0xFF in _DISK_IS_ILL  # what cannot grow can be read
        return bool(getattr(error, "connection_invalidated", False)) or "Operational" in type(error).__name__


def _proven(db: Connection) -> None:
    row = {"key": "proven", "value": secrets.token_hex(4)}
    written = insert_or(db, META).values(**row)
    db.execute(written.on_conflict_do_update(index_elements=["key"], set_={"value": row["value"]}))


def _begin(db: Connection) -> None:
    db.exec_driver_sql("BEGIN IMMEDIATE" if db.get_execution_options().get(_WRITES) else "BEGIN")


def _as_we_want(connection: Any, _record: object) -> None:
    """Set up a connection to SQLite."""
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    for said in _SQLITE:
        connection.execute(f"PRAGMA {said}")


def _id_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _sync(path: Path) -> None:
    """Have the disk hold a file, as SQLite's own `synchronous = FULL` does after a commit."""
    with contextlib.suppress(FileNotFoundError):  # all of it stands in the main file, which is synced for that
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _locked_file(path: Path) -> IO[bytes]:
    """
    Take the lock of a file's one writer, and return what holds it until it is closed: SQLite lets two write by turns,
    and both would count what they follow. It is beside the store, for closing that lets go of SQLite's own locks.
    """
    held = os.fdopen(own_files.opened(path, os.O_RDWR | os.O_CREAT), "r+b")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise StoreInUse(f"{path}: another venue writes there: stop it first") from None
    except OSError:
        held.close()
        raise
    return held


def _locked(engine: Engine) -> Connection:
    """Take PostgreSQL's lock of the one writer, and return the connection that holds it."""
    held = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    if not held.execute(text("SELECT pg_try_advisory_lock(:name)"), {"name": _ADVISORY}).scalar():
        held.close()
        raise StoreInUse(f"{engine.url.database} at {engine.url.host}: another venue writes there: stop it first")
    return held


def _why(error: SQLAlchemyError) -> str:
    """Return the store's own word for a fault, on one line."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200] or type(cause).__name__
