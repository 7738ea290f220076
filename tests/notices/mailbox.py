"""A real SMTP server on the loopback, with the moods that real ones have."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.faults.server import free_port


@dataclass
class Mailbox:
    """``refused``: addresses that do not exist here. ``moods``: one for each coming message, then it takes all:
    ``busy`` (451 at RCPT), ``full`` (452 after the data), ``hang`` (no answer), ``cut`` (takes it and hangs up
    without a word), ``spam`` (554 after the data)."""

    refused: set[str] = field(default_factory=set)
    moods: list[str] = field(default_factory=list)
    got: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = field(default_factory=free_port)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        if self.moods[:1] == ["busy"]:
            self.moods.pop(0)
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood = self.moods.pop(0) if self.moods else ""
        if mood == "hang":
            await asyncio.sleep(30)
        if mood == "full":
            return "452 4.3.1 no room"
        if mood == "spam":
            return "554 5.7.1 not wanted"
        content = envelope.content
        assert isinstance(content, bytes)
        self.raw.append(content)
        self.got.append(email.message_from_bytes(content, policy=email.policy.default))
        if mood == "cut":
            assert server.transport is not None
            server.transport.close()
            await asyncio.sleep(0.2)
        return "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [str(m["Subject"]) for m in self.got]

    def text(self, n: int = -1) -> str:
        return str(self.got[n].get_content()).replace("\r\n", "\n")

    @contextmanager
    def open(self) -> Iterator[Mailbox]:
        """Serve meanwhile; may be opened again on the same port."""
        controller: Any = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()
