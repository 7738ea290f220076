"""Small registers beside the cases: what the banks take in, what the courts decide; the others stand in files of their own.

Each entry is a sum or a matter, never a person: no holder, no serial number. Those stay in the central bank's system.
"""

from dataclasses import replace

from portal.campaigns import Check, Clause, Field, FieldKind, Grade, Ledger, Message, Text, Values, _

from .cells import COINS, NOTES, PEOPLE, YUAN
from .checks import CHECKS
from .checks_of_members import DISPUTE_LEDGER, INSPECTION_LEDGER, PARCEL_CHECK_LEDGER
from .denominations import COIN_LABELS, NOTE_LABELS, SERIES_LABELS, face_fen
from .specimens import SPECIMEN_LEDGER

_PIECES = _("本条登记的数量，没有的留空。")


def _count(key: str, label: Text, unit: Text, definition: Text, *, required: bool = False) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.INTEGER, unit=unit, definition=definition, required=required
    )


def _money(key: str, label: Text, definition: Text) -> Field:
    return Field(key=key, label=label, kind=FieldKind.MONEY, unit=YUAN, definition=definition)


def _empty_find(values: Values) -> Message | None:
    if face_fen(values) or values.get("foreign_notes"):
        return None
    return Message(_("没有填收缴的张（枚）数。请至少填一种券别，或填假外币。"))


def _reported(values: Values) -> Message | None:
    if not values.get("batches"):
        return None
    text = _("一次 5 张（枚）以上 %(n)s 次。请确认已报当地公安机关和人民银行；有线索的另登记假币案件台账。")
    return Message(text, n=values["batches"])


FIND_CHECKS = (
    *(c for c in CHECKS if c.key in ("series_total", "altered_part", "foreign_named")),
    *(replace(c, grade=Grade.HINT) for c in CHECKS if c.key == "batches_part"),
    Check(key="empty_find", grade=Grade.HINT, fields=("vouchers",), find=_empty_find),
    Check(
        key="reported",
        grade=Grade.HINT,
        fields=("batches",),
        find=_reported,
        clause=Clause(source="PBC2019", article=_("第三章 假币收缴")),
    ),
)
"""The cells of a find are those of the monthly table, and so are their rules."""

FIND_LEDGER = Ledger(
    key="find",
    label=_("柜面收缴登记"),
    numbering=_("收"),
    fields=(
        Field(
            key="channel",
            label=_("发现渠道"),
            kind=FieldKind.CHOICE,
            choices="counter_channel",
            required=True,
            definition=_("一个网点一天可以合并登记一条。"),
        ),
        _count("vouchers", _("收缴凭证"), _("份"), _("本条对应的假币收缴凭证份数。"), required=True),
        *(_count(key, label, NOTES, _PIECES) for key, label in NOTE_LABELS.items()),
        *(_count(key, label, COINS, _PIECES) for key, label in COIN_LABELS.items()),
        _money("other_face", _("其他券别面额"), _("2 元券、角券、纪念币和纪念钞的面额。")),
        _count("altered_notes", _("其中变造币"), NOTES, _("已含在各券别张数内。")),
        *(_count(key, label, NOTES, _("同一批纸币按版别再分一次。")) for key, label in SERIES_LABELS.items()),
        _count(
            "batches",
            _("其中一次 5 张（枚）以上"),
            _("次"),
            _("含 5 张（枚）；须同时报公安机关和人民银行。"),
        ),
        Field(
            key="foreign_currencies",
            label=_("假外币币种"),
            kind=FieldKind.CHOICES,
            choices="foreign_currency",
            definition=_("没有的不选。"),
        ),
        _count("foreign_notes", _("假外币"), NOTES, _("各外币币种的张（枚）数之和。")),
        _count(
            "foreign_original",
            _("假外币原币面额"),
            _("元"),
            _("按票面合计，单位为该币种的基本单位；几种外币的分条登记。"),
        ),
        _money("foreign_face", _("假外币折合人民币"), _("按收缴当日中间价折算。")),
    ),
    clause=Clause(
        source="D0", article=_("附件·银行业金融机构第3项"), note=_("只登记数量和面额，不登记持有人。")
    ),
    writers=("banks",),
    views=("channel",),
    checks=FIND_CHECKS,
    examples=(
        {
            "title": _("城区某网点柜面收缴（演示）"),
            "channel": "counter",
            "vouchers": 4,
            "note_100": 3,
            "note_20": 1,
            "series_2005": 3,
            "series_2019": 1,
        },
        {
            "title": _("现金中心清分发现（演示）"),
            "channel": "sorting",
            "vouchers": 2,
            "note_50": 2,
            "coin_1y": 6,
            "altered_notes": 1,
            "series_2019": 2,
            "batches": 1,
        },
        {
            "title": _("开发区某网点收缴假美元（演示）"),
            "channel": "counter",
            "vouchers": 1,
            "foreign_currencies": ["usd"],
            "foreign_notes": 1,
            "foreign_original": 100,
            "foreign_face": 70_712,
        },
    ),
)

PROCEEDING_LEDGER = Ledger(
    key="proceeding",
    label=_("起诉审判登记"),
    numbering=_("诉"),
    fields=(
        Field(
            key="step",
            label=_("办理环节"),
            kind=FieldKind.CHOICE,
            choices="proceeding_step",
            required=True,
            definition=_("一案一环节登记一条，得知时间填作出决定之日。"),
        ),
        _count("people", _("涉及人数"), PEOPLE, _("本环节涉及的人数，只填数量。"), required=True),
        _money("fine", _("判处罚金"), _("判决生效的填写。")),
    ),
    clause=Clause(source="D0", article=_("附件·市中院第3项"), note=_("检察环节见附件·市检察院第1项。")),
    writers=("procuratorate", "court"),
    views=("step",),
    examples=(
        {"title": _("持有假币案批捕（演示）"), "step": "arrest", "people": 1},
        {"title": _("出售假币案起诉（演示）"), "step": "prosecution", "people": 2},
        {"title": _("出售假币案一审（演示）"), "step": "trial", "people": 2},
        {"title": _("使用假币案判决生效（演示）"), "step": "final", "people": 1, "fine": 2_000_000},
    ),
)

REGISTERS = (
    FIND_LEDGER,
    PROCEEDING_LEDGER,
    INSPECTION_LEDGER,
    PARCEL_CHECK_LEDGER,
    SPECIMEN_LEDGER,
    DISPUTE_LEDGER,
)
