"""Lines held against the entries that stand, and kept until a person has confirmed them. Nothing enters a ledger here."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign, Ledger
from portal.campaigns.forms import Field
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Invalid, NotFound, PluginError
from portal.core.scope import Actor, Scope, get_scope, set_scope
from portal.core.sealing import open_values
from portal.core.text import Message, _, pack_text
from portal.documents.sheet_cells import shown
from portal.ledger import services
from portal.ledger.derived import check_entry, facts_of
from portal.ledger.importing.lines import Line, LineKind, Said, keep, take
from portal.ledger.importing.reading import check_choices
from portal.ledger.importing.sheet import KNOWN, NUMBER, PLACE, TITLE, sheet_fields
from portal.ledger.models import Closing, Record, RecordImport, RecordImportPart
from portal.tenants.models import Tenant

T = TypeVar("T")
LIVES = timedelta(days=7)
PART = 100
"""Lines that enter in one transaction."""
MOST_KEPT = 5
"""Imports of one account that are kept at a time."""
_AT_ONCE = 500
_BY_SERVICES = {"known_at": KNOWN, "title": TITLE, "place": PLACE}


class Standing(NamedTuple):
    id: int
    number: str
    version: int
    title: str
    place: str
    known_at: datetime
    closing: str
    withdrawn_at: datetime | None
    merged_into_id: int | None
    values: Mapping[str, Any]


def stage(
    session: Session, actor: Actor, now: datetime, *, campaign: Campaign, ledger: Ledger, mechanism_id: int, unit_id: int,
    name: str, content: bytes, lines: Sequence[Line],
) -> RecordImport:  # fmt: skip
    """Keep what was read with what it would do. A constant number of statements for every 500 lines."""
    judge(session, now, campaign, ledger, unit_id, lines)
    account_id = actor.account_id or 0
    _make_room(session, account_id)
    made = RecordImport(
        mechanism_id=mechanism_id, unit_id=unit_id, account_id=account_id, campaign=campaign.key, ledger=ledger.key,
        name=name[:200], counts=dict(Counter(line.kind.value for line in lines)), made_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for number, part in enumerate(_some(lines, PART), 1):
        kinds = dict(Counter(line.kind.value for line in part))
        session.add(
            RecordImportPart(
                import_id=made.id, number=number, lines=[keep(line) for line in part], kinds=kinds
            )
        )
    session.flush()
    facts = {"file": name[:200], "sha256": hashlib.sha256(content).hexdigest(), "lines": len(lines)}
    record(session, Act.RECORD_UPLOAD, f"record_import:{made.id}", actor, now, facts)
    return made


def judge(
    session: Session, now: datetime, campaign: Campaign, ledger: Ledger, unit_id: int, lines: Sequence[Line]
) -> None:
    """New, changed, the same, doubtful or refused."""
    _refuse_twice(lines)
    standing = _read_standing(
        session, campaign, ledger, unit_id, [line.number for line in lines if line.number]
    )
    for line in lines:
        if line.number:
            _compare(line, standing.get(line.number), campaign, ledger, now)
        _check(line, campaign, ledger, now)
    _doubt_known(session, campaign, ledger, unit_id, lines)
    for line in lines:
        if line.kind in (LineKind.NEW, LineKind.CHANGE, LineKind.SAME):
            line.typed = {}  # what enters need not be given back
        if line.kind in (LineKind.SAME, LineKind.REFUSED):
            line.values, line.changes = {}, {}


# ------------------------------------------------------------------------------------------------ within the file
def _refuse_twice(lines: Sequence[Line]) -> None:
    numbers = Counter(line.number for line in lines if line.number)
    first: dict[str, int] = {}
    for line in lines:
        if line.number and numbers[line.number] > 1:
            text = _("编号 %(number)s 在表中有 %(n)s 行，不知以哪一行为准，请只保留一行。")
            line.refuse(NUMBER, "", _("编号"), Message(text, number=line.number, n=numbers[line.number]))
        elif not line.number and line.title and line.known_at:
            said = sorted((key, str(value)) for key, value in line.values.items())
            same = hashlib.sha256(repr((line.title, line.place, line.known_at, said)).encode())
            row = first.setdefault(same.hexdigest(), line.row)
            if row != line.row:
                line.refuse(
                    TITLE.key, "", TITLE.label, Message(_("与第 %(row)s 行完全相同，请删去一行。"), row=row)
                )


# ------------------------------------------------------------------------------------- against what stands there
def _read_standing(
    session: Session, campaign: Campaign, ledger: Ledger, unit_id: int, numbers: Sequence[str]
) -> dict[str, Standing]:
    r, found = Record, {}
    for some in _some(numbers, _AT_ONCE):
        query = sa.select(
            r.id, r.number, r.version, r.title, r.place, r.known_at, r.closing, r.withdrawn_at, r.merged_into_id, r.values
        ).where(
            r.tenant_id == get_scope(session).home, r.campaign == campaign.key, r.ledger == ledger.key,
            r.unit_id == unit_id, r.number.in_(some),
        )  # fmt: skip
        for row in session.execute(query):
            kept = Standing(*row)
            opened = open_values(session, get_scope(session).home or 0, f"record:{kept.id}", kept.values)
            found[kept.number] = kept._replace(values=opened)
    return found


def _compare(line: Line, old: Standing | None, campaign: Campaign, ledger: Ledger, now: datetime) -> None:
    label = _("编号")
    if old is None:
        text = _("没有编号为 %(number)s 的事项，或不是本单位登记的。新事项请把编号留空。")
        line.refuse(NUMBER, "", label, Message(text, number=line.number))
        return
    if line.kind is LineKind.REFUSED or not line.known_at:
        return
    line.record_id = str(old.id)
    given = line.values
    line.values = {**old.values, **given}
    entry_changes: dict[str, Any] = {}
    doubts = {s.key for s in line.said}
    for f in sheet_fields(ledger)[3:]:
        before, after = old.values.get(f.key), given.get(f.key)
        if f.sensitive and after is None:
            line.values[f.key] = before  # not in the sheet, so it stays
        elif not _same(before, after):
            entry_changes[f.key] = [before, after]
            if after is None and f.key not in doubts:
                text = _("表中为空，现为 %(old)s；确认则清空。")
                line.doubt(f.key, "", f.label, Message(text, old=shown(f, before, campaign)))
    own = {"entry-title": [old.title, line.title], "entry-place": [old.place, line.place]}
    if line.moment != old.known_at.replace(second=0, microsecond=0) and line.moment != old.known_at:
        own["entry-known_at"] = [old.known_at.isoformat(), line.known_at]
    else:
        line.known_at = old.known_at.isoformat()  # a sheet holds no seconds
    line.changes = {k: pair for k, pair in own.items() if pair[0] != pair[1]} | entry_changes
    if not line.changes:
        line.kind, line.said = LineKind.SAME, []
        return
    _refuse_standing(line, old, label)
    if line.kind is LineKind.NEW:
        line.kind = LineKind.CHANGE


def _refuse_standing(line: Line, old: Standing, label: Any) -> None:
    if old.withdrawn_at is not None or old.merged_into_id is not None:
        line.refuse(NUMBER, "", label, _("这件事已撤回或已并入另一件，不能修改。"))
    elif old.closing not in (Closing.NONE, Closing.ENDED):
        line.refuse(NUMBER, "", label, _("这件事已申请销号或已销号，退回或重新办理之后才能修改。"))
    elif line.version and line.version != old.version:
        line.refuse(NUMBER, "", label, _("下载表格之后有人改过这件事，请重新下载后再改。"))
    elif not line.version:
        line.refuse(NUMBER, "", label, _("这一行的版次丢失，不能确认改的是哪一版。请重新下载后再改。"))
    line.version = old.version


def _same(a: Any, b: Any) -> bool:
    if a in (None, [], "", False) and b in (None, [], "", False):
        return True
    if isinstance(a, list) and isinstance(b, list):
        return set(map(str, a)) == set(map(str, b))
    return bool(a == b)


def _check(line: Line, campaign: Campaign, ledger: Ledger, now: datetime) -> None:
    """The rules of a page that is saved."""
    if line.kind in (LineKind.REFUSED, LineKind.SAME):
        return
    try:
        services.check_known(line.moment, now)
        facts = facts_of(line.values, title=line.title, place=line.place, known_at=line.moment)
        check_entry(ledger, facts)
    except Invalid as error:
        fields: dict[str, Field] = {f.key: f for f in ledger.fields} | _BY_SERVICES
        for key, text in error.problems.items():
            f = fields.get(key)
            line.refuse(f.key if f else "", "", f.label if f else "", text)
        return
    except PluginError as error:
        line.refuse("", "", "", error.message)
        return
    check_choices(line, ledger, campaign)


def _doubt_known(
    session: Session, campaign: Campaign, ledger: Ledger, unit_id: int, lines: Sequence[Line]
) -> None:
    """A new line that reads like an entry which stands: perhaps the file was brought twice."""
    new = [line for line in lines if line.kind in (LineKind.NEW, LineKind.DOUBT) and not line.number]
    r, known = Record, dict[tuple[str, str, str], str]()
    for some in _some(sorted({line.moment for line in new}), _AT_ONCE):
        query = sa.select(r.title, r.known_at, r.place, r.number).where(
            r.tenant_id == get_scope(session).home, r.campaign == campaign.key, r.ledger == ledger.key,
            r.known_at.in_(some), r.unit_id == unit_id,
        )  # fmt: skip
        known |= {
            (title, at.isoformat(), place): number for title, at, place, number in session.execute(query)
        }
    for line in new:
        moment = line.moment.astimezone(SHANGHAI).isoformat()
        if (number := known.get((line.title, moment, line.place))) is not None:
            text = _("与已登记的 %(number)s 名称、地点和得知时间相同，可能重复；确认则另登记一件。")
            line.doubt(TITLE.key, "", TITLE.label, Message(text, number=number))


def _some(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[n : n + size] for n in range(0, len(items), size))


# ------------------------------------------------------------------------------------------------------- keeping
def get_import(
    session: Session, account_id: int, campaign: str, import_id: int, now: datetime
) -> RecordImport:
    """Of the account that brought it, for a week; ``NotFound`` for anybody else and afterwards."""
    found = session.get(RecordImport, (get_scope(session).home, import_id))
    if (
        found is None
        or (found.account_id, found.campaign) != (account_id, campaign)
        or now - found.made_at > LIVES
    ):
        raise NotFound
    return found


def list_imports(session: Session, account_id: int, campaign: str, now: datetime) -> Sequence[RecordImport]:
    """The account's own that are kept, newest first."""
    mine = sa.select(RecordImport).where(
        RecordImport.tenant_id == get_scope(session).home, RecordImport.account_id == account_id,
        RecordImport.campaign == campaign, RecordImport.made_at > now - LIVES,
    )  # fmt: skip
    return session.scalars(mine.order_by(RecordImport.made_at.desc())).all()


