"""What is wrong with a declaration, found before any request."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from portal.campaigns.declarations import (
    CONTRACT,
    EVERY_MEMBER,
    Body,
    Campaign,
    Duty,
    Ledger,
    Member,
    MemberKind,
    Obligation,
    Phase,
    Policy,
    Rule,
    Threshold,
)
from portal.campaigns.exchange import MOST, Category, Exchange, LimitKind
from portal.campaigns.forms import ACTIVITIES, MEETINGS, OF_OFFICE, REWARDS, CodeList, Field, FieldKind, Form
from portal.campaigns.meetings import MeetingKind, Meetings
from portal.campaigns.oversight import HUNDRED, Oversight, PointKind, RungKind, ScoreItem, trace_in
from portal.campaigns.papers import DocumentTemplate
from portal.campaigns.problems_basis import basis_problems
from portal.campaigns.problems_handing import handing_problems
from portal.campaigns.problems_rewards import reward_problems
from portal.campaigns.problems_workflow import workflow_problems
from portal.campaigns.rewards import RewardScheme
from portal.campaigns.sources import Clause, Source
from portal.campaigns.tips import Tips
from portal.core.masking import KINDS
from portal.core.periods import PeriodKind
from portal.core.text import Message, _, written

_KEY = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")


def problems(campaign: object) -> tuple[Message, ...]:
    """Every dangling key, duplicate, missing clause and unknown version; empty when the campaign is sound."""
    if not isinstance(campaign, Campaign):
        return (
            Message(
                _("portal_campaign() 返回的不是 Campaign，而是 %(type)s。"), type=type(campaign).__name__
            ),
        )
    if campaign.contract != CONTRACT:
        return (
            Message(
                _("插件按契约第 %(theirs)s 版编写，本系统提供第 %(ours)s 版。"),
                theirs=campaign.contract,
                ours=CONTRACT,
            ),
        )
    return tuple(_types(campaign)) or tuple(_walk(campaign))


def _types(c: Campaign) -> Iterator[Message]:
    """What is not of the declared type at all; nothing else can be said of such a campaign."""
    if not isinstance(c.body, Body):
        yield _wrong("body", c.body)
    if not isinstance(c.exchange, Exchange):
        yield _wrong("exchange", c.exchange)
    if not isinstance(c.meetings, Meetings):
        yield _wrong("meetings", c.meetings)
    elif not all(isinstance(k, MeetingKind) for k in c.meetings.kinds):
        yield _wrong("meetings.kinds", c.meetings.kinds)
    if not isinstance(c.oversight, Oversight):
        yield _wrong("oversight", c.oversight)
    groups: dict[str, type] = {
        "sources": Source, "roster": Member, "duties": Duty, "forms": Form, "code_lists": CodeList, "ledgers": Ledger,
        "thresholds": Threshold, "rules": Rule, "policies": Policy, "phases": Phase, "obligations": Obligation,
        "documents": DocumentTemplate, "rewards": RewardScheme,
    }  # fmt: skip
    for name, kind in groups.items():
        given = getattr(c, name)
        if not isinstance(given, tuple):
            yield _wrong(name, given)
            continue
        for place, item in enumerate(given, 1):
            if not isinstance(item, kind):
                yield _wrong(f"{name}[{place}]", item)


def _walk(c: Campaign) -> Iterator[Message]:
    members = {m.key for m in c.roster}
    lists = {x.key for x in c.code_lists}
    ledgers = {x.key for x in c.ledgers}
    yield from _keys("campaign", [c.key])
    for what, keys in (
        ("source", [s.key.lower() for s in c.sources]),
        ("member", [m.key for m in c.roster]),
        ("duty", [d.key for d in c.duties]),
        ("form", [f.key for f in c.forms]),
        ("ledger", [x.key for x in c.ledgers]),
        ("threshold", [t.key for t in c.thresholds]),
        ("rule", [r.key for r in c.rules]),
        ("policy", [p.key for p in c.policies]),
        ("phase", [p.key for p in c.phases]),
        ("obligation", [o.key for o in c.obligations]),
        ("code list", [x.key for x in c.code_lists]),
    ):
        yield from _keys(what, keys)
    for code_list in c.code_lists:
        yield from _keys(f"choice of {code_list.key}", [x.key for x in code_list.choices])
    yield from _clauses(c)
    yield from _documents(c, members, lists)
    if c.body.lead not in members:
        yield _dangling("body.lead", c.body.lead)
    for member in c.roster:
        if (member.kind is MemberKind.CLASS) != bool(member.unit_kind):
            yield Message(_("成员 %(key)s：类别成员必须且只有类别成员写明 unit_kind。"), key=member.key)
    for duty in c.duties:
        for key in (duty.member, *duty.also):
            if key != EVERY_MEMBER and key not in members:
                yield _dangling(f"duty {duty.key}", key)
    for form in c.forms:
        fields = {f.key for f in form.fields}
        derived = {m.key for m in form.metrics}
        yield from _keys(f"field of {form.key}", [*(f.key for f in form.fields), *derived])
        yield from _fields(form.key, form.fields, members, lists)
        for check in form.checks:
            for key in check.fields:
                if key not in fields | {t.key for t in form.tables}:
                    yield _dangling(f"check {form.key}.{check.key}", key)
        tables = {t.key for t in form.tables}
        for comparison in form.comparisons:
            for key in comparison.fields:
                if key not in fields:
                    yield _dangling(f"comparison {form.key}.{comparison.key}", key)
        for key in (*form.headline, *form.example):
            if key not in fields | derived | tables:
                yield _dangling(f"form {form.key}", key)
        yield from _drawn(form, fields, derived, members, lists, ledgers)
    for ledger in c.ledgers:
        yield from _keys(f"field of {ledger.key}", [f.key for f in ledger.fields])
        yield from _fields(ledger.key, ledger.fields, members, lists)
        yield from _no_files(ledger.key, ledger.fields)
        days = {f.key for f in ledger.fields if f.kind is FieldKind.DATE}
        for state in ledger.states:
            if state.until and state.until not in days:
                yield _dangling(f"state {ledger.key}.{state.key}", state.until)
        for key in ledger.writers:
            if key not in members:
                yield _dangling(f"ledger {ledger.key}", key)
        for key in set(ledger.later) - {f.key for f in ledger.fields if not f.required}:
            yield _dangling(f"ledger {ledger.key}", key)
        for example in ledger.examples:
            for key in set(example) - {f.key for f in ledger.fields} - {"title"}:
                yield _dangling(f"example of {ledger.key}", key)
    for threshold in c.thresholds:
        if threshold.ledger not in ledgers:
            yield _dangling(f"threshold {threshold.key}", threshold.ledger)
        if not 1 <= threshold.hours <= MOST[LimitKind.HOURS]:
            text = _("触发条件 %(key)s 的时限应为 1 至 %(most)s 小时，现为 %(n)s。")
            yield Message(text, key=threshold.key, most=MOST[LimitKind.HOURS], n=threshold.hours)
    for policy in c.policies:
        if policy.default not in {x.key for x in policy.choices}:
            yield _dangling(f"policy {policy.key}", policy.default)
    for phase in c.phases:
        if phase.end < phase.start:
            yield Message(_("阶段 %(key)s 的结束日期早于开始日期。"), key=phase.key)
    for obligation in c.obligations:
        if (obligation.due is None) == (obligation.cadence is None):
            yield Message(_("限时任务 %(key)s 必须写明日期或周期，且只写一个。"), key=obligation.key)
        if obligation.form and obligation.form not in {f.key for f in c.forms}:
            yield _dangling(f"obligation {obligation.key}", obligation.form)
        if obligation.pool and obligation.pool not in ledgers | {ACTIVITIES, *OF_OFFICE}:
            yield _dangling(f"obligation {obligation.key}", obligation.pool)
        if (obligation.pool == MEETINGS) != bool(obligation.meetings):
            yield Message(_("限时任务 %(key)s：以会议为准的必须且只有它写明会议种类。"), key=obligation.key)
        if obligation.pool in OF_OFFICE and not obligation.by_office:
            yield Message(
                _("限时任务 %(key)s：会议和检查由办公室办理，不能要求成员单位。"), key=obligation.key
            )
        for kind in obligation.meetings:
            if kind not in {k.type for k in c.meetings.kinds}:
                yield _dangling(f"obligation {obligation.key}", kind)
        by_unit = obligation.form or obligation.members or obligation.pool not in ("", *OF_OFFICE)
        if obligation.by_office and by_unit:
            yield Message(_("限时任务 %(key)s 由办公室承担，不能写表、台账或成员单位。"), key=obligation.key)
        for key in obligation.members:
            if key not in members:
                yield _dangling(f"obligation {obligation.key}", key)
    yield from _exchange(c, members)
    yield from _meetings(c)
    yield from _oversight(c, members)
    yield from basis_problems(c)
    yield from handing_problems(c)
    yield from workflow_problems(c)
    yield from reward_problems(c)
    if c.tips is not None:
        yield from _tips(c, c.tips, members, lists)


def _tips(c: Campaign, t: Tips, members: set[str], lists: set[str]) -> Iterator[Message]:
    """The public page asks nothing that it must have, and an entry of the ledger can take its answers over."""
    yield from _keys("field of tips", [f.key for f in t.fields])
    yield from _fields("tips", t.fields, members, lists)
    yield from _no_files("tips", t.fields)
    if not t.intro or not t.protection:
        yield Message(_("公开举报页必须写明受理范围和自我保护提示。"))
    ledger = c.ledger(t.ledger)
    if ledger is None:
        yield _dangling("tips.ledger", t.ledger)
    kept = {f.key: f for f in ledger.fields} if ledger else {}
    for f in t.fields:
        same = kept.get(f.key)
        if f.required:
            yield Message(_("公开举报页的字段 %(key)s 不能必填。"), key=f.key)
        if same is not None and (same.kind, same.choices, same.unit) != (f.kind, f.choices, f.unit):
            yield Message(_("公开举报页的字段 %(key)s 与台账同名字段的种类不同。"), key=f.key)
    for key in t.receivers:
        if key not in members:
            yield _dangling("tips.receivers", key)
    for what, limit in (("first_check", t.first_check), ("answer", t.answer)):
        if limit is not None and not 1 <= limit.n <= MOST[limit.kind]:
            text = _("tips.%(what)s 的时限应为 1 至 %(most)s，现为 %(n)s。")
            yield Message(text, what=what, most=MOST[limit.kind], n=limit.n)
    yield from _keys("band of tips", [r.key for r in t.rewards])
    for r in t.rewards:
        if not 0 < r.lowest <= r.highest:
            yield Message(_("举报奖励 %(key)s 的金额应为正数，且下限不高于上限。"), key=r.key)


def _exchange(c: Campaign, members: set[str]) -> Iterator[Message]:
    """Kinds of information, and the limits of the office."""
    for what in ("categories", "advisories", "materials", "requests"):
        group: tuple[Category, ...] = getattr(c.exchange, what)
        yield from _keys(what, [x.key for x in group])
        for category in group:
            for key in category.writers:
                if key not in members:
                    yield _dangling(f"{what} {category.key}", key)
    for what, limit in (("answer", c.exchange.answer), ("handling", c.exchange.handling)):
        if limit is not None and not 1 <= limit.n <= MOST[limit.kind]:
            text = _("exchange.%(what)s 的时限应为 1 至 %(most)s，现为 %(n)s。")
            yield Message(text, what=what, most=MOST[limit.kind], n=limit.n)


def _meetings(c: Campaign) -> Iterator[Message]:
    """Each kind once; one signature must not stand for two texts."""
    m, body = c.meetings, c.exchange.agreement
    yield from _keys("meeting kind", [k.type for k in m.kinds])
    if m.report_back is not None and not 1 <= m.report_back.n <= MOST[m.report_back.kind]:
        text = _("meetings.%(what)s 的时限应为 1 至 %(most)s，现为 %(n)s。")
        yield Message(text, what="report_back", most=MOST[m.report_back.kind], n=m.report_back.n)
    if m.agreement and body and m.agreement != body and m.agreement.version == body.version:
        yield Message(
            _("会议材料的保密承诺与信息交换的不是同一文本，却用了同一版本号 %(n)s。"), n=body.version
        )


def _oversight(c: Campaign, members: set[str]) -> Iterator[Message]:
    """The ladder rises, counts only what has an end, and leaves 一票否决 to people; the sheet comes to a hundred."""
    o = c.oversight
    rungs, counted = {r.key for r in o.ladder}, _counted(c)
    for what, keys in (
        ("rung", [r.key for r in o.ladder]),
        ("trigger", [t.key for t in o.triggers]),
        ("score item", [s.key for s in o.score]),
        ("watched", list(o.watched)),
    ):
        yield from _keys(what, keys)
    for rung in o.ladder:
        if rung.decided_by and rung.decided_by not in members:
            yield _dangling(f"rung {rung.key}", rung.decided_by)
        if rung.misses and rung.kind is RungKind.VETO:
            yield Message(_("一票否决 %(key)s 不能由系统按次数提出，须由有权人员决定。"), key=rung.key)
    misses = [r.misses for r in o.ladder if r.misses]
    if misses != sorted(set(misses)) or (misses and misses[0] < 1):
        yield Message(_("督促措施由轻到重排列，次数也应逐级增加，现为 %(n)s。"), n=misses)
    for trigger in o.triggers:
        for key in trigger.rungs:
            if key not in rungs:
                yield _dangling(f"trigger {trigger.key}", key)
    for key in o.watched:
        if key not in counted:
            yield _dangling("watched", key)
    for item in o.score:
        yield from _score_item(item, counted)
    base = sum(s.most for s in o.score if s.kind is PointKind.BASE)
    if o.score and base != HUNDRED:
        yield Message(_("评分表基本分合计应为 100 分，现为 %(n)s 分。"), n=base / 100)


def _counted(c: Campaign) -> set[str]:
    """What units owe in every period with an end: a soft word is never a miss (Q-29)."""
    named = {o.key for o in c.obligations}
    found = {o.key for o in c.obligations if o.cadence and not o.soft and not o.by_office}
    return found | {d.key for d in c.duties if d.cadence and not d.soft and d.key not in named}


def _score_item(item: ScoreItem, counted: set[str]) -> Iterator[Message]:
    if item.most < 1 or not 0 <= item.each <= item.most:
        yield Message(_("评分项 %(key)s 的分值不对：最多 %(most)s，每次 %(each)s。"), key=item.key, most=item.most, each=item.each)  # fmt: skip
    if item.obligation and item.obligation not in counted:
        yield _dangling(f"score item {item.key}", item.obligation)
    if item.obligation and (not item.each or item.kind is PointKind.BONUS):
        yield Message(_("评分项 %(key)s 由未完成的任务得出，须写明每次扣多少，不能是加分。"), key=item.key)
    if word := trace_in(item.label):
        yield Message(_("评分项 %(key)s 按“%(word)s”计分：不得以登录、点击、照片、转发、场次等痕迹计分。"), key=item.key, word=word)  # fmt: skip


def _drawn(
    form: Form, fields: set[str], derived: set[str], members: set[str], lists: set[str], ledgers: set[str]
) -> Iterator[Message]:
    """Where figures and rows come from, and what a form of one date needs."""
    if (form.period is PeriodKind.ONCE) != (form.once is not None):
        yield Message(_("表 %(key)s：一次性报表必须且只有一次性报表写明日期。"), key=form.key)
    for key in form.goals:
        if key not in derived:
            yield _dangling(f"goal {form.key}", key)
    for f in form.fields:
        for draw in f.draws:
            if draw.pool not in ledgers | {ACTIVITIES, REWARDS}:
                yield _dangling(f"field {form.key}.{f.key}", draw.pool)
        if f.carries and f.carries not in fields:
            yield _dangling(f"field {form.key}.{f.key}", f.carries)
    yield from _keys(f"table of {form.key}", [*fields, *(t.key for t in form.tables)])
    for table in form.tables:
        yield from _keys(f"column of {form.key}.{table.key}", [c.key for c in table.columns])
        yield from _fields(f"{form.key}.{table.key}", table.columns, members, lists)
        yield from _no_files(f"{form.key}.{table.key}", table.columns)
        if bool(table.ledger) != bool(table.row) or (table.ledger and table.ledger not in ledgers):
            yield _dangling(f"table {form.key}.{table.key}", table.ledger or "row")
        if table.heads and sum(n for _label, n in table.heads) != len(table.columns):
            yield Message(_("表格 %(key)s 的上层表头与栏数不符。"), key=f"{form.key}.{table.key}")
        for key in table.owners:
            if key not in members:
                yield _dangling(f"table {form.key}.{table.key}", key)


def _documents(c: Campaign, members: set[str], lists: set[str]) -> Iterator[Message]:
    """Each template makes its example into a paper, and says nothing of answers that are not there."""
    known = {s.key for s in c.sources}
    yield from _keys("document", [t.key for t in c.documents])
    for t in c.documents:
        yield from _keys(f"field of {t.key}", [f.key for f in t.fields])
        yield from _fields(t.key, t.fields, members, lists)
        yield from _no_files(t.key, t.fields)
        for key in sorted(set(t.example) - {f.key for f in t.fields}):
            yield _dangling(f"example of {t.key}", key)
        if t.clause is not None and t.clause.source not in known:
            yield _dangling(f"document {t.key}", t.clause.source)
        if t.annex and t.sheet is None:
            yield _dangling(f"document {t.key}", "sheet")
        for values in (t.example, {f.key: None for f in t.fields}):
            try:
                made = (t.title(values), *t.body(values), *(t.sheet(values) if t.sheet else ()))
                if not str(made[0]).strip() or (len(made) < 2 and values is t.example):
                    yield Message(_("文书模板 %(key)s 按示例生成的标题或内容为空。"), key=t.key)
            except Exception as error:
                said = f"{type(error).__name__}: {error}"[:200]
                yield Message(_("文书模板 %(key)s 不能生成文书：%(error)s"), key=t.key, error=said)


def _keys(what: str, keys: Iterable[str]) -> Iterator[Message]:
    for key, count in Counter(keys).items():
        if not _KEY.match(key):
            yield Message(_("%(what)s 的键“%(key)s”只能用小写字母、数字和下划线。"), what=what, key=key)
        if count > 1:
            yield Message(_("%(what)s 的键“%(key)s”出现了 %(count)s 次。"), what=what, key=key, count=count)


def _fields(owner: str, fields: Iterable[Field], members: set[str], lists: set[str]) -> Iterator[Message]:
    for f in fields:
        if (f.kind in (FieldKind.CHOICE, FieldKind.CHOICES)) != bool(f.choices) or (
            f.choices and f.choices not in lists
        ):
            yield _dangling(f"field {owner}.{f.key}", f.choices or "choices")
        for key in f.owners:
            if key not in members:
                yield _dangling(f"field {owner}.{f.key}", key)
        if f.mask not in KINDS or (f.sensitive and f.kind not in (FieldKind.TEXT, FieldKind.LONG_TEXT)):
            yield Message(
                _("字段 %(key)s：只有文字可以标为敏感，遮盖方式须是已有的一种。"), key=f"{owner}.{f.key}"
            )
        if f.kind is FieldKind.MONEY and f.unit not in (written("元"), written("万元")):
            yield Message(_("金额字段 %(key)s 的单位必须是元或万元。"), key=f"{owner}.{f.key}")


def _no_files(owner: str, fields: Iterable[Field]) -> Iterator[Message]:
    """Attachments belong to a form as a whole."""
    for f in fields:
        if f.kind is FieldKind.FILES:
            yield Message(_("字段 %(key)s 不能是附件：附件只能是报表的一栏。"), key=f"{owner}.{f.key}")


def _clauses(c: Campaign) -> Iterator[Message]:
    known = {s.key for s in c.sources}
    carriers: list[tuple[str, Clause | None]] = [("body", c.body.clause)]
    for group in (c.duties, c.forms, c.ledgers, c.thresholds, c.rules, c.policies, c.phases, c.obligations):
        carriers += [(f"{type(x).__name__} {x.key}", x.clause) for x in group]
    for form in c.forms:
        carriers += [(f"Field {form.key}.{f.key}", f.clause) for f in form.fields if f.clause]
        carriers += [(f"Table {form.key}.{t.key}", t.clause) for t in form.tables]
    x = c.exchange
    for kinds in (x.categories, x.advisories, x.materials, x.requests):
        carriers += [(f"Category {k.key}", k.clause) for k in kinds]
    carriers += [("Limit", limit.clause) for limit in (x.answer, x.handling) if limit and limit.clause]
    m = c.meetings
    carriers += [("Limit", m.report_back.clause)] if m.report_back and m.report_back.clause else []
    carriers += [(f"MeetingKind {k.type}", k.clause) for k in m.kinds]
    carriers += [("Agreement", a.clause) for a in (x.agreement, m.agreement) if a is not None]
    o = c.oversight
    carriers += [(f"Rung {r.key}", r.clause) for r in o.ladder]
    carriers += [(f"Trigger {g.key}", g.clause) for g in o.triggers]
    carriers += [(f"ScoreItem {s.key}", s.clause) for s in o.score]
    if c.tips is not None:
        t = c.tips
        carriers += [("Tips", t.clause), *((f"TipReward {r.key}", r.clause) for r in t.rewards)]
        carriers += [("Limit", limit.clause) for limit in (t.first_check, t.answer) if limit and limit.clause]
    for what, clause in carriers:
        if clause is None:
            yield Message(_("%(what)s 没有写明依据条款。"), what=what)
        elif clause.source not in known:
            yield _dangling(what, clause.source)


def _wrong(what: str, given: object) -> Message:
    return Message(_("%(what)s 的类型不对，现为 %(type)s。"), what=what, type=type(given).__name__)


def _dangling(what: str, key: str) -> Message:
    return Message(_("%(what)s 引用了不存在的“%(key)s”。"), what=what, key=key)
