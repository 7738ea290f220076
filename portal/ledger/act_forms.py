"""What is typed to do something about an entry; each page shows the fields it needs. The ledger's own fields are read by
``portal.web.declared``, so these carry a prefix that no declared key can have."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField

from portal.ledger.acting import WORDS
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, DayField, _l, row_id


class ActForm(PlainForm):
    def __init__(self, **more: Any) -> None:
        super().__init__(prefix="act", **more)

    note = TextAreaField(_l("情况说明"), [CleanString(WORDS, lines=True)])
    late_reason = StringField(_l("逾期原因"), [CleanString(300)])
    link = StringField(_l("关联记录"), [CleanString(300)])
    files = HiddenField(_l("佐证附件"))
    """Only its place among the problems; the files come with the request."""
    lead = SelectField(_l("主办单位"), coerce=row_id, validate_choice=False)
    supporting = SelectMultipleField(_l("配合单位"), coerce=row_id, validate_choice=False)
    due = DayField(_l("办结时限"))
    number = StringField(_l("并入哪一件（编号）"), [CleanString(40)])
    title = StringField(_l("拆出的事项"), [CleanString(120)])
    keys = SelectMultipleField(_l("一并带走的内容"), validate_choice=False)
    stage = SelectField(_l("从哪一步重新办理"), validate_choice=False)
    checklist = SelectMultipleField(_l("核对"), coerce=row_id, validate_choice=False)
    answer = RadioField(_l("意见"), validate_choice=False)
    version = HiddenField()
    request_key = key_field()