def _parts(found: RecordImport) -> sa.Select[RecordImportPart]:
    return (
        sa.select(RecordImportPart)
        .where(RecordImportPart.tenant_id == found.tenant_id, RecordImportPart.import_id == found.id)
        .order_by(RecordImportPart.number)
    )


def all_lines(session: Session, found: RecordImport, *kinds: LineKind) -> Iterator[Line]:
    """Of these kinds, in the order of the sheet; a part at a time."""
    numbers = [n for n, counts in _kinds_of(session, found) if any(counts.get(k) for k in kinds)]
    for number in numbers:
        part = session.scalars(_parts(found).where(RecordImportPart.number == number)).one()
        yield from (line for line in map(take, part.lines) if line.kind in kinds)
        session.expunge(part)


def page_of_lines(
    session: Session, found: RecordImport, kinds: Sequence[LineKind], page: int, size: int
) -> tuple[list[Line], bool]:
    """One page of these kinds and whether more follow; two statements, however long the sheet."""
    start, wanted, passed = (page - 1) * size, size + 1, 0
    numbers: list[int] = []
    skip = 0
    for number, counts in _kinds_of(session, found):
        n = sum(counts.get(k, 0) for k in kinds)
        if n and passed + n > start and passed < start + wanted:
            if not numbers:
                skip = start - passed
            numbers.append(number)
        passed += n
    if not numbers:
        return [], False
    parts = session.scalars(_parts(found).where(RecordImportPart.number.in_(numbers)))
    lines = [line for part in parts for line in map(take, part.lines) if line.kind in kinds][skip:]
    return lines[:size], len(lines) > size


