"""The floor: a bare Flask route as Flask's own documentation writes it ("Using SQLite 3 with Flask").

One indexed SELECT on the portal's file, a template with 50 rows; no user, no session, no rights, no language.
"""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask, g, render_template

app = Flask(__name__)
ROWS = (
    "select id, unit_id, form, period, state, due_at from submission where tenant_id = ? order by id limit 50"
)
MOST = "select tenant_id from submission group by tenant_id order by count(*) desc limit 1"


def get_db() -> sqlite3.Connection:
    if "db" not in g:
        g.db = sqlite3.connect(os.environ["BENCH_DATABASE"])
        g.db.row_factory = sqlite3.Row
    found: sqlite3.Connection = g.db
    return found


@app.teardown_appcontext
def close_db(_error: BaseException | None) -> None:
    if "db" in g:
        g.pop("db").close()


with app.app_context():
    TENANT = get_db().execute(MOST).fetchone()[0]


@app.get("/")
def page() -> str:
    return render_template("floor.html", rows=get_db().execute(ROWS, (TENANT,)).fetchall())


kept = threading.local()


@app.get("/kept")
def page_on_a_kept_connection() -> str:
    """The same with one connection for each thread, never closed: lower still, for who wants the last word."""
    if not hasattr(kept, "db"):
        kept.db = sqlite3.connect(os.environ["BENCH_DATABASE"])
        kept.db.row_factory = sqlite3.Row
    return render_template("floor.html", rows=kept.db.execute(ROWS, (TENANT,)).fetchall())
