"""Every command: its help, and errors that are one line."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path
from subprocess import CompletedProcess

import click
import pytest
from click.testing import CliRunner

from portal.cli import ROOMS
from portal.cli import portal as group
from portal.core.crypto import create_secret
from tests.faults.server import portal
from tests.postgres import Cluster


def commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [path, *(p for name, c in below if c is not None for p in commands(c, (*path, name)))]


def test_every_room_is_reached() -> None:
    assert {p[0] for p in commands(group) if p} == set(ROOMS)


@pytest.mark.parametrize("path", commands(group), ids=" ".join)
def test_help(path: tuple[str, ...]) -> None:
    """What it does, in a sentence; an option without help says what it is by its name alone."""
    done = CliRunner().invoke(group, [*path, "--help"])
    assert done.exit_code == 0
    assert f"Usage: portal {' '.join(path)}".rstrip() in done.output
    summary = done.output.split("\n\n")[1].strip()
    assert len(summary) > 10
    assert not summary.startswith("Options:")


def one_line(done: CompletedProcess[str]) -> str:
    """The error as told: exit code 1 or 2, one sentence, nothing of Python."""
    error = done.stderr
    assert done.returncode in (1, 2), (done.returncode, error)
    assert "Traceback" not in error
    lines = [line for line in error.splitlines() if not line.startswith(("Usage:", "Try ")) and line.strip()]
    assert len(lines) == 1, error
    return str(lines[0])


def test_an_unknown_setting(tmp_path: Path) -> None:
    assert "PORTAL_WORKRES" in one_line(portal({"INSTANCE": str(tmp_path)}, "serve", WORKRES="3"))


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_a_setting_that_is_no_number(tmp_path: Path, value: str) -> None:
    assert "PORTAL_WORKERS" in one_line(portal({"INSTANCE": str(tmp_path)}, "serve", WORKERS=value))


@pytest.mark.parametrize(
    "command", ["serve", "worker", "doctor", "periods open", "figures rebuild", "tenants list"]
)
def test_an_instance_that_is_not_there(tmp_path: Path, command: str) -> None:
    error = one_line(portal({"INSTANCE": str(tmp_path / "nowhere")}, *command.split()))
    assert "portal init" in error
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none(tmp_path: Path, port: str) -> None:
    assert "--port" in one_line(portal({"INSTANCE": str(tmp_path)}, "serve", "--port", port))


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    create_secret(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in one_line(portal({"INSTANCE": str(tmp_path)}, "serve", "--port", str(port)))


def test_a_command_that_is_none() -> None:
    assert "dmeo" in one_line(portal({}, "dmeo"))
    assert "--fast" in one_line(portal({}, "doctor", "--fast"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_a_demo_on_an_open_address(tmp_path: Path, host: str) -> None:
    create_secret(tmp_path)
    (tmp_path / "demo").write_text("[]")
    error = one_line(portal({"INSTANCE": str(tmp_path)}, "serve", "--host", host))
    assert "回环" in error


def test_a_demo_over_a_real_instance(tmp_path: Path) -> None:
    create_secret(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    assert "正式实例" in one_line(portal({"INSTANCE": str(tmp_path)}, "demo"))
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_an_init_over_a_demo(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("[]")
    typed = "140000\n山西省\na\nb\nc\n"
    assert "演示实例" in portal({"INSTANCE": str(tmp_path)}, "init", typed=typed).stderr


def test_a_database_without_tables(tmp_path: Path) -> None:
    create_secret(tmp_path)
    assert "portal db upgrade" in one_line(portal({"INSTANCE": str(tmp_path)}, "tenants", "list"))
    doctor = portal({"INSTANCE": str(tmp_path)}, "doctor")
    assert (doctor.returncode, "portal db upgrade" in doctor.stdout) == (1, True)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    create_secret(tmp_path)
    (tmp_path / "portal.sqlite").write_bytes(b"not a database at all" * 100)
    one_line(portal({"INSTANCE": str(tmp_path)}, "tenants", "list"))


def test_a_postgresql_that_is_not_there(tmp_path: Path) -> None:
    create_secret(tmp_path)
    url = f"postgresql+psycopg://portal_app@/none?host={tmp_path}"
    one_line(portal({"INSTANCE": str(tmp_path), "DATABASE_URL": url}, "tenants", "list"))
    assert "PORTAL_OWNER_URL" in one_line(
        portal({"INSTANCE": str(tmp_path), "DATABASE_URL": url}, "db", "upgrade")
    )


def test_an_address_that_is_none(tmp_path: Path) -> None:
    create_secret(tmp_path)
    for url in ("nonsense", "mysql://x/y", "postgresql+psycopg://portal:secret@x:port/y"):
        error = one_line(portal({"INSTANCE": str(tmp_path), "DATABASE_URL": url}, "tenants", "list"))
        assert "PORTAL_DATABASE_URL" in error
        assert "secret" not in error


def test_a_key_that_is_too_short(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("dev")
    assert "secret.key" in one_line(portal({"INSTANCE": str(tmp_path)}, "doctor"))


def test_an_upgrade_twice(tmp_path: Path) -> None:
    create_secret(tmp_path)
    settings = {"INSTANCE": str(tmp_path)}
    shapes = []
    for _time in range(2):
        done = portal(settings, "db", "upgrade")
        assert done.returncode == 0, done.stderr
        with sqlite3.connect(tmp_path / "portal.sqlite") as database:
            shapes.append(database.execute("select name, sql from sqlite_master order by name").fetchall())
        database.close()
    assert shapes[0] == shapes[1]
    heads = portal(settings, "db", "heads", "--check")
    assert (heads.returncode, len(heads.stdout.split())) == (0, 1)


def test_an_upgrade_twice_on_postgresql(tmp_path: Path, postgres: Cluster) -> None:
    create_secret(tmp_path)
    postgres.create_database("twice")
    settings = {
        "INSTANCE": str(tmp_path),
        "DATABASE_URL": postgres.app_url("twice"),
        "OWNER_URL": postgres.owner_url("twice"),
    }
    for _time in range(2):
        assert portal(settings, "db", "upgrade").returncode == 0
    assert portal(settings, "tenants", "list").returncode == 0
    owner = settings | {"DATABASE_URL": settings["OWNER_URL"]}
    assert "拒绝" in one_line(portal(owner, "tenants", "list")), "the owner of the tables does not serve"


def test_serving_a_database_without_schema(tmp_path: Path) -> None:
    create_secret(tmp_path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    assert "portal db upgrade" in one_line(portal({"INSTANCE": str(tmp_path)}, "serve", "--port", port))
