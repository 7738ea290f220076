"""Full-text search that finds two-character words on both databases.

Neither database cuts Chinese into words, and their trigram indexes miss words of two characters. So the words
that are indexed are made here: every pair of neighbouring characters, and Latin words and numbers as they stand.
A longer word is found by all of its pairs; the caller looks into what it found for the word itself (``exactly``).

Rooms that are searched apart from the others put their words on a shelf of their own, a sign before each word.

Each word stands in the index under its tenant (``<tenant in hex>x<word>``), so that a search touches the reader's
tenants alone: what it costs, too, says nothing of others.

PostgreSQL: the operator @@ is not leakproof, so under row-level security its index would lie unused. The words
therefore stand in a table that the application cannot read (no grant, no policy admits it), behind functions that
carry the tenant test inside. SQLite: an FTS5 table by the same name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.scope import ForeignRow, get_scope

LONGEST, MOST_WORDS, MOST_LETTERS = 40, 8, 80
"""Characters of a Latin word or number that count; words and characters of one question."""
LONGEST_TEXT = 100_000
"""Characters of a text that are indexed: all their pairs still fit what PostgreSQL keeps in one row (1 MB)."""
_RUNS = re.compile(r"[0-9a-z]+|[^\W_0-9a-z]+")
_HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U0003ffff]{3,}")
_FTS = sa.table("search_words", sa.column("rowid"), sa.column("words"), sa.column("tenant"))
_WHOLE: Any = sa.literal_column("search_words")
"""The table itself: a match against one column is not to be had without the places of words."""
_SOME = (
    sa.select(_FTS.c.rowid)
    .where(_WHOLE.op("MATCH", is_comparison=True)(sa.bindparam("asked")))
    .limit(sa.bindparam("most"))
)
_PLACE = "{t}"
"""Where the tenant comes in; no word holds a brace."""


def normalise(text: str) -> str:
    """Full-width and half-width, capitals and small letters are the same."""
    return unicodedata.normalize("NFKC", text).lower()


def index_words(text: str) -> list[str]:
    """The words under which ``text`` is found, sorted."""
    found = set()
    for run in _RUNS.findall(normalise(text[:LONGEST_TEXT])[:LONGEST_TEXT]):
        if run[0].isascii():
            found.add(run[:LONGEST])
        else:
            found.update(run[i : i + 2] for i in range(len(run)))  # the last one is a single character
    return sorted(found)


def asked_words(question: str) -> list[str]:
    """The words of a question as they are looked for: runs of letters and digits, nothing else."""
    return _RUNS.findall(normalise(question[:MOST_LETTERS])[:MOST_LETTERS])[:MOST_WORDS]


def _parts(question: str) -> dict[str, bool]:
    """Word of the index -> whether it is only the beginning of one; empty when there is nothing to look for."""
    parts: dict[str, bool] = {}
    for run in asked_words(question):
        if run[0].isascii():
            parts[run[:LONGEST]] = True
        elif len(run) == 1:
            parts[run] = True
        else:
            parts |= {run[i : i + 2]: False for i in range(len(run) - 1)}
    return parts


def _telling(parts: dict[str, bool]) -> dict[str, bool]:
    """Without single characters, which stand nearly everywhere, where there is more to look for."""
    return {word: begins for word, begins in parts.items() if word.isascii() or len(word) > 1} or parts


def matching(session: Session, question: str, tenant: Any, item: Any) -> tuple[Any, Any] | None:
    """A FROM element of what has all the words, and the condition that joins it to the columns ``tenant`` and
    ``item``; that table brings the tenants' and the readers' limits. None: the question has no word to look for."""
    parts = _parts(question)
    if not parts:
        return None
    if session.get_bind().dialect.name == "postgresql":
        asked = " & ".join(f"'{_PLACE}{word}'{':*' if begins else ''}" for word, begins in parts.items())
        columns = [sa.column(name, sa.BigInteger) for name in ("tenant_id", "item_id")]
        hits: Any = sa.func.search_find(asked).table_valued(*columns).render_derived()
        return hits, sa.and_(hits.c.tenant_id == tenant, hits.c.item_id == item)
    asked = " AND ".join(f'"{_PLACE}{word}"{"*" if begins else ""}' for word, begins in parts.items())
    scope = get_scope(session)
    every = " OR ".join(f"({asked.replace(_PLACE, _prefix(t))})" for t in (*scope.own, *scope.below))
    matches = _WHOLE.op("MATCH", is_comparison=True)(every) if every else sa.false()
    found = sa.select(_FTS.c.rowid.label("item_id")).where(matches).subquery()
    return found, found.c.item_id == item


def exactly(question: str, *columns: Any) -> Any:
    """The condition that each longer Chinese word of the question stands in one of ``columns``, which hold what was
    indexed: its pairs may as well lie apart. Other scripts have capitals that databases fold differently."""
    words = [run for run in asked_words(question) if _HAN.fullmatch(run)]
    return sa.and_(
        sa.true(), *(sa.or_(*(c.contains(word, autoescape=True) for c in columns)) for word in words)
    )


def _prefix(tenant_id: int) -> str:
    return f"{tenant_id:x}x"


def _home(session: Session) -> int:
    home = get_scope(session).home
    if home is None:
        raise ForeignRow
    return home


def find(session: Session, question: str, shelf: str, most: int) -> list[int] | None:
    """Up to ``most`` items of the shelf that may have all the words, in no order; None: no word to look for. The
    database stops there, so that a word which stands everywhere costs little."""
    parts = _telling(_parts(question))
    if not parts:
        return None
    if session.get_bind().dialect.name == "postgresql":
        asked = " & ".join(
            f"'{_PLACE}{shelf}{word}'{':*' if begins else ''}" for word, begins in parts.items()
        )
        # Among the columns, not in FROM: there the function would be run to its end.
        hit: Any = sa.func.search_find(asked)
        query: Any = sa.select(sa.literal_column("(found.hit).item_id", sa.BigInteger)).select_from(
            sa.select(hit.label("hit")).limit(most).subquery("found")
        )
        return list(session.scalars(query))
    asked = " AND ".join(f'"{_PLACE}{shelf}{word}"{"*" if begins else ""}' for word, begins in parts.items())
    scope = get_scope(session)
    every = " OR ".join(f"({asked.replace(_PLACE, _prefix(t))})" for t in (*scope.own, *scope.below))
    if not every:
        return []
    return list(session.scalars(_SOME, {"asked": every, "most": most}))


def put(session: Session, item_id: int, text: str, shelf: str = "", *, fresh: bool = False) -> None:
    """Index ``text`` under the item of the scope's home tenant; what stood there before is replaced. ``fresh``: the item
    was made just now, nobody else can hold its id."""
    home, words = _home(session), [shelf + word for word in index_words(text)]
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.search_put(item_id, sa.cast(words, sa.ARRAY(sa.Text)))))
        return
    named = " ".join(_prefix(home) + word for word in words)
    if fresh:
        placed = sa.insert(_FTS).prefix_with("OR REPLACE")
        session.execute(placed.values(rowid=item_id, words=named, tenant=home))
        return
    drop(session, item_id)
    try:
        with session.begin_nested():
            session.execute(sa.insert(_FTS).values(rowid=item_id, words=named, tenant=home))
    except IntegrityError as error:
        raise ForeignRow from error


def drop(session: Session, item_id: int) -> None:
    """Forget an item of the home tenant; another tenant's stays."""
    _delete(session, "search_drop", item_id)