def _kinds_of(session: Session, found: RecordImport) -> list[tuple[int, dict[str, int]]]:
    p = RecordImportPart
    query = sa.select(p.number, p.kinds).where(p.tenant_id == found.tenant_id, p.import_id == found.id)
    return [(number, kinds) for number, kinds in session.execute(query.order_by(p.number))]


def tick(
    session: Session, found: RecordImport, rows: Sequence[int], *, shown_rows: Sequence[int] | None
) -> int:
    """Of the doubtful lines these enter, of those on the page no others; ``shown_rows`` None: all of them. Answers how
    many are ticked altogether."""
    wanted, asked, count = set(rows), None if shown_rows is None else set(shown_rows), 0
    for number, counts in _kinds_of(session, found):
        if not counts.get(LineKind.DOUBT):
            continue
        part = session.scalars(_parts(found).where(RecordImportPart.number == number)).one()
        lines = [take(kept) for kept in part.lines]
        for line in lines:
            if line.kind is LineKind.DOUBT and (asked is None or line.row in asked):
                line.ticked = asked is None or line.row in wanted
        part.lines = [keep(line) for line in lines]
        count += sum(line.kind is LineKind.DOUBT and line.ticked for line in lines)
    found.counts = found.counts | {"ticked": count}
    return count


def _make_room(session: Session, account_id: int) -> None:
    """An account keeps its newest imports; one that is being entered stays."""
    i = RecordImport
    mine = (i.tenant_id == get_scope(session).home, i.account_id == account_id)
    newest = (
        sa.select(i.id, i.confirmed_at, i.finished_at).where(*mine).order_by(i.made_at.desc(), i.id.desc())
    )
    old = [id_ for id_, begun, ended in session.execute(newest.offset(MOST_KEPT - 1)) if not begun or ended]
    _drop(session, old)


