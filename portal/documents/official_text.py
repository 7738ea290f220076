"""What clerks type, read as an office does: levels of headings, titles in lines of a good shape, dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import ceil, inf

from portal.core.text import written
from portal.documents.word import HEI, KAI, TEXT, TIGHT, Look, clean

_LEVELS = (
    (1, re.compile(written("[一二三四五六七八九十百]{1,4}、"))),
    (2, re.compile(written("[（(][一二三四五六七八九十百]{1,4}[）)]"))),
)
_HEAD_END = re.compile(written("[。：；]"))
_LONGEST_HEAD = 60
_LOOKS = {1: Look(HEI, tight=TIGHT), 2: Look(KAI, tight=TIGHT)}
_LINE, _ROOM = 19.0, 20.0
"""Characters of 22 pt that a line of the title should and can have."""
_MOST = 6
"""Lines up to which a title is broken by meaning; a longer one just flows, in smaller type."""
_WORDS = written(
    "关于 开展 做好 加强 进一步 印发 转发 召开 成立 组织 报送 贯彻 落实 推进 深入 全面 切实 规范 建立 健全 完善 调整 举办 表彰 约谈 移送 商请 "
    "协助 提请 请求 给予 工作 会议 联席会议 办公室 领导小组 成员单位 专项 行动 专项行动 通知 通报 通告 报告 请示 批复 意见 方案 实施 情况 制度 机制 "
    "任务 分工 年度 上半年 下半年 第一 第二 第三 第四 季度 全市 全县 全区 全省 重点 打击 治理 电信网络 新型 违法 犯罪 诈骗 非法集资 防范 处置 反假货币 "
    "货币 人民币 宣传 教育 宣传月 活动 培训 检查 督查 督办 整改 问题 线索 案件 查处 奖励 发放 资金 风险 提示 排查 统计 报表 数据 信息 共享 集中 有关 "
    "事项 事宜 要求 人民政府 人民法院 人民检察院 公安局 银行 分行 支行 中国人民银行 金融 机构 单位 部门 总结 计划 考核 评估 结果 名单 人员 专班 专题 的通知 的通报 "
    "先进单位 先进个人 工作专班 的函 的报告 的请示 的意见 的批复 的通告"
).split()
_NEVER_FIRST = frozenset(written("的地得了、，。；：？！）》”’…—·等") + ",.;:?!)]%")
_NEVER_LAST = frozenset(written("（《“‘第") + "([")
_GOOD_AFTER = frozenset(written("、，：；）》和及与暨并"))


def body_runs(text: str) -> Iterator[tuple[int, list[tuple[str, Look]]]]:
    """(level, runs) of each line that is not empty; level 0 is a paragraph. Indents that were typed are dropped.

    Of 一、… that goes on after a full stop or colon only the first sentence is the heading.
    """
    for line in clean(text).split("\n"):
        line = line.strip(" \t\u3000\xa0")
        if not line:
            continue
        level = next((n for n, form in _LEVELS if form.match(line)), 0)
        if not level:
            yield 0, [(line, TEXT)]
            continue
        end = _HEAD_END.search(line)
        cut = end.end() if end else len(line)
        if cut > _LONGEST_HEAD:  # a paragraph that is merely numbered
            yield 0, [(line, TEXT)]
        else:
            yield level, [(line[:cut], _LOOKS[level]), (line[cut:], TEXT)]


def width(text: str) -> float:
    """In characters: what is not as wide as a Chinese one counts half."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def title_lines(title: str, names: Sequence[str] = ()) -> tuple[list[str], float]:
    """The lines, as a trapezoid or a diamond with whole words, and the size in points.

    Line ends that the clerk made stand. A title of more than six lines flows in smaller type.
    """
    typed = [t for line in clean(title).split("\n") if (t := " ".join(line.split()))]
    if sum(ceil(width(t) / _LINE) for t in typed) > _MOST:
        return typed, 18 if sum(map(width, typed)) < 12 * _LINE else 16
    return [part for line in typed for part in _broken(line, names)], 22


def _broken(title: str, names: Sequence[str]) -> list[str]:
    total = width(title)
    if total <= _ROOM:
        return [title]
    count = ceil(total / _LINE)
    prices = _prices(title, names)
    at = [0.0]
    for c in title:
        at.append(at[-1] + width(c))
    places = [n for n in range(1, len(title)) if prices[n] < inf]
    if count > 3:  # too many ways to try them all
        return _evenly(title, places, prices, at, count)
    best, lowest = [title], inf
    for number in (count, count + 1):
        if number > 3:
            break
        for cuts in combinations(places, number - 1):
            edges = (0, *cuts, len(title))
            cost = _shape([at[b] - at[a] for a, b in pairwise(edges)])
            cost += sum(prices[n] for n in cuts) + 25 * (number - count)
            if cost < lowest:
                lowest, best = cost, [title[a:b].strip() for a, b in pairwise(edges)]
    return best


def _prices(title: str, names: Sequence[str]) -> list[float]:
    """What it costs to begin a line at each character."""
    prices: list[float] = [8.0] * (len(title) + 1)
    for n in range(1, len(title)):
        before, after = title[n - 1], title[n]
        if before in _GOOD_AFTER:
            prices[n] = 1
        if (
            after in _NEVER_FIRST
            or before in _NEVER_LAST
            or unicodedata.combining(after)
            or after in "\u200d\ufe0f"
        ):
            prices[n] = inf
        if (before.isascii() and after.isascii()) or (
            before.isdigit() and after in written("年月日号期次季个项届")
        ):
            prices[n] = inf
    for word in (*_WORDS, *names):
        for found in re.finditer(re.escape(word), title) if word else ():
            for n in range(found.start() + 1, found.end()):
                prices[n] = max(prices[n], 30)
            for edge in (found.start(), found.end()):
                if 0 < edge < len(title) and prices[edge] == 8:
                    prices[edge] = 3
    for found in re.finditer(written("关于"), title):  # what it is about follows on the same line
        prices[found.end()] = max(prices[found.end()], 20)
    return prices


def _shape(widths: list[float]) -> float:
    longest = max(widths)
    if longest > _ROOM:
        return inf
    cost = sum((longest - w) ** 2 for w in widths) * 0.15
    if any(w < 4 for w in widths):
        cost += 40
    if len(widths) == 2:
        return cost + (6 if abs(widths[0] - widths[1]) < 1 else 0)
    first, middle, last = widths
    if middle < first and middle < last:  # an hourglass
        cost += 40
    return cost + (6 if longest - min(widths) < 1 else 0)


def _evenly(title: str, places: list[int], prices: list[float], at: list[float], count: int) -> list[str]:
    """The cheapest lines of about the same width."""
    aim = at[-1] / count
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [0])}
    for end in (*places, len(title)):
        ways = [
            (cost + (at[end] - at[start] - aim) ** 2 + prices[end], [*cuts, end])
            for start, (cost, cuts) in best.items()
            if at[end] - at[start] <= _ROOM
        ]
        if ways:
            best[end] = min(ways)
    cuts = best.get(len(title), (0.0, [0, len(title)]))[1]
    return [title[a:b].strip() for a, b in pairwise(cuts)]
