"""What is wrong with a draft of a tenant's columns or form. Problems are keyed by the inputs of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Shift
from portal.core.periods import PeriodKind
from portal.core.scope import get_scope
from portal.core.text import Message, Text, _
from portal.reporting.catalogue import OWN
from portal.reporting.design.admission import Known, Name, example_fails, name_of, needed_by
from portal.reporting.design.local_content import KINDS, MAX_COLUMNS, MAX_EARLIER, PERIODS, RULES, Content
from portal.reporting.models import LocalForm
from portal.units.bodies import list_members

LONGEST_YEARS = 3


@dataclass(frozen=True)
class Overlap:
    """A column that is known already. ``fills``: whether the known figure can stand in it."""

    place: int
    known: Known
    fills: bool
    settled: bool


def is_own(row: LocalForm) -> bool:
    return row.form.startswith(OWN)


def list_versions(session: Session, campaign: str) -> list[LocalForm]:
    """Every version of the home tenant, drafts included, oldest first; one statement."""
    home = get_scope(session).home
    return list(
        session.scalars(
            sa.select(LocalForm)
            .where(LocalForm.tenant_id == home, LocalForm.campaign == campaign)
            .order_by(LocalForm.form, LocalForm.number)
        )
    )


def unsound(campaign: Campaign, row: LocalForm, content: Content) -> dict[str, Message | Text]:
    """What cannot even be kept as a draft. Keys are the names of the page's inputs."""
    problems: dict[str, Message | Text] = {}
    if len(content.columns) > MAX_COLUMNS:
        problems[""] = Message(
            _("一张表最多增加 %(max)s 栏，这里有 %(n)s 栏，请删减。"), max=MAX_COLUMNS, n=len(content.columns)
        )
        return problems
    roster = {m.key for m in campaign.roster}
    for n, column in enumerate(content.columns):
        if column.kind not in KINDS:
            problems[f"c{n}-kind"] = _("请选择类型。")
        if not set(column.owners) <= roster:
            problems[f"c{n}-owners"] = _("名单中没有这一项，请重新选择。")
    if not set(content.members) <= roster:
        problems["members"] = _("名单中没有这一项，请重新选择。")
    if is_own(row):
        if content.period not in {k.value for k in PERIODS}:
            problems["period"] = _("请选择期别。")
        if content.rule not in RULES:
            problems["rule"] = _("请选择截止日。")
        if content.shift not in {s.value for s in Shift}:
            problems["shift"] = _("请选择遇休息日怎样办。")
        if row.number > 1 and content.period != row.definition.get("period"):
            problems["period"] = _("已发布的表不能改期别，请另建一张表。")
    elif not 0 <= content.days_earlier <= MAX_EARLIER:
        problems["days-earlier"] = Message(_("提前 0 至 %(n)s 天。"), n=MAX_EARLIER)
    form = campaign.form(row.form)
    if form is not None and form.draft and content.hidden:
        reasons = needed_by(form)
        for key in content.hidden:
            if key in reasons:
                problems[f"hide-{key}"] = Message(_("不能隐藏：%(reason)s。"), reason=reasons[key])
    return problems


def unfinished(
    session: Session, campaign: Campaign, row: LocalForm, content: Content, today: date
) -> dict[str, Message | Text]:
    """What a draft may lack and a published version may not."""
    problems: dict[str, Message | Text] = {}
    declared, own = campaign.form(row.form), is_own(row)
    labels: list[tuple[int, Name]] = []
    for n, column in enumerate(content.columns):
        if not column.label:
            problems[f"c{n}-label"] = _("请填写栏目名称。")
            continue
        name = name_of(column.label, column.unit)
        same = next((m for m, other in labels if name.means(other)), None)
        if same is not None:
            problems[f"c{n}-label"] = Message(_("与第 %(n)s 栏重名。"), n=same + 1)
        labels.append((n, name))
    if own and not content.columns:
        problems[""] = _("请至少加一栏。")
    if own:
        problems |= _name_problems(session, campaign, row, content, today)
        bound = {m.member for m in list_members(session, row.mechanism_id, today)}
        if content.members and bound.isdisjoint(content.members):
            problems["members"] = _("所选名单今天都没有对应单位，没有人能填报，请重新选择。")
    if own or content.columns:
        if not content.basis:
            problems["basis"] = _("请写明依据的文件或会议，例如文号。")
        if not content.readers:
            problems["readers"] = _("请写明谁看这些数、作什么用。")
        last = today.replace(year=today.year + LONGEST_YEARS, day=min(today.day, 28))
        if content.ends_on is None or not today <= content.ends_on <= last:
            problems["ends-on"] = Message(
                _("请填停止日期，不早于今天，不晚于 %(day)s；到期自动停报。"), day=last.isoformat()
            )
    elif content.ends_on is not None and content.ends_on < today:
        problems["ends-on"] = _("停止日期不能早于今天。")
    if len(content.reason) < 2:
        problems["reason"] = _("请写明为什么改，报送单位和上级都能看到。")
    failing = example_fails(declared, content.hidden) if declared else None
    if failing is not None:
        problems[""] = Message(_("隐藏这些栏后示例通不过校验：%(said)s"), said=failing)
    return problems


def _name_problems(
    session: Session, campaign: Campaign, row: LocalForm, content: Content, today: date
) -> dict[str, Message | Text]:
    problems: dict[str, Message | Text] = {}
    names = {s for f in campaign.forms for s in name_of(str(f.label)).stems[:1]}
    others = (v for v in list_versions(session, campaign.key) if v.form != row.form)
    names |= {s for v in others for s in name_of(v.label).stems[:1]}
    if len(content.label) < 2:
        problems["label"] = _("请填写表名，2 字以上。")
    elif set(name_of(content.label).stems[:1]) & names:
        problems["label"] = _("本专项已有同名的表，请换一个名称或修改原表。")
    if content.period == PeriodKind.ONCE and (content.once is None or content.once < today):
        problems["once"] = _("请填报送日期，不早于今天。")
    return problems


def not_admitted(content: Content, overlaps: Sequence[Overlap]) -> dict[str, Message | Text]:
    """Columns that are known already and neither linked nor kept with a reason; links that lead nowhere."""
    problems: dict[str, Message | Text] = {}
    found = {o.place: o for o in overlaps}
    for n, column in enumerate(content.columns):
        if column.element and n not in found:
            problems[f"c{n}-element"] = _("没有这个数据项，请从列表中选择，或留空。")
        elif column.element and not found[n].fills:
            problems[f"c{n}-element"] = _("类型不同或就在本表，不能取用，请留空并说明理由，或删除本栏。")
    open_ones = [o for o in overlaps if not o.settled]
    if not open_ones:
        return problems
    problems |= {
        "": Message(
            _("%(all)s 栏中 %(n)s 栏已有，其中 %(open)s 栏还没有处理：请逐栏改用已有数字、删除，或写明单独填报的理由。"),
            all=len(content.columns), n=len(overlaps), open=len(open_ones),
        )
    }  # fmt: skip
    for o in open_ones:
        problems[f"c{o.place}-known"] = Message(_("已有：%(name)s。"), name=o.known.name)
    return problems
