"""The command line. A room's commands live in its ``cli.py`` and are loaded when they are called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from portal.app import create_app
from portal.core.errors import PortalError
from portal.core.text import Message, _

ROOMS = {
    "accounts": "portal.accounts.cli:accounts",
    "audit": "portal.audit.cli:audit",
    "db": "portal.operations.database:database",
    "deadlines": "portal.deadlines.cli:deadlines",
    "demo": "portal.operations.demo:demo",
    "doctor": "portal.operations.doctor:doctor",
    "i18n": "portal.operations.catalogues:i18n",
    "keys": "portal.operations.keys:keys",
    "information": "portal.information.cli:information",
    "init": "portal.operations.init:init",
    "matching": "portal.matching.cli:matching",
    "notices": "portal.notices.cli:notices",
    "periods": "portal.reporting.cli:periods",
    "figures": "portal.reporting.cli:figures",
    "plugins": "portal.campaigns.cli:plugins",
    "rules": "portal.campaigns.cli:rules",
    "serve": "portal.operations.serve:serve",
    "tenants": "portal.administration.cli:tenants",
    "units": "portal.units.cli:units",
    "worker": "portal.operations.worker:worker",
}


class Rooms(click.Group):
    """Commands by name; only the one that is called gets imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(ROOMS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in ROOMS:
            return None
        module, _colon, attribute = ROOMS[name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Rooms)
@click.option(
    "--instance", help="Folder of the database, files and keys (default: PORTAL_INSTANCE or instance/)."
)
@click.pass_context
def portal(context: click.Context, instance: str | None) -> None:
    """Lianxi (联席): the portal of cross-department campaigns."""
    if instance:
        os.environ["PORTAL_INSTANCE"] = str(Path(instance).resolve())
    context.obj = create_app


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry of the ``portal`` script. Expected errors are one line on standard error and exit code 1."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        portal.main(args=_instance_first(given), prog_name="portal", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except PortalError as error:
        _fail(str(error))
    except DBAPIError as error:
        _fail(
            str(
                Message(
                    _("数据库不可用，或尚未升级（portal db upgrade）：%(why)s"),
                    why=str(error.orig).splitlines()[0],
                )
            )
        )
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename}" if error.filename else str(error))


def _fail(line: str) -> None:
    click.echo(f"portal: {line}", err=True)
    sys.exit(1)


def _instance_first(arguments: list[str]) -> list[str]:
    """``--instance`` may stand anywhere: ``portal serve --instance x`` reads as ``portal --instance x serve``."""
    for at, word in enumerate(arguments):
        if word == "--instance" and at + 1 < len(arguments):
            return ["--instance", arguments[at + 1], *arguments[:at], *arguments[at + 2 :]]
        if word.startswith("--instance="):
            return [word, *arguments[:at], *arguments[at + 1 :]]
    return arguments


if __name__ == "__main__":
    main()
