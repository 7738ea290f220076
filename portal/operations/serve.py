"""``portal serve``: gunicorn and the worker under one small supervisor."""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType

import click
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from portal.core.crypto import Keys
from portal.core.errors import PortalError
from portal.core.migrate import is_current
from portal.core.settings import Settings
from portal.core.text import Message, _

_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15
RESTART_PAUSE = 1.0


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the portal and run its worker until told to stop."""
    settings = Settings()
    Keys.load(settings.instance)  # says what to do where there is no instance yet
    if settings.demo and not _is_loopback(host):
        raise PortalError(_("演示实例只能在本机回环地址上运行。"))
    _check_address(host, port)
    _check_schema(settings)
    environment = os.environ | {"PORTAL_INSTANCE": str(settings.instance)}
    programs = {
        "server": gunicorn_command(settings, host, port),
        "worker": [sys.executable, "-m", "portal.cli", "worker"],
    }
    click.echo(str(Message(_("联席已在 %(url)s 运行，按 Ctrl+C 停止。"), url=f"http://{host}:{port}/")))
    sys.stdout.flush()
    raise SystemExit(_supervise(programs, environment))


def _check_address(host: str, port: int) -> None:
    """Say it in one line, before gunicorn does so in many."""
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise PortalError(
            Message(
                _("不能使用地址 %(host)s 端口 %(port)s：%(why)s"), host=host, port=port, why=error.strerror
            )
        ) from error


def _check_schema(settings: Settings) -> None:
    """An old schema is refused; a database that does not answer is not: it may come back while we serve 503."""
    engine = sa.create_engine(settings.database_url)
    with contextlib.suppress(OperationalError), engine.connect() as connection:
        if not is_current(connection):
            raise PortalError(_("数据库结构不是最新，请运行 portal db upgrade。"))
    engine.dispose()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def gunicorn_command(settings: Settings, host: str, port: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "portal.app:create_app()",
        "--bind", f"{host}:{port}",
        "--preload",  # one import for all workers: a killed one is back at once, and their memory is shared
        "--worker-class", "gthread", "--workers", settings["WORKERS"], "--threads", settings["THREADS"],
        "--timeout", "60", "--graceful-timeout", "10", "--keep-alive", "5",
        "--limit-request-line", "8190", "--no-control-socket", "--log-level", "warning",
        # Which headers of a proxy count, PROXIES says; by default gunicorn lets any local client name the path.
        "--forwarded-allow-ips", "", "--forwarder-headers", "",
    ]  # fmt: skip


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, preexec_fn=_die_with_parent)


def _die_with_parent() -> None:
    """On Linux the kernel ends the child when the supervisor is killed, so the port is free for the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _supervise(programs: dict[str, list[str]], environment: dict[str, str]) -> int:
    """Keep both running: the worker is started again when it dies, the server's end is the end."""
    told: list[int] = []

    def tell(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    running = {name: _start(command, environment) for name, command in programs.items()}
    while not told:
        time.sleep(0.2)
        if running["server"].poll() is not None:
            break
        if running["worker"].poll() is not None:
            time.sleep(RESTART_PAUSE)
            running["worker"] = _start(programs["worker"], environment)
    for child in running.values():
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in running.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
    return 0 if told else running["server"].returncode or 1
