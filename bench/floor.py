"""The floor: what Flask, SQLite and Jinja cost when nothing else is done. One indexed SELECT, 50 rows, no user."""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask

app = Flask(__name__)
here = threading.local()

ROWS = "select id, unit_id, form, period, state, due_at from submission where tenant_id = ? order by id limit 50"
PAGE = app.jinja_env.from_string(
    """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1>
<table><thead><tr><th>Unit</th><th>Form</th><th>Period</th><th>State</th><th>Due</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/{{ row[0] }}">{{ row[1] }}</a></td><td>{{ row[2] }}</td><td>{{ row[3] }}</td>
<td>{{ row[4] }}</td><td>{{ row[5] }}</td></tr>
{% endfor %}</tbody></table></body></html>
"""
)


def connection() -> sqlite3.Connection:
    """One for each thread, kept open: as the portal's pool does."""
    if not hasattr(here, "connection"):
        here.connection = sqlite3.connect(os.environ["BENCH_DATABASE"])
        here.tenant = here.connection.execute(
            "select tenant_id from submission group by tenant_id order by count(*) desc limit 1"
        ).fetchone()[0]
    found: sqlite3.Connection = here.connection
    return found


@app.get("/")
def page() -> str:
    database = connection()
    rows = database.execute(ROWS, (here.tenant,)).fetchall()
    return PAGE.render(title="Floor", rows=rows)
