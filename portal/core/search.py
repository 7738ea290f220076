"""Full-text search that finds two-character words on both databases.

Neither database cuts Chinese into words, and their trigram indexes miss words of two characters. So the words
that are indexed are made here: every pair of neighbouring characters, and Latin words and numbers as they stand.
A longer word is found by all of its pairs; the caller looks into what it found for the word itself.

PostgreSQL: the operator @@ is not leakproof, so under row-level security its index would lie unused. The words
therefore stand in a table that the application cannot read (no policy admits it), behind functions that carry
the tenant test inside. SQLite: an FTS5 table by the same name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

LONGEST, MOST_WORDS = 40, 8
"""Characters of a Latin word or number that count; words of one question."""
_RUNS = re.compile(r"[0-9a-z]+|[^\W_0-9a-z]+")
_FTS = sa.table("search_words", sa.column("rowid"), sa.column("words"))


def normalise(text: str) -> str:
    """Full-width and half-width, capitals and small letters are the same."""
    return unicodedata.normalize("NFKC", text).lower()


def index_words(text: str) -> list[str]:
    """The words under which ``text`` is found, sorted."""
    found = set()
    for run in _RUNS.findall(normalise(text)):
        if run[0].isascii():
            found.add(run[:LONGEST])
        else:
            found.update(run[i : i + 2] for i in range(len(run)))  # the last one is a single character
    return sorted(found)


def asked_words(question: str) -> list[str]:
    """The words of a question, as they are looked for."""
    return normalise(question).split()[:MOST_WORDS]


def _parts(question: str) -> list[tuple[str, bool]]:
    """(word of the index, whether it is only the beginning of one); empty when there is nothing to look for."""
    parts: dict[str, bool] = {}
    for word in asked_words(question):
        for run in _RUNS.findall(word):
            if run[0].isascii():
                parts[run[:LONGEST]] = True
            elif len(run) == 1:
                parts[run] = True
            else:
                parts.update({run[i : i + 2]: False for i in range(len(run) - 1)})
    return list(parts.items())


def find_ids(session: Session, question: str) -> Any | None:
    """A FROM element with the column ``item_id`` of what has all the words, to be joined to its table (which brings
    the tenants' and the readers' limits). None: the question has no word to look for."""
    parts = _parts(question)
    if not parts:
        return None
    if session.get_bind().dialect.name == "postgresql":
        asked = " & ".join(f"'{word}'{':*' if begins else ''}" for word, begins in parts)
        return sa.func.search_find(asked).table_valued(sa.column("item_id", sa.BigInteger)).render_derived()
    asked = " AND ".join(f'"{word}"{"*" if begins else ""}' for word, begins in parts)
    matches = _FTS.c.words.op("MATCH", is_comparison=True)(asked)
    return sa.select(_FTS.c.rowid.label("item_id")).where(matches).subquery()


def put(session: Session, item_id: int, text: str) -> None:
    """Index ``text`` under the item of the scope's home tenant; what stood there before is replaced."""
    words = index_words(text)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.search_put(item_id, sa.cast(words, sa.ARRAY(sa.Text)))))
        return
    drop(session, item_id)
    session.execute(sa.insert(_FTS).values(rowid=item_id, words=" ".join(words)))


def drop(session: Session, item_id: int) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.search_drop(item_id)))
    else:
        session.execute(sa.delete(_FTS).where(_FTS.c.rowid == item_id))


def schema(dialect: str) -> Iterator[str]:
    """The statements that make the index, for a migration."""
    if dialect != "postgresql":
        yield "create virtual table search_words using fts5(words, detail=none, tokenize='unicode61 remove_diacritics 0')"
        return
    yield (
        "create table search_words (tenant_id bigint not null references tenant(id), item_id bigint not null,"
        " words tsvector not null, primary key (tenant_id, item_id))"
    )
    yield "create index ix_search_words_words on search_words using gin (words)"
    yield "alter table search_words enable row level security"
    home = "nullif(current_setting('app.home', true), '')::bigint"
    yield _function(
        "search_put(item bigint, found text[])",
        "void",
        "volatile",
        f"insert into search_words values ({home}, item, array_to_tsvector(found))"  # noqa: S608
        " on conflict (tenant_id, item_id) do update set words = excluded.words",
    )
    yield _function(
        "search_drop(item bigint)",
        "void",
        "volatile",
        f"delete from search_words where tenant_id = {home} and item_id = item",  # noqa: S608
    )
    yield _function(
        "search_find(asked text)",
        "table (item_id bigint)",
        "stable",
        "select s.item_id from search_words s where s.words @@ asked::tsquery"
        " and s.tenant_id = any(nullif(current_setting('app.every', true), '')::bigint[])",
    )


def drop_schema(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        for name in ("search_find(text)", "search_drop(bigint)", "search_put(bigint, text[])"):
            yield f"drop function {name}"
    yield "drop table search_words"


def _function(name: str, returns: str, kind: str, body: str) -> str:
    return (
        f"create function {name} returns {returns} language sql {kind} security definer"
        f" set search_path = public, pg_temp as $$ {body} $$"
    )
