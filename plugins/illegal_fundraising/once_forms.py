"""What D4 asks for once (六（四）): who is responsible, by 2024-06-25, and the final summary, by 2025-11-01.

Both days count to their end (Q-18). Posts and office numbers only: the document's habit of printing a person's
mobile number and mailbox is not taken over (Q-32).
"""

from __future__ import annotations

from datetime import date

from portal.campaigns import Due, DueKind, Field, FieldKind, Form, PeriodKind, Section, Shift, Text, _

from .sources import d4

_THAT_DAY = Due(kind=DueKind.LAST_CALENDAR_DAY, shift=Shift.NONE)
_POST = _("只写职务，不写姓名。")
_RANK = _("取自本单位在系统中的任职登记，有变化的改正。")


def _line(
    key: str, label: Text, definition: Text, *, profile: str = "", kept: bool = False, required: bool = True
) -> Field:
    return Field(
        key=key, label=label, kind=FieldKind.TEXT, definition=definition, profile=profile, kept=kept, required=required,
        max_length=60,
    )  # fmt: skip


def _block(key: str, label: Text, definition: Text, *, required: bool = True) -> Field:
    return Field(
        key=key,
        label=label,
        kind=FieldKind.LONG_TEXT,
        definition=definition,
        required=required,
        max_length=4000,
    )


CONTACTS = Form(
    key="contacts",
    label=_("分管领导和联络员信息表"),
    version=1,
    period=PeriodKind.ONCE,
    once=date(2024, 6, 25),
    due=_THAT_DAY,
    sections=(
        Section(
            key="contacts",
            label=_("分管领导和联络员"),
            fields=(
                _line("unit", _("单位名称"), _("单位全称。"), profile="unit_name"),
                _line("leader_post", _("分管领导职务"), _POST, kept=True),
                _line("leader_rank", _("分管领导职级"), _RANK, profile="leader_rank"),
                _line("liaison_post", _("联络员职务"), _POST, kept=True),
                _line("liaison_rank", _("联络员职级"), _RANK, profile="liaison_rank"),
                _line("office_phone", _("办公电话"), _("单位座机；不填个人手机号。"), kept=True),
            ),
        ),
    ),
    clause=d4(_("六（四）"), _("文件没有附表，栏目为草案。")),
    draft=True,
    example={
        "unit": _("示范县商务局"),
        "leader_post": _("副局长"),
        "leader_rank": _("县处级"),
        "liaison_post": _("办公室主任"),
        "liaison_rank": _("科级"),
        "office_phone": "0000-0000001",
    },
)

SUMMARY = Form(
    key="summary",
    label=_("专项行动工作总结"),
    version=1,
    period=PeriodKind.ONCE,
    once=date(2025, 11, 1),
    due=_THAT_DAY,
    sections=(
        Section(
            key="summary",
            label=_("工作总结"),
            fields=(
                _block("situation", _("开展情况"), _("部署、排查、处置、宣传各做了什么。")),
                _block("results", _("主要成效"), _("与季度统计表的累计数一致，写明起止时间。")),
                _block("issues", _("存在问题"), _("写具体事项和卡在哪一步。")),
                _block("next_steps", _("下步打算"), _("写事项、责任单位和时间。")),
                Field(
                    key="papers",
                    label=_("附件"),
                    kind=FieldKind.FILES,
                    definition=_("盖章扫描件、制度文本等；不放涉密材料和个人信息。"),
                ),
            ),
        ),
    ),
    clause=d4(_("六（四）"), _("文件没有附表，段落为草案；表格数据取自季度统计表，不再另填。")),
    draft=True,
    example={
        "situation": _("成立专班，分三轮排查集市、园区和网络平台，宣传月期间进村入校。"),
        "results": _("登记的线索全部初核，清退一批，存量案件比年初减少。"),
        "issues": _("一件跨省案件资产处置进度慢，需要外地协助。"),
        "next_steps": _("十二月底前对已销号事项回访一遍，专班办公室负责。"),
    },
)
