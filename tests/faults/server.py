"""A real ``portal serve`` as a child of the test, and what hangs below it in /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(settings: Mapping[str, str], **more: str) -> dict[str, str]:
    """The environment of a portal process: ours without any PORTAL_ variable, then these settings."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    return plain | {f"PORTAL_{k}": v for k, v in (dict(settings) | more).items() if v}


def portal(
    settings: Mapping[str, str], *arguments: str, typed: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run one command of the command line to its end."""
    return subprocess.run(
        [sys.executable, "-m", "portal.cli", *arguments],
        env=environment(settings, **more), input=typed, capture_output=True, text=True, timeout=170,
    )  # fmt: skip


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    session: int
    command: str
    seconds: float
    """Of the processor, so far."""

    def kill(self, number: int = signal.SIGKILL) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


def processes(session: int) -> list[Process]:
    """Every living process of a session (zombies are dead)."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if int(stat[3]) == session and stat[0] not in "ZX":
                    seconds = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
                    found.append(Process(int(folder.name), int(stat[1]), session, command, seconds))
    return found


class Server:
    """``portal serve`` in a session of its own, so that nothing of it can be overlooked."""

    def __init__(self, settings: Mapping[str, str], log: Path, **more: str) -> None:
        self.settings, self.more, self.log = settings, more, log
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.sessions: list[int] = []

    def start(self) -> float:
        """Serve the first page. Answers the seconds of processor that took, of the slowest process: what the
        start takes on a machine with free cores. The wall clock says more of the neighbours than of us.
        """
        if self.process is not None:
            self.process.wait(STOP_SECONDS)
        begun = time.monotonic()
        command = [sys.executable, "-m", "portal.cli", "serve", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env=environment(self.settings, **self.more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.sessions.append(self.process.pid)
        while time.monotonic() - begun < START_SECONDS:
            if self.process.poll() is not None:
                break
            if self.answers():
                return max(p.seconds for p in processes(self.process.pid))
            time.sleep(0.03)
        raise RuntimeError(f"no server: {self.log.read_text()[-3000:]}")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def running(self) -> list[Process]:
        return [p for session in self.sessions for p in processes(session)]

    def supervisor(self) -> Process:
        assert self.process is not None
        return next(p for p in self.running() if p.pid == self.process.pid)

    def gunicorn(self) -> Process:
        return next(
            p for p in self.running() if "gunicorn" in p.command and p.parent == self.supervisor().pid
        )

    def gunicorn_workers(self) -> list[Process]:
        master = self.gunicorn().pid
        return [p for p in self.running() if p.parent == master]

    def worker(self) -> Process:
        return next(p for p in self.running() if "portal.cli worker" in p.command)

    def wait_until_gone(self, seconds: float) -> list[Process]:
        """What is still there after ``seconds``; [] = all ended. Reaps the supervisor."""
        deadline = time.monotonic() + seconds
        while True:
            if self.process is not None:
                self.process.poll()
            left = self.running()
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.05)

    def port_is_free(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return False
            return True

    def stop(self) -> None:
        """As an operator would; whatever is left after that is killed."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        for process in self.running():
            process.kill()
        if self.process is not None:
            self.process.wait()


@contextlib.contextmanager
def serving(settings: Mapping[str, str], log: Path, **more: str) -> Iterator[Server]:
    server = Server(settings, log, **more)
    try:
        server.start()
        yield server
    finally:
        server.stop()
