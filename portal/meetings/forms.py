"""What is typed to apply for a topic, to convene and to reply. Choices of units are checked by the services."""

from __future__ import annotations

from typing import Any

from flask import request
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.text import Message, _
from portal.meetings import convening, replies, topics
from portal.meetings.agenda import AgendaLine
from portal.meetings.services import REPLIES, Reply
from portal.units.posts import RANKS
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, MomentField, Unusable, _l, clean_text, parse_integer, row_id

ROWS = 4
"""Empty lines of an agenda."""


class TopicForm(PlainForm):
    unit = SelectField(_l("提出单位"), coerce=row_id, validate_choice=False)
    title = StringField(_l("议题名称"), [CleanString(100), DataRequired(_l("请填写议题名称。"))])
    grounds = TextAreaField(
        _l("理由和拟议事项"),
        [CleanString(3000, lines=True), DataRequired(_l("请写明为什么需要开会、要决定什么。"))],
    )
    wished = StringField(_l("建议参加的单位"), [CleanString(300)])
    request_key = key_field()
    version = IntegerField(validators=[Optional()])

    def entry(self) -> topics.Entry:
        return topics.Entry(self.title.data or "", self.grounds.data or "", self.wished.data or "")


class DecisionForm(PlainForm):
    decision = RadioField(_l("决定"), validate_choice=False)
    units = SelectMultipleField(_l("参会单位"), coerce=row_id, validate_choice=False)
    why = TextAreaField(_l("说明"), [CleanString(500, lines=True)])


class PlanForm(PlainForm):
    starts_at = MomentField(_l("时间"), [DataRequired(_l("请填写会议时间。"))])
    minutes = IntegerField(_l("预计时长"), [DataRequired(_l("请填写分钟数。"))], default=90)
    place = StringField(_l("地点"), [CleanString(100), DataRequired(_l("请填写地点。"))])
    chair = SelectField(_l("主持人"), validate_choice=False)
    reply_by = MomentField(_l("回执时限"), [DataRequired(_l("请填写回执时限。"))])
    contact = StringField(_l("联系人"), [CleanString(100)])
    requirements = TextAreaField(_l("参会要求"), [CleanString(1000, lines=True)])

    def plan(self) -> dict[str, Any]:
        assert self.starts_at.moment
        assert self.reply_by.moment
        return {
            "starts_at": self.starts_at.moment, "minutes": self.minutes.data or 0, "place": self.place.data or "",
            "chair": self.chair.data or "", "reply_by": self.reply_by.moment, "contact": self.contact.data or "",
            "requirements": self.requirements.data or "",
        }  # fmt: skip


class MoveForm(PlanForm):
    why = StringField(_l("变更原因"), [CleanString(300), DataRequired(_l("请写明变更的原因。"))])

    def entry(self) -> convening.Plan:
        return convening.Plan(**self.plan())


class MeetingForm(PlanForm):
    type = SelectField(_l("会议种类"), validate_choice=False)
    title = StringField(_l("会议名称"), [CleanString(100)])
    units = SelectMultipleField(_l("参会单位"), coerce=row_id, validate_choice=False)
    observers = SelectMultipleField(_l("列席单位"), coerce=row_id, validate_choice=False)
    request_key = key_field()
    version = IntegerField(validators=[Optional()])

    def entry(self, agenda: list[AgendaLine]) -> convening.Entry:
        chosen = dict.fromkeys(self.units.data or ())
        return convening.Entry(
            **self.plan(), type=self.type.data or "", title=self.title.data or "", units=tuple(chosen),
            observers=tuple(u for u in dict.fromkeys(self.observers.data or ()) if u not in chosen), agenda=agenda,
        )  # fmt: skip


class ReplyForm(PlainForm):
    unit = HiddenField()
    reply = RadioField(_l("是否参会"), validate_choice=False)
    attendee = StringField(_l("参会人员职务"), [CleanString(60)])
    rank = SelectField(_l("代会人员职级"), validate_choice=False)
    expected_rank = SelectField(_l("分管领导职级"), validate_choice=False)
    reason = StringField(_l("不能到会的原因"), [CleanString(200)])
    below_why = StringField(_l("级别不符仍由其代会的理由"), [CleanString(200)])
    opinion = TextAreaField(_l("对议题的意见"), [CleanString(500, lines=True)])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.reply.choices = [(r.value, str(translate(REPLIES[r]))) for r in Reply]
        ranks = [("", str(translate(_("请选择"))))] + [(str(r), str(translate(r))) for r in reversed(RANKS)]
        self.rank.choices = self.expected_rank.choices = ranks

    def entry(self) -> replies.Entry:
        return replies.Entry(
            reply=self.reply.data or "", attendee=self.attendee.data or "", rank=self.rank.data or "",
            expected_rank=self.expected_rank.data or "", reason=self.reason.data or "",
            below_why=self.below_why.data or "", opinion=self.opinion.data or "",
        )  # fmt: skip


def typed_agenda() -> list[dict[str, str]]:
    """The lines as typed, for showing them again: id, topic, title, unit, minutes, on."""
    form = request.form
    columns = {
        name: form.getlist(f"item_{name}") for name in ("id", "topic", "title", "unit", "minutes", "on")
    }
    length = min(len(columns["title"]), 60)
    return [
        {
            name: (values[n].replace("\0", "")[:300] if n < len(values) else "")
            for name, values in columns.items()
        }
        for n in range(length)
    ]


def read_agenda(rows: list[dict[str, str]]) -> list[AgendaLine]:
    """Lines with a title that are to be on the agenda. ``Invalid`` on ``agenda`` names the first bad one."""
    found = []
    for number, row in enumerate(rows, 1):
        try:
            title = clean_text(row["title"], 100)
            minutes = parse_integer(row["minutes"]) if row["minutes"].strip() else 0
            if minutes > convening.MAX_MINUTES:
                raise Unusable(Message(_("请填 1 至 %(max)s 分钟。"), max=convening.MAX_MINUTES))
        except Unusable as error:
            text = _("第 %(n)s 个议题：%(problem)s")
            raise Invalid({"agenda": Message(text, n=number, problem=error.message)}) from error
        if title and row["on"] != "0":
            line = AgendaLine(
                title=title, unit_id=row_id(row["unit"]) or None, minutes=minutes, topic_id=row_id(row["topic"]) or None,
                item_id=row_id(row["id"]),
            )  # fmt: skip
            found.append(line)
    return found