def clear(session: Session) -> None:
    """Forget all items of the home tenant, before they are put again."""
    _delete(session, "search_clear")


_refills: list[Callable[[Session], int]] = []


def register_refill(refill: Callable[[Session], int]) -> None:
    """A room that puts its words in anew for the home tenant and answers for how many items."""
    if refill not in _refills:
        _refills.append(refill)


def rebuild(session: Session) -> int:
    """The home tenant's words anew from the rows of every room; answers how many items are found by them."""
    clear(session)
    return sum(refill(session) for refill in _refills)


def _delete(session: Session, function: str, *item: int) -> None:
    home = _home(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(getattr(sa.func, function)(*item)))
        return
    rows = [_FTS.c.rowid == i for i in item]
    session.execute(sa.delete(_FTS).where(_FTS.c.tenant == home, *rows))


def schema(dialect: str) -> Iterator[str]:
    """The statements that make the index, for a migration."""
    if dialect != "postgresql":
        # The tokenizer of ASCII cuts at nothing beyond: that of Unicode knows fewer characters than Python.
        yield "create virtual table search_words using fts5(words, tenant unindexed, detail=none, tokenize='ascii')"
        return
    yield (
        "create table search_words (tenant_id bigint not null references tenant(id), item_id bigint not null,"
        " words tsvector not null, primary key (tenant_id, item_id))"
    )
    yield "create index ix_search_words_words on search_words using gin (words)"
    yield "alter table search_words enable row level security"
    home = "nullif(current_setting('app.home', true), '')::bigint"
    every = "nullif(current_setting('app.every', true), '')::bigint[]"
    yield _function(
        "search_put(item bigint, found text[])",
        "void",
        "volatile",
        f"insert into public.search_words select {home}, item, array_to_tsvector(array("  # noqa: S608
        f"select to_hex({home}) || 'x' || w from unnest(found) as u (w)))"
        " on conflict (tenant_id, item_id) do update set words = excluded.words",
    )
    for name, more in (("search_drop(item bigint)", " and item_id = item"), ("search_clear()", "")):
        body = f"delete from public.search_words where tenant_id = {home}{more}"  # noqa: S608
        yield _function(name, "void", "volatile", body)
    yield _function(
        "search_find(asked text)",
        "table (tenant_id bigint, item_id bigint)",
        "stable",
        "select s.tenant_id, s.item_id from public.search_words s where s.words @@ (select string_agg('(' ||"  # noqa: S608
        f" replace(asked, '{_PLACE}', to_hex(t) || 'x') || ')', ' | ')::tsquery from unnest({every}) as u (t))"
        f" and s.tenant_id = any({every})",
    )


def drop_schema(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        for name in (
            "search_find(text)", "search_clear()", "search_drop(bigint)", "search_put(bigint, text[])",
        ):  # fmt: skip
            yield f"drop function {name}"
    yield "drop table search_words"


def _function(name: str, returns: str, kind: str, body: str) -> str:
    """Runs as the tables' owner; nothing but PostgreSQL's own functions is found by its bare name."""
    return (
        f"create function {name} returns {returns} language sql {kind} security definer"
        f" set search_path = pg_catalog, pg_temp as $$ {body} $$"
    )
