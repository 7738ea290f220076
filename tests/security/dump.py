"""What lies on the disk: every row of every table as text, read past every guard, and the bytes of the files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from portal.core.settings import Settings


def rows_as_text(settings: Settings) -> str:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        with sqlite3.connect(str(url.database)) as link:
            names = [r[0] for r in link.execute("select name from sqlite_master where type = 'table'")]
            return "".join(repr(link.execute(f'select * from "{n}"').fetchall()) for n in names)
    with psycopg.connect(host=str(url.query["host"]), user="postgres", dbname=url.database) as pg:
        names = [r[0] for r in pg.execute("select tablename from pg_tables where schemaname = 'public'")]
        query = sql.SQL("select t::text from {} t")
        return "".join(
            "\n".join(r[0] for r in pg.execute(query.format(sql.Identifier(n))).fetchall()) for n in names
        )


def bytes_of(folder: Path, *, keys: bool = False) -> bytes:
    """Every file below: database, journal, contents, exports. Without the files of keys."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return b"".join(p.read_bytes() for p in files if keys or p.name not in ("secret.key", "data.keys"))
