"""One message through the office's SMTP server, and what its answer means."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from portal.accounts.own import is_mail_address
from portal.core.errors import PortalError
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.notices.wording import one_line

TIMEOUT = 10.0
"""Seconds for each step: a server that hangs must not hold the worker."""
SECURITY = ("starttls", "tls", "none")


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


class Outcome(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    """For good: this address, or this message."""
    LATER = "later"
    """Not taken, and the server knows that it was not."""
    UNKNOWN = "unknown"
    """The connection broke once the message was on its way: it may have arrived."""


class Answer(NamedTuple):
    outcome: Outcome
    error: str = ""
    broken: bool = False
    """The connection is of no more use."""
    no_such: bool = False
    """It was the address that was refused, not this message."""


class Unreachable(Exception):
    """No conversation came about: nothing was handed over."""


def server_of(settings: Mapping[str, str]) -> Server | None:
    """The server of the settings, None without one. ``PortalError`` names the variable that is wrong."""
    host = settings["MAIL_HOST"].strip()
    if not host:
        return None
    sender, security = settings["MAIL_FROM"].strip(), settings["MAIL_SECURITY"].strip().lower()
    if not is_mail_address(sender):
        raise PortalError(Message(_("设置项 %(name)s 应为邮件地址。"), name="PORTAL_MAIL_FROM"))
    if security not in SECURITY:
        raise PortalError(
            Message(_("设置项 %(name)s 应为 starttls、tls 或 none。"), name="PORTAL_MAIL_SECURITY")
        )
    password = settings["MAIL_PASSWORD"]
    if settings["MAIL_PASSWORD_FILE"]:
        try:
            password = Path(settings["MAIL_PASSWORD_FILE"]).read_text().rstrip("\r\n")
        except OSError as error:
            raise PortalError(
                Message(
                    _("设置项 %(name)s 指的文件读不出来：%(why)s。"), name="PORTAL_MAIL_PASSWORD_FILE",
                    why=error.strerror or type(error).__name__,
                )
            ) from error  # fmt: skip
    return Server(host, int(settings["MAIL_PORT"]), security, settings["MAIL_USER"], password, sender)


def write_message(
    sender: str, to: str, subject: str, body: str, *, number: int | str, now: datetime
) -> EmailMessage:
    """Plain text in UTF-8. ``number`` makes the Message-ID, the same at each try. Nothing of ``subject`` can end
    its line."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(str(translate(_("联席"))), addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = one_line(subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<digest-{number}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, charset="utf-8", cte="base64")
    return message


@contextmanager
def connection(server: Server, timeout: float = TIMEOUT) -> Iterator[smtplib.SMTP]:
    """A conversation with the server, encrypted and logged in as set. ``Unreachable`` says why there is none."""
    talk: smtplib.SMTP | None = None
    try:
        if server.security == "tls":
            talk = smtplib.SMTP_SSL(
                server.host, server.port, timeout=timeout, context=ssl.create_default_context()
            )
        else:
            talk = smtplib.SMTP(server.host, server.port, timeout=timeout)
        talk.ehlo()
        if server.security == "starttls":
            talk.starttls(context=ssl.create_default_context())
            talk.ehlo()
        if server.user:
            talk.login(server.user, server.password)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if talk is not None:
            talk.close()
        raise Unreachable(said(error)) from error
    try:
        yield talk
    finally:
        with suppress(OSError, smtplib.SMTPException):
            talk.quit()
        talk.close()


def hand_over(talk: smtplib.SMTP, server: Server, message: EmailMessage, to: str) -> Answer:
    """Give one message to the server. Until DATA begins a broken connection means that nothing was handed over."""
    begun = False
    try:
        for code, reply in _envelope(talk, server.sender, to):
            if not 200 <= code < 300:
                _start_over(talk)
                refused = code >= 500 and code not in (500, 501, 502, 503, 504, 530, 535, 538)
                outcome = Outcome.REFUSED if refused else Outcome.LATER
                return Answer(outcome, _reply(code, reply), code == 421, no_such=refused)
        begun = True
        code, reply = talk.data(message.as_bytes())
    except smtplib.SMTPDataError as error:  # what was said instead of "go ahead"
        code, reply = error.smtp_code, _bytes(error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.UNKNOWN if begun else Outcome.LATER, said(error), broken=True)
    if 200 <= code < 300:
        return Answer(Outcome.SENT)
    _start_over(talk)
    return Answer(Outcome.REFUSED if code >= 500 else Outcome.LATER, _reply(code, reply), code == 421)


def _envelope(talk: smtplib.SMTP, sender: str, to: str) -> Iterator[tuple[int, bytes]]:
    code, reply = talk.mail(sender)
    # a refused sender is the installation's trouble, not this message's: it waits until that is mended
    yield (451 if code >= 500 else code), reply
    yield talk.rcpt(to)


def _start_over(talk: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        talk.rset()


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _reply(code: int, reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return one_line(f"{code} {text}")[:300]


def said(error: BaseException) -> str:
    """In words that fit a table; never what was sent to the server."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    why: Text | str
    if isinstance(error, TimeoutError | socket.timeout):
        why = _("邮件服务器没有应答")
    elif isinstance(error, ConnectionRefusedError):
        why = _("邮件服务器连接不上")
    elif isinstance(error, ssl.SSLError):
        why = _("与邮件服务器的加密连接没有建立")
    elif isinstance(error, smtplib.SMTPServerDisconnected):
        why = _("邮件服务器中断了连接")
    else:
        why = type(error).__name__
    return str(why)
