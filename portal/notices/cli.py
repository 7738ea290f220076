"""``portal notices``: try the mail server."""

from __future__ import annotations

import click

from portal.accounts.own import is_mail_address
from portal.core.errors import Conflict, Invalid
from portal.core.operator import operator
from portal.core.text import Message, _
from portal.notices import mail


@click.group()
def notices() -> None:
    """Reminders and mail."""


@notices.command("test-mail")
@click.argument("address")
def test_mail(address: str) -> None:
    """Send one mail to ADDRESS and say what the server answered; exit 1 when it was not taken."""
    with operator() as op:
        server = mail.server_of(op.app.extensions["portal"].settings)
        if server is None:
            raise Conflict(_("没有设置邮件服务器，请先设置 PORTAL_MAIL_HOST 和 PORTAL_MAIL_FROM。"))
        if not is_mail_address(address):
            raise Invalid({"address": Message(_("“%(text)s”不是邮件地址。"), text=address[:80])})
        body = str(_("这是联席系统的一封测试邮件，收到即说明邮件服务器设置正确。")) + "\n"
        message = mail.write_message(
            server.sender, address, str(_("联席：测试邮件")), body, number=f"test-{op.now:%Y%m%d%H%M%S}", now=op.now
        )  # fmt: skip
        try:
            with mail.connection(server) as talk:
                answer = mail.hand_over(talk, server, message, address)
        except mail.Unreachable as error:
            raise Conflict(Message(_("没有发出：%(why)s"), why=str(error))) from error
        if answer.outcome is not mail.Outcome.SENT:
            raise Conflict(Message(_("没有发出：%(why)s"), why=answer.error))
        click.echo(Message(_("邮件服务器已收下发给 %(address)s 的测试邮件。"), address=address))
