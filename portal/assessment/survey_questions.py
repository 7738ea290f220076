"""Questions of a questionnaire: read from lines as an office types them, answered, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from portal.core.errors import Invalid
from portal.core.text import Message, Text, _
from portal.web.inputs import Unusable, clean_text, parse_integer

MOST, OPTIONS = 40, 20
LABEL, OPTION, ANSWER = 200, 60, 1000
FEWEST = 5
"""Nameless answers below this number are not broken down: too few to hide in."""


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    """1 to 5."""
    NUMBER = "number"
    TEXT = "text"


KIND_LABELS: dict[QuestionKind, Text] = {
    QuestionKind.SINGLE: _("单选"),
    QuestionKind.MULTIPLE: _("多选"),
    QuestionKind.SCALE: _("打分"),
    QuestionKind.NUMBER: _("数字"),
    QuestionKind.TEXT: _("文字"),
}
SCALE = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Question:
    """``key``: q1, q2, … in their order."""

    key: str
    label: str
    kind: str
    options: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        return SCALE if self.kind == QuestionKind.SCALE else self.options

    def stored(self) -> dict[str, Any]:
        return asdict(self) | {"options": list(self.options)}


def load(stored: Sequence[Mapping[str, Any]]) -> list[Question]:
    return [Question(q["key"], q["label"], q["kind"], tuple(q["options"])) for q in stored]


def read_lines(text: str) -> list[Question]:
    """One question a line: ``单选 满意程度 | 满意 | 基本满意 | 不满意``; a line without a known kind is a text question.

    ``Invalid`` on ``questions`` names the first line that cannot be taken.
    """
    words = {str(label): kind for kind, label in KIND_LABELS.items()}
    found: list[Question] = []
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        head, *options = [part.strip() for part in line.replace("｜", "|").split("|")]
        word, _space, rest = head.partition(" ")
        kind = words.get(word, QuestionKind.TEXT)
        label = rest.strip() if word in words else head
        problem: Message | None = None
        chosen = tuple(dict.fromkeys(o for o in options if o))
        if not label or len(label) > LABEL:
            problem = Message(_("第 %(n)s 行：题目应为 1 至 %(max)s 字。"), n=number, max=LABEL)
        elif kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) and not 2 <= len(chosen) <= OPTIONS:
            problem = Message(
                _("第 %(n)s 行：选择题应有 2 至 %(max)s 个选项，用竖线隔开。"), n=number, max=OPTIONS
            )
        elif any(len(o) > OPTION for o in chosen):
            problem = Message(_("第 %(n)s 行：选项最多 %(max)s 字。"), n=number, max=OPTION)
        if problem:
            raise Invalid({"questions": problem})
        plain = kind not in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
        found.append(Question(f"q{len(found) + 1}", label, kind.value, () if plain else chosen))
    if not found:
        raise Invalid({"questions": _("请填写题目，一行一题。")})
    if len(found) > MOST:
        raise Invalid({"questions": Message(_("共 %(n)s 题，最多 %(max)s 题。"), n=len(found), max=MOST)})
    return found


def as_lines(questions: Sequence[Question]) -> str:
    return "\n".join(
        " | ".join((f"{KIND_LABELS[QuestionKind(q.kind)]} {q.label}", *q.options)) for q in questions
    )


def read_answers(questions: Sequence[Question], given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """``given``: question key -> what was posted. ``Invalid`` on each question that is not answered as it asks."""
    answers: dict[str, Any] = {}
    problems: dict[str, Message | Text] = {}
    for q in questions:
        typed = [t for t in given.get(q.key, ()) if t.strip()]
        if not typed:
            problems[q.key] = _("请回答这一题；没有意见的，文字题写“无”。")
            continue
        match q.kind:
            case QuestionKind.MULTIPLE:
                answers[q.key] = [o for o in q.options if o in typed]
                if set(typed) - set(q.options):
                    problems[q.key] = _("请从选项中选择。")
            case QuestionKind.SINGLE | QuestionKind.SCALE:
                answers[q.key] = typed[0]
                if typed[0] not in q.choices:
                    problems[q.key] = _("请从选项中选择。")
            case _:
                try:
                    text = clean_text(typed[0], ANSWER, lines=True)
                    answers[q.key] = parse_integer(text) if q.kind == QuestionKind.NUMBER else text
                except Unusable as error:
                    problems[q.key] = error.message
    if problems:
        raise Invalid(problems)
    return answers


@dataclass(frozen=True)
class Tally:
    """How one question was answered. ``counts``: choice -> number, in the question's order; ``texts``: what was written;
    ``numbers``: as given."""

    question: Question
    answered: int
    counts: Mapping[str, int]
    texts: Sequence[str]
    numbers: Sequence[int]

    @property
    def mean(self) -> str:
        """Of a scale or of numbers, two decimals; '' without any. For the office to read, no unit's rank."""
        given = (
            [int(c) * n for c, n in self.counts.items()] if self.question.kind == QuestionKind.SCALE else []
        )
        total, count = (sum(given), self.answered) if given else (sum(self.numbers), len(self.numbers))
        if not count:
            return ""
        hundredths = (
            (total * 200 + count) // (count * 2) if total >= 0 else -((-total * 200 + count) // (count * 2))
        )
        sign = "-" if hundredths < 0 else ""
        return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"

    @property
    def texts_counted(self) -> Mapping[str, int]:
        """The same words once, with how often they were written."""
        return Counter(self.texts)

    def percent(self, choice: str) -> str:
        return f"{self.counts[choice] * 100 / self.answered:.1f}%" if self.answered else ""


def tally(questions: Sequence[Question], answers: Sequence[Mapping[str, Any]]) -> list[Tally]:
    """Every answer counts once per choice; unknown choices are left out. Words and numbers are sorted: their order would
    join the answers of one nameless unit to each other, and those of a named one to its place in the list."""
    found = []
    for q in questions:
        given = [a[q.key] for a in answers if q.key in a]
        counter: Counter[str] = Counter()
        for value in given:
            counter.update(value if isinstance(value, list) else [value] if q.choices else [])
        plain = not q.choices
        found.append(
            Tally(
                q,
                len(given),
                {c: counter[c] for c in q.choices},
                sorted(v for v in given if isinstance(v, str)) if plain else [],
                sorted(v for v in given if isinstance(v, int)) if plain else [],
            )
        )
    return found
