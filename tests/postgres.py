"""A PostgreSQL of the tests' own: in a folder of its own, reached through a socket in it alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

START_S: Final = 300.0  # for a machine that is stuck
LOCK_S: Final = 60  # who blocks the loop that holds a lock waits for ever: an error instead
LOCKED: Final = "locked"  # a user who needs a password; everybody else is let in
PASSWORD: Final = "pa/ss@w?rd"
_QUICK: Final = (  # nothing here need outlive the machine
    *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off"),
    *("-c", "shared_buffers=16MB"),
)
_SMALL: Final = ("-c", "max_connections=50", "-c", "listen_addresses=")


class Postgres:
    """`start` and `stop` as often as needed; `close` leaves nothing behind. `keeps_its_word` waits
    for the disk before it answers, as a server that ships does.
    """

    def __init__(self, programs: Path, *, keeps_its_word: bool = False) -> None:
        self._options = () if keeps_its_word else _QUICK
        self._programs = programs
        # A socket's path has room for 100 characters: not below pytest's own folder.
        self._folder = Path(tempfile.mkdtemp(prefix="captains-pg-", dir="/tmp"))
        self._data = self._folder / "data"
        self._as: dict[str, Any] = _unprivileged()
        if self._as:
            os.chown(self._folder, self._as["user"], self._as["group"])
        self._process: subprocess.Popen[bytes] | None = None
        self._init()
        self.start()
        self.execute(f"CREATE ROLE {LOCKED} SUPERUSER LOGIN PASSWORD '{PASSWORD}'", "postgres")
        self.execute("CREATE DATABASE captains", "postgres")

    def address(self, database: str = "captains", user: str = "captains") -> str:
        return f"postgresql://{user}@/{database}?host={self._folder}"

    @property
    def pid(self) -> int:
        """Of the process that all its others descend from."""
        assert self._process is not None
        return self._process.pid

    def execute(self, statement: str, database: str = "captains") -> str:
        """What psql says to it."""
        how = ("-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder), "-U", "captains")
        done = subprocess.run(
            [str(self._programs / "psql"), *how, "-d", database, "-c", statement],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PGOPTIONS": f"-c lock_timeout={LOCK_S}s"},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *dies_with_us(),
                    *(str(self._programs / "postgres"), "-D", str(self._data)),
                    *("-k", str(self._folder), *_SMALL, *self._options),
                ],
                stdout=log,
                stderr=log,
                cwd="/",
                **self._as,
            )
        ends = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < ends, "PostgreSQL did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _init(self) -> None:
        subprocess.run(
            [
                *(self._programs / "initdb", "-D", self._data, "-U", "captains", "-A", "trust"),
                *("--no-sync", "--no-locale", "--encoding=UTF8"),
            ],
            check=True,
            capture_output=True,
            cwd="/",
            **self._as,
        )
        rules = f"local all {LOCKED} scram-sha-256\nlocal all all trust\n"
        (self._data / "pg_hba.conf").write_text(rules)

    def _answers(self) -> bool:
        how = ("-q", "-h", str(self._folder), "-U", "captains", "-d", "postgres")
        ready = [str(self._programs / "pg_isready"), *how]
        return subprocess.run(ready, check=False).returncode == 0


def dies_with_us(of: str = "QUIT") -> tuple[str, ...]:
    """A test process that is killed must not leave a server behind: it ends `of` this signal."""
    return ("setpriv", "--pdeathsig", of) if shutil.which("setpriv") else ()


def _unprivileged() -> dict[str, Any]:
    """initdb refuses root: who it is run as then."""
    if os.getuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
