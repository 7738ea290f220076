"""F8: one fraudster, two counties, on pages and in the rows. Steps 1 to 7 as in scenarios.md."""

from __future__ import annotations

import re
from io import BytesIO

import sqlalchemy as sa
from openpyxl import load_workbook

from portal.matching.models import JointMatter, MatchPair, MatchSide
from portal.notices.models import Notice
from tests.matching.counties import CODES, PHONE, Counties, phone


def first(counties: Counties) -> tuple[int, int]:
    """Step 1: P-1 and Y-1."""
    p1 = counties.add(
        "pd", "某财富咨询公司非法集资线索", subject_name="某财富咨询有限公司", phones=PHONE, accounts="6222000000001111",
        registered_region=CODES["pd"],
    )  # fmt: skip
    y1 = counties.add(
        "yx",
        "养老公寓预付款线索",
        subject_name="另一康养服务部",
        phones=f"+86 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}",
        accounts="6222000000002222",
        registered_region=CODES["pd"],
    )
    return p1, y1


def pair_id(counties: Counties) -> int:
    return counties.enter("yq").scalars(sa.select(MatchPair.id)).one()


def propose(counties: Counties, host: int, **more: str) -> int:
    answer = counties.post("yq_office", f"matching/pairs/{pair_id(counties)}/propose", host=host, **more)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(re.search(r"joints/(\d+)", answer.location)[1])  # type: ignore[index]


def reply(counties: Counties, slug: str, choice: str, words: str = "") -> None:
    twin = counties.twin(slug)
    answer = counties.post(
        f"{slug}_office", f"matching/twins/{twin.id}/answer", choice=choice, words=words, version=twin.version
    )  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)


def test_two_counties_are_joined_and_count_once(counties: Counties) -> None:
    p1, y1 = first(counties)

    # 2. Each county one sentence, and nothing of the other; a third nothing at all.
    for slug, record_id, other in (("pd", p1, "养老公寓"), ("yx", y1, "某财富咨询")):
        assert counties.hints(slug, record_id) == {"phone": 1}
        page = counties.text(f"{slug}_office", f"ledger/{record_id}")
        assert "另有 1 个县存在相同要素（电话）" in page
        for foreign in (other, {"pd": "盂县", "yx": "平定县"}[slug], "2222" if slug == "pd" else "1111"):
            assert foreign not in page
        notices = counties.enter(slug).scalars(sa.select(Notice)).all()
        assert {n.unit_id for n in notices} == {None, counties.seats[slug].unit_id}
        assert all(n.sender == "串并比对" for n in notices)
    assert "没有与其他县相同的要素" in counties.text("jq_office", "matching")

    # The city sees both side by side, and both counties' trails say that it does, without saying why by whom.
    page = counties.text("yq_office", f"matching/pairs/{pair_id(counties)}")
    for shown in ("某财富咨询公司非法集资线索", "养老公寓预付款线索", "平定县", "盂县", "电话 尾号 4321"):
        assert shown in page
    assert "登记地 平定县" in page
    assert "第二十条" in page
    for slug in ("pd", "yx"):
        (event,) = counties.events(slug, "match.show")
        assert (event.actor_name, event.address) == ("system", "")

    # 3. Proposed by the rule; both accept; each keeps its entry and sees what the acceptance opened.
    before = counties.text("yx_office", "matching")
    assert "跨县并案" not in before
    joint = propose(counties, p1, request_key="k1")
    assert propose_again(counties, p1) == joint
    twin = counties.text("yx_office", f"matching/twins/{counties.twin('yx').id}")
    assert "某财富咨询" not in twin
    assert "平定县" in twin
    reply(counties, "pd", "accept")
    assert counties.twin("pd").others == []
    reply(counties, "yx", "accept")
    for slug, record_id, role, other in (
        ("pd", p1, "主办", "养老公寓预付款线索"),
        ("yx", y1, "协办", "某财富咨询公司非法集资线索"),
    ):
        page = counties.text(f"{slug}_office", f"ledger/{record_id}")
        assert f"本县{role}" in page
        assert other in page
        assert "已并案" in page

    # 4. Raw 2, net 1, and the sheet names the pair.
    page = counties.text("yq_office", "matching/totals?period=2026Q3")
    assert "各县合计 2 件，去重后 1 件" in page
    book = load_workbook(BytesIO(counties.get("yq_office", "matching/totals.xlsx?period=2026Q3").get_data()))
    sums, pairs = book.worksheets
    assert [c.value for c in sums[8]][:3] == ["合计", 2, 1]
    rows = [[c.value for c in row] for row in pairs.iter_rows(min_row=4)]
    assert [(r[1], r[2], r[-1]) for r in rows] == [("主办", "平定县", 1), ("协办", "盂县", 0)]
    assert "各县合计 0 件" in counties.text("yq_office", "matching/totals?period=2026Q2")

    # Progress of one is seen by the other.
    counties.change(
        "pd", p1, "某财富咨询公司非法集资线索（更正）", phones=PHONE, registered_region=CODES["pd"]
    )
    assert "（更正）" in counties.text("yx_office", f"ledger/{y1}")

    # 6. 盂县 withdraws its entry: the hint at 平定县 disappears, the history stays at the city.
    counties.withdraw("yx", y1)
    assert counties.hints("pd", p1) == {}
    assert "另有" not in counties.text("pd_office", f"ledger/{p1}")
    page = counties.text("yq_office", f"matching/pairs/{pair_id(counties)}")
    assert "养老公寓预付款线索" in page
    assert "相同要素已撤" in page
    page = counties.text("yq_office", f"matching/joints/{joint}")
    assert "已终止" in page
    assert "事项撤回" in page