def _drop(session: Session, ids: Sequence[int]) -> None:
    if ids:
        home = get_scope(session).home
        p, i = RecordImportPart, RecordImport
        session.execute(sa.delete(p).where(p.tenant_id == home, p.import_id.in_(ids)))
        session.execute(sa.delete(i).where(i.tenant_id == home, i.id.in_(ids)))


def purge_imports(session: Session, now: datetime) -> None:
    """Imports of every tenant that nobody can see any more. Leaves the session without a scope."""
    session.info.pop("scope", None)
    for tenant_id in list(session.scalars(sa.select(Tenant.id))):
        set_scope(session, Scope(own=(tenant_id,), home=tenant_id))
        old = session.scalars(sa.select(RecordImport.id).where(RecordImport.made_at < now - LIVES))
        _drop(session, list(old))
    session.info.pop("scope", None)


def say(line: Line, text: Any) -> None:
    """A line that could not enter after all, with its sentence."""
    line.kind = LineKind.REFUSED
    line.said = [Said("", "", "", pack_text(text))]


def progress(session: Session, found: RecordImport) -> tuple[int, int]:
    """Parts that are settled, and all."""
    p = RecordImportPart
    query = sa.select(sa.func.count(p.settled_at), sa.func.count(p.id)).where(
        p.tenant_id == found.tenant_id, p.import_id == found.id
    )
    done, parts = session.execute(query).one()
    return done, parts
