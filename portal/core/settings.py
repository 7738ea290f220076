"""Every setting of an installation: one environment variable each, unknown ones refused at start."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from portal.core.errors import PortalError
from portal.core.text import Message, _

PREFIX = "PORTAL_"
DRIVERS = ("sqlite", "postgresql+psycopg")


@dataclass(frozen=True)
class Setting:
    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("INSTANCE", "instance", "Folder for the database, files and keys of this installation."),
    Setting(
        "DATABASE_URL", "", "SQLAlchemy URL as the application's role; empty = SQLite in the instance folder."
    ),
    Setting(
        "OWNER_URL", "", "PostgreSQL only: the same database as its owner, used by `portal db upgrade` alone."
    ),
    Setting("PLUGINS", "", "Folder with campaign plugins; empty = `plugins/` beside the package."),
    Setting("SAFE_MODE", "0", "1 = start without any plugin."),
    Setting("STRICT", "0", "1 = a broken plugin is fatal (tests, CI)."),
    Setting(
        "PASSWORD_PROFILE", "asvs", "asvs (length and common-password list) or mlps3 (classes and renewal)."
    ),
    Setting("IDLE_MINUTES", "30", "Minutes without a request after which a session ends."),
    Setting("SESSION_HOURS", "12", "Hours after log-in at which a session ends in any case."),
    Setting("HOSTS", "", "Host names served, comma separated; empty = any (loopback only in a demo)."),
    Setting("HTTPS", "0", "1 = behind TLS: Secure cookies with the __Host- prefix, and HSTS."),
    Setting("PROXIES", "0", "Number of reverse proxies whose X-Forwarded-For and -Proto are trusted."),
    Setting("WORKERS", "2", "gunicorn worker processes."),
    Setting("THREADS", "8", "Threads in each worker."),
    Setting("URL", "", "Address under which people open the portal, for links in mails and calendars."),
    Setting("MAIL_HOST", "", "SMTP server of the office; empty = no mail is sent."),
    Setting("MAIL_PORT", "587", "Its port."),
    Setting(
        "MAIL_SECURITY",
        "starttls",
        "starttls, tls (from the first byte) or none (only inside one's own network).",
    ),
    Setting("MAIL_USER", "", "Account at the server; empty = it asks for none."),
    Setting("MAIL_PASSWORD_FILE", "", "File with the password of that account."),
    Setting("MAIL_PASSWORD", "", "The password itself, where there can be no file."),
    Setting("MAIL_FROM", "", "Sender address of the mails."),
    Setting("CLOCK", "", "Test only: ISO instant at which the clock starts; needs a demo instance."),
)


class Settings(Mapping[str, str]):
    """Read-only; ``settings["IDLE_MINUTES"]``. Numbers and switches by ``number`` and ``on``."""

    def __init__(self, environ: Mapping[str, str] | None = None, **given: str) -> None:
        environ = os.environ if environ is None else environ
        known = {s.name for s in SETTINGS}
        values = {k.removeprefix(PREFIX): v for k, v in environ.items() if k.startswith(PREFIX)} | given
        for name in values:
            if name not in known:
                raise PortalError(Message(_("未知的设置项 %(name)s。"), name=PREFIX + name))
        self._values = {s.name: values.get(s.name, s.default) for s in SETTINGS}
        for name in ("IDLE_MINUTES", "SESSION_HOURS", "WORKERS", "THREADS", "MAIL_PORT"):
            self.number(name)
        for name in ("DATABASE_URL", "OWNER_URL"):
            self._check_url(name)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def number(self, name: str) -> int:
        """Raises ``PortalError`` naming the variable unless it is a positive whole number."""
        value = self._values[name]
        if not value.isdecimal() or not int(value):
            raise PortalError(
                Message(_("设置项 %(name)s 应为正整数，现为“%(value)s”。"), name=PREFIX + name, value=value)
            )
        return int(value)

    def _check_url(self, name: str) -> None:
        """The value is not repeated: it may hold a password."""
        try:
            driver = make_url(self._values[name] or "sqlite://").drivername
        except (ArgumentError, ValueError):
            driver = ""
        if driver not in DRIVERS:
            raise PortalError(
                Message(
                    _("设置项 %(name)s 应写作 sqlite:///… 或 postgresql+psycopg://…。"), name=PREFIX + name
                )
            )

    def on(self, name: str) -> bool:
        return self._values[name] == "1"

    @property
    def instance(self) -> Path:
        return Path(self["INSTANCE"]).resolve()

    @property
    def demo(self) -> bool:
        """True in an instance that ``portal demo`` made."""
        return (self.instance / "demo").exists()

    @property
    def database_url(self) -> str:
        return self["DATABASE_URL"] or f"sqlite:///{self.instance / 'portal.sqlite'}"

    @property
    def plugins(self) -> Path:
        return Path(self["PLUGINS"]).resolve() if self["PLUGINS"] else Path(__file__).parents[2] / "plugins"