def propose_again(counties: Counties, host: int) -> int:
    """Two clicks make one joint matter."""
    return propose(counties, host, request_key="k1")


def test_both_claim_and_the_city_decides(counties: Counties) -> None:
    """Step 7; 7b: both decline."""
    p1, y1 = first(counties)
    joint = propose(counties, p1)
    reply(counties, "pd", "accept")
    answer = counties.post("yx_office", f"matching/twins/{counties.twin('yx').id}/answer", choice="host", version=counties.twin("yx").version)  # fmt: skip
    assert answer.status_code == 422, "words are asked for"
    reply(counties, "yx", "host", "实际经营地在本县")
    assert "有异议，待市决定" in counties.text("yq_office", "matching/joints")
    assert counties.twin("yx").others == counties.twin("pd").others == []
    version = counties.enter("yq").get_one(JointMatter, (counties.seats["yq"].tenant_id, joint)).version
    path = f"matching/joints/{joint}/decide"
    assert counties.post("yq_office", path, host=y1, version=version).status_code == 422
    assert counties.post("yq_office", path, host=y1, version=version + 1, reason="x").status_code == 409
    assert counties.post("pd_office", path.replace("140300", "140321"), host=y1).status_code == 404
    assert (
        counties.post("yq_office", path, host=y1, version=version, reason="主要犯罪地在盂县").status_code
        == 303
    )
    for slug, role in (("pd", "support"), ("yx", "host")):
        twin = counties.twin(slug)
        assert (twin.role, twin.joint_state, twin.decision) == (role, "joined", "主要犯罪地在盂县")
        assert twin.decision_number == "并决〔2026〕1号"
        assert twin.host == "盂县"
        assert len(twin.others) == 1
    (event,) = counties.events("yq", "joint.decide")
    assert event.data["number"] == "并决〔2026〕1号"


def test_fifty_guesses_are_stopped_and_seen(counties: Counties) -> None:
    """Step 5: 郊区 tries numbers on the page; the answers are all alike but for the number."""
    first(counties)
    known = counties.post("jq_unit", "matching/ask", kind="phone", value=PHONE)
    assert "另有 2 个县存在相同要素（电话）" in known.get_data(as_text=True)
    pages = [
        counties.post("jq_unit", "matching/ask", kind="phone", value=phone(n)).get_data(as_text=True)
        for n in range(50)
    ]
    assert ["没有其他县登记相同的电话" in p for p in pages] == [True] * 19 + [False] * 31
    assert all("查重已达限量，09-16 13:00 后可以再查" in p for p in pages[19:])
    asked = counties.events("jq", "match.ask")
    assert len(asked) == 20
    assert asked[0].data == {"kind": "phone", "end": "4321", "others": 2}
    stopped = counties.events("jq", "match.limit")
    assert len(stopped) == 31
    assert all(set(e.data) == {"kind", "end"} for e in stopped)
    assert PHONE not in str([e.data for e in asked + stopped])
    (told,) = counties.events("yq", "match.limit")
    assert told.data == {"place": CODES["jq"]}
    notices = counties.enter("yq").scalars(sa.select(Notice.text)).all()
    assert sum("超过限量" in n for n in notices) == 1
    # a colleague is not stopped with him, and the next hour opens
    page = counties.post("jq_office", "matching/ask", kind="phone", value=phone(1)).get_data(as_text=True)
    assert "没有其他县登记" in page
    short = counties.post("jq_office", "matching/ask", kind="phone", value="432").get_data(as_text=True)
    assert "电话至少 7 位" in short
    assert counties.events("jq", "match.ask")[-1].data == {"kind": "phone", "end": "", "refused": "short"}
    public = counties.post("jq_office", "matching/ask", kind="phone", value="0353-96110").get_data(
        as_text=True
    )
    assert "公共号码" in public


def test_the_side_at_the_city_is_all_that_leaves_a_county(counties: Counties) -> None:
    first(counties)
    side = counties.enter("yq").scalars(sa.select(MatchSide).order_by(MatchSide.number)).first()
    assert side is not None
    assert side.notes == []
    assert PHONE not in str({c.key: getattr(side, c.key) for c in sa.inspect(MatchSide).columns})
