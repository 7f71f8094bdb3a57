"""A real PostgreSQL of this machine's own program: started in a folder of its own, by a user that is not root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import URL

from tests.rig.waiting import PATIENCE_SECONDS

_USER = "venue"


def postgresql_bin() -> Path:
    """Return where PostgreSQL's programs are; a machine without them fails in one line."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    assert found or on_path, (
        "PostgreSQL is missing, and the venue's store is tested with it: apt-get install postgresql"
    )
    return found[-1].parent if found else Path(str(on_path)).parent


@dataclass
class RealPostgresql:
    """A server that listens at a socket in its folder, and on no network."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _made: int = 0

    def make(self) -> None:
        """Make its files."""
        self._run("initdb", "--auth=trust", "--no-sync", f"--username={_USER}", "-D", str(self.folder / "data"))

    def start(self) -> None:
        """Start it, or start it again."""
        options = ["-D", self.folder / "data", "-k", self.folder, "-c", "listen_addresses=", "-F"]
        words = [*_as_somebody(), str(postgresql_bin() / "postgres"), *map(str, options)]
        self._process = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603 - it is the server
        self._run("pg_isready", "-q", "-h", str(self.folder), "-t", str(int(PATIENCE_SECONDS)), tries=200)

    def kill(self) -> None:
        """Let it die without a word."""
        if self._process is not None:
            pid = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
            with suppress(ProcessLookupError):
                os.kill(pid, 3)  # immediate shutdown: as a crash, but its processes are gone
            self._process.wait(timeout=PATIENCE_SECONDS)
            self._process = None

    def database(self) -> URL:
        """Make an empty database, and return its address."""
        self._made += 1
        name = f"venue{self._made}"
        with psycopg.connect(host=str(self.folder), user=_USER, dbname="postgres", autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy".encode())
        return URL.create("postgresql+psycopg", username=_USER, database=name, query={"host": str(self.folder)})

    def _run(self, program: str, *words: str, tries: int = 1) -> None:
        command = [*_as_somebody(), str(postgresql_bin() / program), *words]
        for left in range(tries - 1, -1, -1):
            done = subprocess.run(command, capture_output=True, check=False, cwd=self.folder)  # noqa: S603
            if done.returncode == 0:
                return
            assert left, done.stderr.decode()


def _as_somebody() -> Sequence[str]:
    """PostgreSQL runs as anybody but root."""
    if os.geteuid() != 0:
        return ()
    nobody = pwd.getpwnam("nobody")
    return ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")


@contextmanager
def postgresql() -> Iterator[RealPostgresql]:
    """Run a server until this ends."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    server = RealPostgresql(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
