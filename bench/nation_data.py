"""Fills a migrated database with the simulated nation, in the order in which reports would have arrived.

Written as the superuser, round row-level security, because millions of rows are to stand there within minutes. Figures
are drawn from a pool of ready rows, since 120 million calls of random() would take longer than everything else.
"""

from __future__ import annotations

import psycopg

CITIES, COUNTIES, UNITS, CAMPAIGNS, CELLS = 333, 2_843, 30, 3, 40
MONTHS = 24
"""Of reports; the units' forms exist for the last twelve: 2,843 x 30 x 3 x 12 = 3.07 million."""
POOL = 997

_PERIOD = "(case when m <= 12 then '2025-' else '2026-' end) || lpad((((m - 1) % 12) + 1)::text, 2, '0')"
_DUE = "(date '2025-01-01' + make_interval(months => m) - interval '1 second')"

STATEMENTS = (
    "create temp table pool as select n, jsonb_object_agg('k' || k, (random() * 900)::int) as v"
    f" from generate_series(0, {POOL - 1}) n, generate_series(0, {CELLS - 1}) k group by n",
    "create unique index on pool (n)",
    "create temp table county as select 10000 + k as id, 1 + k % {cities} as city from generate_series(1, {counties}) k"
    " where {only}",
    "insert into tenant (id, parent_id, path, level, code, name, city)"
    " select n, null, '/' || n || '/', 'province', 'p' || n, 'p' || n, '' from generate_series(1, 31) n",
    "insert into tenant (id, parent_id, path, level, code, name, city)"
    " select 1000 + n, 1 + n % 31, '/' || 1 + n % 31 || '/' || 1000 + n || '/', 'city', 'c' || n, 'c' || n, ''"
    " from generate_series(1, {cities}) n where {only_city}",
    "insert into tenant (id, parent_id, path, level, code, name, city)"
    " select id, 1000 + city, '/' || 1 + city % 31 || '/' || 1000 + city || '/' || id || '/', 'county', 'x' || id, 'x' || id,"
    " 'c' || city from county",
    "insert into campaign_switch (tenant_id, id, campaign, label, enabled, since)"
    " select t.id, t.id * 10 + c, 'c' || c, '', true, '2024-01-01' from tenant t, generate_series(1, {campaigns}) c"
    " where t.level <> 'province'",
    "insert into mechanism (tenant_id, id, campaign, kind, name, office, host_name, issuer_code, titles, sign_off)"
    " select t.id, t.id * 10 + c, 'c' || c, '', '', '', '', '', '{{}}', false"
    " from tenant t, generate_series(1, {campaigns}) c where t.level <> 'province'",
    "insert into unit (tenant_id, id, full_name, short_name, aliases, kind, sort_no, active, version)"
    " select id, id * 100 + u, 'u' || u, 'u' || u, '[]', '', u, true, 1 from county, generate_series(1, {units}) u",
    "insert into report (tenant_id, id, mechanism_id, campaign, form, form_version, period, opens_on, due_at, due_why,"
    " state, expected, filed, on_time, zero, values, gaps, amended, net, duplicates, local, title, closed_by, submitted_at,"
    " submitted_by, late_reason, reviewed_by, review_reason, version)"
    " select id, id * 1000 + c * 100 + m, id * 10 + c, 'c' || c, 'f', 1, " + _PERIOD + ", " + _DUE + ", " + _DUE + ", '{{}}',"
    " 'submitted', {units}, {units} - (id + m) % 5, {units} - (id + m) % 7, 0, v, '[]', '{{}}', '{{}}', '[]', 0, 'f', '', "
    + _DUE + ", '', '', '', '', 1 from county, generate_series(1, {campaigns}) c, generate_series(1, {months}) m, pool"
    " where n = (id * 31 + c * 7 + m) % {pool} order by m, (id * 7919) % 10007",
    "insert into rollup (tenant_id, id, campaign, form, period, values, summed_at)"
    " select r.tenant_id, r.id, r.campaign, r.form, r.period, r.values, r.due_at from report r",
    "insert into submission (tenant_id, id, report_id, unit_id, member, campaign, form, form_version, local, period,"
    " due_at, state, zero, values, explanations, origins, corrections, reasons, edition, saved_by, first_filed_at, filed_at,"
    " filed_by, signed_by, late_reason, reviewed_by, version, released_at)"
    " select id, (id * 1000 + c * 100 + m) * 100 + u, id * 1000 + c * 100 + m, id * 100 + u, 'u', 'c' || c, 'f', 1, 0, "
    + _PERIOD + ", " + _DUE + ", case when (id + m + u) % 7 = 0 then 'expected' else 'accepted' end, false,"
    " v, '{{}}', '{{}}', '{{}}', '{{}}', 1, '', " + _DUE + ", " + _DUE + ", '', '', '', '', 1, " + _DUE
    + " from county, generate_series(1, {campaigns}) c, generate_series(13, {months}) m, generate_series(1, {units}) u, pool"
    " where n = (id * 31 + c * 7 + m + u) % {pool} order by m, (id * 7919 + u * 31) % 10007",
)  # fmt: skip


def fill(link: psycopg.Connection, only: int | None) -> int:
    """``only``: the one city (1 … 333) that the database holds; None = the nation. Returns the number of forms."""
    words = {
        "cities": CITIES, "counties": COUNTIES, "units": UNITS, "campaigns": CAMPAIGNS, "months": MONTHS, "pool": POOL,
        "only": "true" if only is None else f"1 + k % {CITIES} = {only}",
        "only_city": "true" if only is None else f"n = {only}",
    }  # fmt: skip
    for statement in STATEMENTS:
        link.execute(statement.format_map(words).encode())
    link.execute("vacuum analyze")
    row = link.execute("select count(*) from submission").fetchone()
    assert row is not None
    return int(row[0])
