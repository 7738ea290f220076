"""Cases from the lead to 销号: serial numbers, rules over one entry, key reasons, steps, handings, the public page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plugins.anticounterfeit import CAMPAIGN
from plugins.anticounterfeit.serials import doubt_serials
from portal.campaigns import Grade, Ledger, MatchKind, Reach, Who
from portal.campaigns.testing import check_campaign


def ledger(key: str) -> Ledger:
    found = CAMPAIGN.ledger(key)
    assert found is not None
    return found


CASE = ledger("case")
BASE: dict[str, Any] = {"found_channel": "police", "currency": "cny", "face_value": 100_000}


def said(kept: Ledger, **values: Any) -> dict[str, str]:
    found = {c.key: c.find(values) for c in kept.checks}
    return {key: str(message) for key, message in found.items() if message is not None}


def refused(kept: Ledger, **values: Any) -> set[str]:
    return {c.key for c in kept.checks if c.grade is Grade.ERROR and c.find(values)}


# ------------------------------------------------------------------------------------------------ 冠字号码
@pytest.mark.parametrize(
    "serial",
    [
        "FA20088888",
        "F1A2008888",
        "A0A0000001",
        "fa2008",
        "H*90**",
        "*D9012",
        "HD90**、FB3122",
        "J2A071\nJ2A072",
    ],
)
def test_numbers_as_they_are_raise_no_doubt(serial: str) -> None:
    assert doubt_serials(serial) is None


@pytest.mark.parametrize(
    ("serial", "why"),
    [
        ("FA200888889", "11 位"),
        ("FV20088888", "字母 V"),
        ("2A20088888", "不像"),
        ("F000000001", "不像"),
        ("FA2008-888", "不像"),
        ("HD90", "4 位"),
        ("FA20088888、F000000001", "F000000001"),
    ],
)
def test_what_no_genuine_note_bears_is_doubted_and_named(serial: str, why: str) -> None:
    """domain.md 1.2: a warning only, because a counterfeit can bear anything."""
    assert why in str(doubt_serials(serial))


def test_the_doubt_stands_at_the_field_and_the_prefix_is_compared_silently() -> None:
    for kept in (CASE, ledger("specimen")):
        field = next(f for f in kept.fields if f.key == "serial_prefixes")
        assert (field.match, field.warn) == (MatchKind.SERIAL_PREFIX, doubt_serials)
    assert {f.key: f.match for f in CASE.matched} == {
        "serial_prefixes": MatchKind.SERIAL_PREFIX,
        "links": MatchKind.URL,
    }


# ------------------------------------------------------------------------------------------- rules of a case
@pytest.mark.parametrize(
    ("values", "key", "numbers"),
    [
        ({"semi_finished_face": 100_001}, "semi_finished_part", ("1,000.01", "1,000.00", "0.01")),
        ({"coin_face": 120_000}, "coin_part", ("1,200.00", "200.00")),
        ({"coin_face": 60_000, "semi_finished_face": 60_000}, "both_parts", ("600.00", "200.00")),
        ({"one_time_face": 100_100}, "one_time_part", ("1,001.00", "1.00")),
        (
            {"filed_on": "2026-03-10", "solved_on": "2026-03-09"},
            "solved_on_after_filed_on",
            ("2026-03-09", "2026-03-10"),
        ),
        (
            {"solved_on": "2026-03-10", "prosecuted_on": "2026-03-09"},
            "prosecuted_on_after_solved_on",
            ("2026-03-09",),
        ),
        (
            {"prosecuted_on": "2026-05-10", "judged_on": "2026-05-09"},
            "judged_on_after_prosecuted_on",
            ("2026-05-09",),
        ),
        ({"original_face": 100}, "original_of_yuan", ("100",)),
    ],
)
def test_what_cannot_be_is_refused_with_its_numbers(
    values: dict[str, Any], key: str, numbers: tuple[str, ...]
) -> None:
    assert refused(CASE, **BASE, **values) == {key}
    assert all(n in said(CASE, **BASE, **values)[key] for n in numbers)


@pytest.mark.parametrize(
    ("values", "key", "part"),
    [
        ({"denominations": ["note_100"], "note_count": 9}, "by_denomination", "900.00 元至 900.00"),
        ({"denominations": ["note_100", "note_50"], "note_count": 21}, "by_denomination", "1,050.00"),
        ({"solved_on": "2026-03-09"}, "uncaught", "不能申请奖励"),
        (
            {"solved_on": "2026-03-09", "suspects_caught": True, "delivered_on": "2026-03-01"},
            "delivered_on_after_solved_on",
            "2026-03-01",
        ),
    ],
)
def test_what_is_doubtful_is_only_said(values: dict[str, Any], key: str, part: str) -> None:
    assert refused(CASE, **BASE, **values) == set()
    assert part in said(CASE, **BASE, **values)[key]


def test_pieces_that_agree_with_the_face_value_are_silent() -> None:
    agree: tuple[dict[str, Any], ...] = (
        {"denominations": ["note_100"], "note_count": 10},
        {"denominations": ["note_100", "note_50"], "note_count": 15},
        {"denominations": ["note_50", "coin_1y"], "note_count": 19, "coin_count": 50},
        {"denominations": ["other"], "note_count": 3},
        {"denominations": ["note_100"]},
        {"denominations": ["note_100"], "note_count": 3, "semi_finished_face": 70_000},
    )
    for values in agree:
        assert said(CASE, **BASE, **values) == {}, values


def test_foreign_money_keeps_its_original_amount_beside_the_converted_one() -> None:
    """法释〔2010〕14号第三条: the mid-rate of the day of the case."""
    dollars = {"found_channel": "customs", "currency": "usd", "original_face": 500, "mid_rate": "7.0712"}
    assert said(CASE, **dollars, face_value=353_560) == {}
    assert said(CASE, **dollars, face_value=356_000) == {}  # within a hundredth part
    assert "3,535.60" in said(CASE, **dollars, face_value=50_000)["converted"]
    assert set(said(CASE, found_channel="customs", currency="usd", face_value=1)) == {"original_missing"}
    warn = next(f.warn for f in CASE.fields if f.key == "mid_rate")
    assert warn is not None
    assert warn("7.0712") is None
    for wrong in ("七", "-7", "0", "NaN", "Infinity"):
        assert warn(wrong) is not None
        assert "converted" not in said(CASE, **dollars | {"mid_rate": wrong}, face_value=1)


def test_five_pieces_at_a_counter_are_to_be_reported() -> None:
    bank = {"found_channel": "counter", "currency": "cny", "face_value": 5_00}
    assert said(CASE, **bank, note_count=4) == {}
    assert "5 张" in said(CASE, **bank, note_count=3, coin_count=2)["to_report"]
    assert said(CASE, **BASE, note_count=500) == {}  # the police report to themselves
    find = ledger("find")
    assert set(said(find, vouchers=2, note_100=6, batches=1)) == {"reported"}
    assert set(said(find, vouchers=1)) == {"empty_find"}
    assert refused(find, vouchers=1, note_100=2, series_2005=1) == {"series_total"}
    assert refused(find, vouchers=1, note_100=2, altered_notes=3) == {"altered_part"}


def test_no_rule_speaks_of_an_entry_with_nothing_in_it_or_raises() -> None:
    for kept in CAMPAIGN.ledgers:
        assert refused(kept) == set()
        assert refused(kept, **{f.key: None for f in kept.fields}) == set()
    check_campaign(CAMPAIGN)


def test_registers_of_members_refuse_more_than_there_is() -> None:
    assert refused(ledger("inspection"), sampled=3, failed=4) == {"failed_part"}
    assert refused(ledger("parcel_check"), outlets=2, anonymous=3) == {"anonymous_part"}


# ------------------------------------------------------------------------------------------------ key cases
@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"face_value": 9_999_999}, []),
        ({"face_value": 10_000_000}, ["large"]),
        ({"face_value": 90_000_000, "currency": "usd"}, []),
        ({"new_forging_means": True, "new_crime_means": True}, ["new_forging_means", "new_crime_means"]),
        (
            {"cross_border": True, "span": "cross_province", "supervision": "police"},
            ["cross_border", "cross_province", "supervised"],
        ),
        ({"span": "cross_city"}, []),
    ],
)
def test_why_a_case_is_a_key_one(values: dict[str, Any], keys: list[str]) -> None:
    assert CASE.key_reasons is not None
    reasons = CASE.key_reasons({**BASE, **values})
    assert [r.key for r in reasons] == keys
    assert all(r.since is None and str(r.text) for r in reasons)


# -------------------------------------------------------------------------------------- steps and handings
def test_a_case_can_go_from_the_lead_to_judgment_and_no_step_has_a_clock() -> None:
    fields = {f.key for f in CASE.fields}
    for kept in CAMPAIGN.ledgers:
        states = {s.key for s in kept.states}
        reached, before = {kept.states[0].key} if kept.states else set(), -1
        while len(reached) != before:
            before = len(reached)
            reached |= {s.end for s in kept.steps if reached & set(s.start)}
        assert reached == states, kept.key
        for step in kept.steps:
            assert set(step.requires) <= set(step.fields) <= {f.key for f in kept.fields}, (
                kept.key,
                step.key,
            )
            assert step.starts is None, "及时 is no number (Q-29)"
    way = [("verify", "lead"), ("file", "verifying"), ("solve", "filed"), ("prosecute", "solved"), ("judge", "prosecuted")]  # fmt: skip
    for key, start in way:
        taken = CASE.step(key)
        assert taken is not None
        assert start in taken.start
    assert {s.key for s in CASE.states if s.final} == {"judged", "handed", "settled"}
    assert CASE.closing is not None
    assert CASE.closing.look_back == 90
    assert {"filed_on", "solved_on", "prosecuted_on", "judged_on"} <= fields
    assert CASE.views == ("found_channel", "case_kind", "currency")


def test_only_investigators_file_and_solve() -> None:
    for key in ("file", "solve", "prosecute"):
        step = CASE.step(key)
        assert step is not None
        assert step.members == ("police", "customs")
        assert step.by == (Who.LEAD,)


def test_each_handing_names_members_that_exist_and_has_no_invented_limit() -> None:
    roster = {m.key for m in CAMPAIGN.roster}
    handings = {h.key: h for h in CAMPAIGN.handings}
    assert set(handings) == {"to_police", "to_pboc", "to_county", "to_procuratorate", "supervision"}
    for h in handings.values():
        assert set(h.senders) | set(h.receivers) | set(h.both) <= roster, h.key
        assert not set(h.senders) & set(h.receivers), h.key
        assert all(CAMPAIGN.ledger(key) for key in h.ledgers)
        assert (h.accept, h.result) == (None, None)
        assert h.outcomes
    # I-18, I-19: keyword leads to the authority for the yuan, leads of post, trade and banks to the police.
    assert "market_regulation" in handings["to_pboc"].senders
    assert {"postal", "commerce", "banks", "customs"} <= set(handings["to_police"].senders)
    assert handings["to_county"].reach == (Reach.COUNTY,)
    assert handings["supervision"].reach == (Reach.SUPERIOR,)


def test_what_is_new_is_answered_at_once_and_kept() -> None:
    """I-17: the base of counterfeits and the response; the finder's 24 hours run from the case alone."""
    specimen = ledger("specimen")
    assert specimen.writers == ("pboc",)
    assert [s.key for s in specimen.steps][:4] == ["send", "identify", "tell", "publish"]
    for key in ("tell", "publish"):
        step = specimen.step(key)
        assert step is not None
        assert step.evidence
    assert {t.ledger for t in CAMPAIGN.thresholds} == {"case"}
    assert "new_counterfeit" in {d.key for d in CAMPAIGN.documents}
    assert "new_counterfeit" in {a.key for a in CAMPAIGN.exchange.advisories}


