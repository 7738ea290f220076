"""The notice by which the applying unit learns that its reward was approved (D1, 奖励申请程序)."""

from __future__ import annotations

from portal.campaigns import (
    Cell,
    Clause,
    DocumentTemplate,
    DocumentType,
    Field,
    FieldKind,
    Message,
    Values,
    _,
    capital_amount,
    write_day,
    written,
)


def _said(values: Values, key: str) -> str:
    return str(values.get(key) or "")


def _sheet(values: Values) -> tuple[tuple[Cell, ...], ...]:
    fen = int(values.get("reward") or 0)
    face = int(values.get("face") or 0)
    return (
        (Cell(label=written("申请单位"), value=_said(values, "unit")),),
        (Cell(label=written("案件"), value=_said(values, "case"), lines=2),),
        (
            Cell(label=written("案件编号"), value=_said(values, "case_number")),
            Cell(label=written("假币面额"), value=Message(written("%(n)s元"), n=_amount(face))),
        ),
        (
            Cell(label=written("审批单位"), value=_said(values, "approver")),
            Cell(label=written("审批日期"), value=write_day(values.get("approved_on"))),
        ),
        (Cell(label=written("金额（小写）"), value=Message(written("￥%(n)s"), n=_amount(fen))),),
        (Cell(label=written("金额（大写）"), value=written("人民币") + capital_amount(fen)),),
        (
            Cell(
                label=written("分配要求"),
                value=written("由被奖单位按各单位和个人的贡献确定分配金额，足额发放，并留存签收记录。"),
            ),
        ),
        (Cell(label=written("经办人"), value=""), Cell(label=written("审核人"), value="")),
        (
            Cell(label=written("领取人签收"), value="", lines=2),
            Cell(label=written("领取日期"), value="", lines=2),
        ),
    )


def _amount(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


DOCUMENTS = (
    DocumentTemplate(
        key="reward_notice",
        label=_("反假奖励金发放通知单"),
        type=DocumentType.PAYMENT,
        clause=Clause(
            source="D1",
            article=_("奖励申请程序"),
            note=_("审批完成后 15 个工作日内，由货币金银部门告知申请单位。"),
        ),
        title=lambda _values: written("反假人民币奖励金发放通知单"),
        body=lambda _values: (),
        sheet=_sheet,
        fields=(
            Field(key="unit", label=_("申请单位"), kind=FieldKind.TEXT, required=True),
            Field(key="case", label=_("案件"), kind=FieldKind.TEXT, required=True),
            Field(key="case_number", label=_("案件编号"), kind=FieldKind.TEXT),
            Field(key="face", label=_("假币面额"), kind=FieldKind.MONEY, unit=_("元")),
            Field(key="reward", label=_("奖励金额"), kind=FieldKind.MONEY, unit=_("元"), required=True),
            Field(key="approver", label=_("审批单位"), kind=FieldKind.TEXT, required=True),
            Field(key="approved_on", label=_("审批日期"), kind=FieldKind.DATE, required=True),
        ),
        example={
            "unit": written("示范县公安局"),
            "case": written("示范县集市使用假币案"),
            "case_number": written("案〔2026〕4号"),
            "face": 52_960_000,
            "reward": 5_296_000,
            "approver": written("人民银行示范市分行"),
            "approved_on": "2026-09-10",
        },
    ),
)
