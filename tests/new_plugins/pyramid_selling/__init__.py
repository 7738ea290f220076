"""打击传销, as a developer outside this project would add it: one folder, the contract alone (scenario F11)."""

from __future__ import annotations

from datetime import date

from portal.campaigns import (
    EVERY_MEMBER,
    Body,
    BodyKind,
    Cadence,
    Campaign,
    Clause,
    Closing,
    Due,
    DueKind,
    Duty,
    Field,
    FieldKind,
    Form,
    Ledger,
    Member,
    Message,
    PeriodKind,
    Section,
    Source,
    State,
    Step,
    Threshold,
    _,
    added_up,
    counted,
    hookimpl,
)

PLAN = Source(
    key="P",
    number=_("演示发〔2026〕1号"),
    title=_("打击传销工作方案（演示）"),
    issuer=_("演示市政府办"),
    issued=date(2026, 1, 5),
    effective_from=date(2026, 1, 5),
)


def clause(article: str) -> Clause:
    return Clause(source="P", article=_(article))


def duty(key: str, member: str, text: str, cadence: Cadence | None = None) -> Duty:
    return Duty(key=key, member=member, text=_(text), clause=clause("第三条"), cadence=cadence)


DUTIES = (
    duty("report", EVERY_MEMBER, "按季报送工作情况。", Cadence.QUARTERLY),
    duty("publicity", EVERY_MEMBER, "开展防范传销宣传。"),
    duty("market_check", "market", "查处传销行为。"),
    duty("market_list", "market", "建立重点区域台账。"),
    duty("market_lead", "market", "牵头日常工作。"),
    duty("police_case", "police", "侦办组织、领导传销案件。"),
    duty("police_rescue", "police", "解救被骗人员。"),
    duty("police_share", "police", "通报案件情况。"),
    duty("education", "education", "开展校园防范教育。"),
    duty("education_check", "education", "排查学生参与情况。"),
    duty("civil_rental", "civil", "协助出租房屋排查。"),
    duty("civil_return", "civil", "协助遣返。"),
)

CASES = Ledger(
    key="case",
    label=_("传销案件台账"),
    numbering=_("传"),
    fields=(
        Field(key="people", label=_("涉案人数"), kind=FieldKind.INTEGER, unit=_("人"), required=True),
        Field(key="amount", label=_("涉案金额"), kind=FieldKind.MONEY, unit=_("万元")),
        Field(key="closed_on", label=_("销号日期"), kind=FieldKind.DATE),
    ),
    clause=clause("第四条"),
    states=(
        State(key="entered", label=_("登记")),
        State(key="filed", label=_("立案")),
        State(key="done", label=_("办结"), final=True),
    ),
    steps=(
        Step(
            key="file", label=_("立案"), start=("entered",), end="filed", note=True, clause=clause("第四条")
        ),
        Step(
            key="finish",
            label=_("办结"),
            start=("filed",),
            end="done",
            evidence=True,
            clause=clause("第四条"),
        ),
    ),
    closing=Closing(clause=clause("第四条"), closed_on="closed_on"),
    examples=({"title": _("某小区聚集授课（演示）"), "people": 12, "amount": 3_000_000},),
)


def _form(
    key: str, label: str, period: PeriodKind, fields: tuple[Field, ...], example: dict[str, int]
) -> Form:
    return Form(
        key=key,
        label=_(label),
        version=1,
        period=period,
        due=Due(kind=DueKind.LAST_WORKING_DAY),
        sections=(Section(key="work", label=_("工作情况"), fields=fields),),
        clause=clause("第五条"),
        example=example,
    )


FORMS = (
    _form(
        "quarterly",
        "打击传销季度报表",
        PeriodKind.QUARTER,
        (
            Field(
                key="cases", label=_("新发案件"), kind=FieldKind.INTEGER, unit=_("起"), required=True,
                draws=(counted("case"),),
            ),
            Field(
                key="people", label=_("涉案人数"), kind=FieldKind.INTEGER, unit=_("人"), required=True,
                draws=(added_up("case", "people"),),
            ),
        ),
        {"cases": 1, "people": 12},
    ),
    _form(
        "yearly",
        "打击传销年度报表",
        PeriodKind.YEAR,
        (Field(key="visits", label=_("排查场所"), kind=FieldKind.INTEGER, unit=_("处"), required=True),),
        {"visits": 8},
    ),
)  # fmt: skip

CAMPAIGN = Campaign(
    key="pyramid_selling",
    label=_("反传销"),
    title=_("打击传销专项行动"),
    position=700,
    sources=(PLAN,),
    body=Body(
        kind=BodyKind.LEADING_GROUP,
        name=_("打击传销工作领导小组"),
        office=_("领导小组办公室"),
        lead="market",
        titles={"convenor": _("组长")},
        clause=clause("第二条"),
    ),
    roster=(
        Member(key="market", label=_("市场监管局")),
        Member(key="police", label=_("公安局")),
        Member(key="education", label=_("教育局")),
        Member(key="civil", label=_("民政局")),
    ),
    duties=DUTIES,
    forms=FORMS,
    ledgers=(CASES,),
    thresholds=(
        Threshold(
            key="thirty_people",
            ledger="case",
            label=_("涉案 30 人以上"),
            when=lambda v: (v.get("people") or 0) >= 30,
            reason=lambda v: Message(_("涉案 %(n)s 人，达到 30 人。"), n=v["people"]),
            hours=24,
            clause=clause("第六条"),
        ),
    ),
)


@hookimpl
def portal_campaign() -> Campaign:
    return CAMPAIGN