def test_plan_and_summary_of_the_year_are_owed_and_have_their_papers() -> None:
    owed = {o.key: o for o in CAMPAIGN.obligations}
    papers = {d.key: d for d in CAMPAIGN.documents}
    for key in ("annual_plan", "annual_summary"):
        assert owed[key].by_office
        assert owed[key].soft is not None, "D0 names no day"
        paper = papers[key]
        assert paper.example["year"] in str(paper.title(paper.example))
        assert [str(p)[:2] for p in paper.body(paper.example) if str(p)[1] == "、"] == ["一、", "二、", "三、", "四、"][
            : sum(1 for k, v in paper.example.items() if v and k != "year")
        ]  # fmt: skip


def test_the_public_page_takes_over_into_the_case_ledger_and_promises_no_money() -> None:
    tips = CAMPAIGN.tips
    assert tips is not None
    assert {f.key for f in tips.fields} <= {f.key for f in CASE.fields}
    assert not any(f.required for f in tips.fields)
    assert tips.rewards == (), "the rule that D0 names is not printed; a tenant enters its own (W-33)"
    assert (tips.first_check, tips.answer) == (None, None)


# ----------------------------------------------------------------------------------------------------- draws
def test_registers_feed_the_month() -> None:
    form = CAMPAIGN.forms[0]
    first, last = date(2026, 3, 1), date(2026, 3, 31)

    def drawn(key: str, *entries: dict[str, Any]) -> int:
        (draw,) = next(f for f in form.fields if f.key == key).draws
        return sum(draw.amount({"known_on": "2026-03-10"} | e, first, last) for e in entries)

    assert drawn("parcel_checks", *map(dict, ledger("parcel_check").examples)) == 10
    leads = [dict(e) for e in CASE.examples]
    assert drawn("online_leads", *leads) == drawn("online_leads_moved", *leads) == 1
    for stage, moved in (("lead", 0), ("verifying", 1), ("filed", 1), ("handed", 1), ("settled", 0)):
        assert drawn("online_leads_moved", {"found_channel": "online", "stage": stage}) == moved, stage
    assert drawn("parcel_leads", *leads) == 1
    assert drawn("machines_failed", *map(dict, ledger("inspection").examples)) == 2


def test_every_duty_is_carried_by_something_to_do() -> None:
    """U-01 to U-19: figures, registers, handings or the ladder; what the text leaves open is a line that the unit writes."""
    own: dict[str, set[str]] = {m.key: set() for m in CAMPAIGN.roster}
    for f in CAMPAIGN.forms[0].fields:
        for key in f.owners:
            own[key].add(f"form:{f.key}")
    for kept in CAMPAIGN.ledgers:
        for key in kept.writers:
            own[key].add(f"ledger:{kept.key}")
    for h in CAMPAIGN.handings:
        for key in (*h.senders, *h.receivers):
            own[key].add(f"handing:{h.key}")
    assert {key for key, found in own.items() if not found} == {
        "government_office",
        "county_offices",
        "political_legal",
        "development_reform",
    }
    # The first three have the ladder of 通报, 约谈 and 问责建议; the last coordinates approvals, of which nothing is counted.
    assert {str(r.clause.article) for r in CAMPAIGN.oversight.ladder} == {
        "附件·市委政法委第1项",
        "附件·市政府办、县（区）政府办第1项",
    }
    assert all(any(d.binds(m.key) for d in CAMPAIGN.duties) for m in CAMPAIGN.roster)
