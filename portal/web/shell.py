"""What every page carries: navigation, campaign switch, formats, safety headers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, session, url_for

from portal.core.i18n import LANGUAGES, chosen_locale, join_words, show_date, show_moment, translate
from portal.core.posts import POST_LABELS, Right
from portal.core.reader import Desk, Reader, with_place
from portal.core.scope import set_scope
from portal.core.text import Message, Text, _
from portal.web import tables
from portal.web.access import now, the_session
from portal.web.declared import show_size

CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Entry:
    """One place of the navigation: shown when the post carries one of ``rights`` ('' = always)."""

    endpoint: str
    label: Text
    rights: frozenset[Right] = frozenset()


R = Right
LIBRARY = "information.library"
WORK: tuple[Entry, ...] = (
    Entry("home.todo", _("待办")),
    Entry("reporting.board", _("收报"), frozenset({R.REPORT_READ_ALL})),
    Entry("reporting.mine", _("报送"), frozenset({R.REPORT_FILL, R.REPORT_SIGN})),
    Entry("exchange.index", _("急报"), frozenset({R.URGENT_FILE, R.URGENT_RECEIVE, R.RECORD_READ_ALL})),
    Entry("ledger.index", _("台账"), frozenset({R.RECORD_WRITE, R.RECORD_READ_ALL})),
    Entry("rewards.index", _("奖励"), frozenset({R.REWARD_REVIEW})),
    Entry("meetings.index", _("会议"), frozenset({R.MEETING_READ})),
    Entry("supervision.index", _("督办"), frozenset({R.ORDER_READ})),
    Entry(LIBRARY, _("资料"), frozenset({R.INFO_READ})),
    Entry("duties.index", _("职责"), frozenset({R.DUTY_READ})),
    Entry("overview.index", _("统计"), frozenset({R.OVERVIEW_READ})),
    Entry("units.index", _("单位与岗位"), frozenset({R.ROSTER_MANAGE})),
    Entry("administration.policies", _("本县口径"), frozenset({R.POLICY_SET})),
)
ADMINISTRATION: tuple[Entry, ...] = (
    Entry("administration.index", _("租户与专项"), frozenset({R.TENANT_MANAGE})),
    Entry("administration.plugins", _("插件状态"), frozenset({R.TENANT_MANAGE})),
    Entry("administration.calendar", _("工作日历"), frozenset({R.TENANT_MANAGE})),
    Entry("accounts.index", _("账号管理"), frozenset({R.ACCOUNT_MANAGE})),
    Entry("audit.index", _("审计"), frozenset({R.AUDIT_READ})),
)
_FIRST = {e.endpoint.split(".")[0]: e.endpoint for e in reversed((*WORK, *ADMINISTRATION))} | {
    "activities": "ledger.index",
    "deadlines": "exchange.index",
    "papers": LIBRARY,
    "assessment": "supervision.index",
    "transfers": "ledger.index",
    "tips": "ledger.index",
    "matching": "ledger.index",
}
"""Feature -> its first entry, which its other pages light too."""
_BEHIND = {"rewards.index": "ledger.index"}


@dataclass(frozen=True)
class Link:
    label: Any
    url: str
    current: bool
    title: str = ""


def init_shell(app: Flask) -> None:
    app.context_processor(_context)
    app.after_request(_headers)
    app.jinja_env.filters.update(
        day=show_date,
        moment=show_moment,
        dated=_dated,
        yuan=show_yuan,
        wan=show_wan,
        number=show_number,
        t=translate,
        source=show_source,
        listed=join_words,
    )
    app.jinja_env.globals.update(
        asset=_asset,
        post_labels=POST_LABELS,
        url_for=address,
        numeral=numeral,
        this_moment=now,
        show_size=show_size,
        with_place=with_place,
        **tables.HELPERS,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _dated(value: date | datetime | None) -> Any:
    """A day or a moment of lists and stories that may reach into other years: with the year where it is not this one."""
    if value is None:
        return ""
    shown = show_moment(value) if isinstance(value, datetime) else show_date(value)
    return shown if value.year == now().year else Message(_("%(y)s年%(moment)s"), y=value.year, moment=shown)


def _current_desk(reader: Reader) -> Desk | None:
    """The desk of the address, else the last one used, else the first."""
    if "desk" in g:
        desk: Desk = g.desk
        return desk
    tenant, _slash, campaign = session.get("desk", "").partition("/")
    work = [d for d in reader.desks if d.campaign]
    return reader.desk(tenant, campaign) or (work[0] if work else next(iter(reader.desks), None))


def _context() -> dict[str, Any]:
    reader: Reader | None = g.get("reader")
    shell: dict[str, Any] = {
        "demo": current_app.extensions["portal"].demo,
        "reader": reader,
        "languages": LANGUAGES,
        "language": chosen_locale(),
    }
    if reader is None:
        return shell | {"desk": None, "navigation": (), "administration": (), "campaigns": ()}
    desk = _current_desk(reader)
    return shell | {
        "desk": desk,
        "post": desk.posts[0] if desk else None,
        "navigation": _work_links(desk),
        "administration": _administration_links(reader),
        "unread": _unread(reader),
        "campaigns": _campaign_links(reader, desk),
        "library": _library(desk),
    }


def _library(desk: Desk | None) -> str:
    """Where the search box of the bar leads; '' where there is nothing to search for this post."""
    if desk is None or R.INFO_READ not in desk.rights or LIBRARY not in current_app.view_functions:
        return ""
    if request.endpoint == LIBRARY:  # it has its own
        return ""
    return address(LIBRARY, tenant=desk.tenant_code, campaign=desk.campaign)


def _unread(reader: Reader) -> str:
    """Count of unread notices over all posts, '' = none; one statement. An error page asks nothing: its transaction
    is over."""
    database = the_session()
    if not database.in_transaction() or not reader.posts:
        return ""
    if (
        database.new or database.dirty or database.deleted
    ):  # a page drawn before its rows are written, or refused
        return ""
    before = database.info.get("scope")
    set_scope(database, reader.scope)
    try:
        return str(current_app.extensions["unread"](database, reader.posts, now()))
    finally:
        if before is not None:
            set_scope(database, before)


def _work_links(desk: Desk | None) -> list[Link]:
    lit, known = _lit(), current_app.view_functions
    if desk is None or not desk.campaign:
        return [Link(e.label, address(e.endpoint), e.endpoint == lit) for e in WORK[:1]]
    here: dict[str, Any] = {"tenant": desk.tenant_code, "campaign": desk.campaign}
    offered = [e for e in WORK if (not e.rights or e.rights & desk.rights) and e.endpoint in known]
    if all(e.endpoint != lit for e in offered):  # who has the ledgers finds rewards among their tabs
        lit = _BEHIND.get(lit, lit)
    return [
        Link(e.label, address(e.endpoint, **(here if e.rights else {})), e.endpoint == lit) for e in offered
    ]


def _administration_links(reader: Reader) -> list[Link]:
    lit, known = _lit(), current_app.view_functions
    return [
        Link(e.label, address(e.endpoint, tenant=d.tenant_code), e.endpoint == lit)
        for d in reader.desks
        if not d.campaign
        for e in ADMINISTRATION
        if e.rights & d.rights and e.endpoint in known
    ]


def _lit() -> str:
    """The entry that a page lights: its own, else the one it names (``g.nav``), else the first of its feature."""
    endpoint = request.endpoint or ""
    if any(e.endpoint == endpoint for e in (*WORK, *ADMINISTRATION)):
        return endpoint
    return str(g.get("nav") or _FIRST.get(request.blueprint or "", ""))


def address(endpoint: str, **values: Any) -> str:
    """``url_for`` for pages: the same path for the same question is built once."""
    try:
        return _built(request.script_root, endpoint, tuple(values.items()))
    except TypeError:  # a value that is a list
        return url_for(endpoint, **values)


@lru_cache(8192)
def _built(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def _campaign_links(reader: Reader, current: Desk | None) -> list[Link]:
    registry = current_app.extensions["portal"].registry
    several = len({d.tenant_id for d in reader.desks}) > 1
    links = []
    for desk in reader.desks:
        campaign = registry.find(desk.campaign)
        if campaign is None:
            continue
        label = translate(campaign.label)
        links.append(
            Link(
                f"{desk.tenant_name} {label}" if several else label,
                address(_front(desk), tenant=desk.tenant_code, campaign=desk.campaign),
                current is not None
                and (desk.tenant_id, desk.campaign) == (current.tenant_id, current.campaign),
                desk.mechanism_name,
            )
        )
    return links


def _front(desk: Desk) -> str:
    """The page a campaign opens with: what this post works on."""
    for entry in WORK[1:]:
        if entry.rights & desk.rights and entry.endpoint in current_app.view_functions:
            return entry.endpoint
    return "home.todo"


_NUMERALS = (
    _("一、"), _("二、"), _("三、"), _("四、"), _("五、"), _("六、"), _("七、"), _("八、"), _("九、"), _("十、"),
)  # fmt: skip


def numeral(n: int) -> Any:
    """Number of a section as on the paper form; none past the tenth."""
    return translate(_NUMERALS[n - 1]) if n <= len(_NUMERALS) else ""


def show_yuan(fen: int | None, blank: str = "—") -> str:
    """Integer fen as 元 with thousands separators; 分 only where there are any."""
    if fen is None:
        return blank
    return f"{fen / 100:,.2f}" if fen % 100 else f"{fen // 100:,}"


def show_wan(fen: int | None, blank: str = "—") -> str:
    """Integer fen as 万元 with two decimals, as tables have it."""
    if fen is None:
        return blank
    sign, cents = ("-" if fen < 0 else ""), (abs(fen) + 5000) // 10000
    return f"{sign}{cents // 100:,}.{cents % 100:02}"


def show_source(stored: str) -> Any:
    """A Chinese text that was stored as plain data, in the reader's language."""
    return translate(Text(stored))


def show_number(value: Any, blank: str = "—") -> str:
    return blank if value is None else f"{value:,}"


def _asset(name: str) -> str:
    """URL of a front-end file that the set-up copied from its wheel; its hash keeps caches honest."""
    known = current_app.extensions["portal"].assets
    return address("static", filename=f"vendor/{name}", v=known.get(name, "")[:12])


def load_assets(static: Path) -> dict[str, str]:
    """File name -> SHA-256 from the manifest that the asset step wrote; empty before ``make setup``."""
    manifest = static / "vendor" / "manifest.json"
    if not manifest.exists():
        return {}
    found = json.loads(manifest.read_text())
    return {
        str(k): str(v["sha256"] if isinstance(v, dict) else v) for k, v in found.get("files", found).items()
    }


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
