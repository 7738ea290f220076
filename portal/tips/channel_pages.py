"""The reporting channel of the tenant: what is published, and the switch of the public page."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from portal.core.errors import Conflict, Invalid
from portal.core.posts import Right
from portal.core.reader import with_place
from portal.core.text import Message, Text, _
from portal.tips.channel import Published, find_channel, set_channel, show_others
from portal.tips.forms import ChannelForm
from portal.tips.views import at, blueprint
from portal.tips.work_pages import say, the_tips
from portal.units.bodies import get_body
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import row_id

_SHOWN = ("enabled", "receiver", "phone", "mailbox", "address", "hours", "check_days", "answer_days")


@blueprint.route("/<tenant>/<campaign>/tips/channel", methods=["GET", "POST"])
@require(Right.POLICY_SET)
def channel() -> Any:
    the_tips()
    desk, session, form = the_desk(), the_session(), ChannelForm()
    if request.method == "GET":
        return _page(_opened())
    if not form.validate():
        return _page(form), 422
    published = Published(
        form.receiver.data or "", form.phone.data or "", form.mailbox.data or "", form.address.data or "",
        form.hours.data or "", form.others.data or "", form.check_days.data or 0, form.answer_days.data or 0,
    )  # fmt: skip
    try:
        found = set_channel(
            session, the_actor(), now(), mechanism_id=desk.mechanism_id, campaign=desk.campaign,
            enabled=bool(form.enabled.data), published=published, version=row_id(form.version.data),
        )  # fmt: skip
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        return _page(form), 422
    except Conflict as error:
        session.rollback()
        return _page(form, error.message), 409
    say(_("已保存，公开举报页已开通。") if found.enabled else _("已保存，公开举报页没有开通。"))
    return redirect(url_for("tips.channel", **at(desk)), 303)


def _opened() -> ChannelForm:
    desk, session = the_desk(), the_session()
    found = find_channel(session, desk.campaign)
    if found is None:
        body = get_body(session, desk.mechanism_id)
        return ChannelForm(
            formdata=None,
            data={
                "receiver": with_place(desk.tenant_name, body.office),
                "version": "0",
                "check_days": 5,
                "answer_days": 30,
            },
        )
    given = {key: getattr(found, key) for key in _SHOWN}
    return ChannelForm(
        formdata=None, data=given | {"others": show_others(found.others), "version": str(found.version)}
    )


def _page(form: ChannelForm, problem: Message | Text | str = "") -> str:
    desk = the_desk()
    return render_template(
        "tips/channel.html", at=at(desk), tips=the_tips(), form=form, problem=problem, found=find_channel(the_session(), desk.campaign),
        public_path=(path := url_for("tips.tell", region=desk.tenant_code, topic=desk.campaign)),
        public_url=request.host_url.rstrip("/") + path,
    )  # fmt: skip
