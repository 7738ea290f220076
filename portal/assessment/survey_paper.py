"""Results of a questionnaire as a workbook: the counts, and of a named one what each unit said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO

from portal.assessment.survey_models import Survey
from portal.assessment.survey_questions import load
from portal.assessment.surveys import Asked, is_open, read_results
from portal.core.i18n import join_words, show_moment
from portal.core.text import Message, _
from portal.documents.workbook import Column, Kind, Sheet, write_workbook


def write_results(
    stream: BinaryIO, survey: Survey, asked: Sequence[Asked], *, office: str, now: datetime
) -> None:
    """Nothing is broken down while a nameless one runs: two exports would tell whose answer came between them."""
    ends: dict[str, Any] = {"left": Message(_("填报单位：%(unit)s"), unit=office), "right": show_moment(now)}
    rows: list[list[Any]] = []
    results = None if survey.nameless and is_open(survey, now) else read_results(survey, asked)
    for tally in results.tallies if results else ():
        label: Any = tally.question.label
        for choice, count in tally.counts.items():
            rows.append([label, choice, count, tally.percent(choice)])
            label = ""
        if tally.mean:
            rows.append([label, _("平均"), None, tally.mean])
            label = ""
        rows += [[label if not n else "", text, None, ""] for n, text in enumerate(tally.texts)]
    counts = Sheet(
        title=survey.title, name=_("汇总"), rows=rows, **ends,
        columns=(Column(label=_("题目"), width=36), Column(label=_("选项"), width=36),
                 Column(label=_("份数"), width=8, kind=Kind.NUMBER), Column(label=_("占比"), width=10)),
    )  # fmt: skip
    sheets = [counts]
    if not survey.nameless:
        questions = load(survey.questions)
        lines = [
            [a.unit, a.about, *(_shown(a.answers.get(q.key, "")) for q in questions), a.reply] for a in asked
        ]
        heads = (
            Column(label=_("单位"), width=18),
            Column(label=_("对象"), width=18),
            *(Column(label=q.label, width=24) for q in questions),
            Column(label=_("说明"), width=24),
        )
        sheets.append(Sheet(title=survey.title, name=_("逐单位"), columns=heads, rows=lines, **ends))
    write_workbook(stream, sheets)


def _shown(value: Any) -> Any:
    return join_words(value) if isinstance(value, list) else value
