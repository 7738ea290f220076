"""Rules of the house over every file: where texts stand, how long files are, what no file may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CJK = re.compile("[\u3400-\u9fff]")
"""Letters; Chinese punctuation between two marked texts is nobody's translation."""
MARKERS = {"_", "written", "_l", "gettext", "lazy_gettext", "ngettext"}
LIMIT = 500


def tracked() -> list[Path]:
    """What git knows or would take: no environment, no instance, nothing ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return sorted({ROOT / n for n in done.stdout.decode().split("\0") if n and (ROOT / n).is_file()})


FILES = tracked()
CODE = [p for p in FILES if p.suffix == ".py" and p.parts[len(ROOT.parts)] in ("portal", "plugins")]
PAGES = [p for p in FILES if p.suffix == ".html" and p.parts[len(ROOT.parts)] in ("portal", "plugins")]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# --------------------------------------------------------------------------------------- texts in the code
LITERALS: dict[str, str] = {
    "portal/core/i18n.py": "names of languages stand in their own language",
    "portal/accounts/own.py": "words that no password may hold, compared and never shown",
}
"""Modules in which Chinese stands outside ``_()``, each with why. The list may only shrink."""


def bare_texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of each Chinese literal outside docstrings and marked calls; column comments are exempt."""
    skip: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skip.add(id(node.value))  # docstrings, also those below an attribute
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in MARKERS:
                skip |= {id(n) for n in ast.walk(node)}
            skip |= {id(k.value) for k in node.keywords if k.arg == "comment"}
            if called in ("command", "group", "option", "argument"):  # help of the command line is English
                skip |= {id(k.value) for k in node.keywords if k.arg == "help"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skip:
            yield from [(node.lineno, node.value)] if CJK.search(node.value) else ()


def test_every_chinese_text_in_the_code_is_marked() -> None:
    found = {}
    for path in CODE:
        if name(path) not in LITERALS:
            for line, text in bare_texts(ast.parse(path.read_text())):
                found[f"{name(path)}:{line}"] = text[:40]
    assert not found, "\n".join(f"{k} {v}" for k, v in found.items())


@pytest.mark.parametrize("path", LITERALS)
def test_each_exemption_is_still_needed(path: str) -> None:
    assert list(bare_texts(ast.parse((ROOT / path).read_text())))


def test_the_finder_of_bare_texts_finds_them() -> None:
    source = '"""文"""\nA = _("甲")\nB = "乙"\nC = f"丙{A}"\nD = Column(comment="丁")\nE = _l("戊")\n'
    assert [line for line, _text in bare_texts(ast.parse(source))] == [3, 4]


# ---------------------------------------------------------------------------------------------- templates
_MARKED = re.compile(r"""\b_\(\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
_TRANS = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
_COMMENT = re.compile(r"{#.*?#}|<!--.*?-->", re.DOTALL)


def unmarked(source: str) -> list[str]:
    for pattern in (_COMMENT, _TRANS, _MARKED):
        source = pattern.sub(" ", source)
    return [line.strip()[:80] for line in source.splitlines() if CJK.search(line)]


def test_every_text_of_a_template_is_marked() -> None:
    wrong = [f"{name(path)}: {line}" for path in PAGES for line in unmarked(path.read_text())]
    assert not wrong, "\n".join(wrong)


def test_the_finder_of_unmarked_texts_finds_them() -> None:
    source = '{{ _(\'甲\') }} {# 乙 #}\n丙\n{% trans %}丁{% endtrans %}\n<i title="戊">{{ f(_("己 %(n)s", n=1)) }}</i>'
    assert [line[:1] for line in unmarked(source)] == ["丙", "<"]


def test_templates_stand_under_their_owner_and_pages_have_a_title() -> None:
    for path in PAGES:
        at = path.parts.index("templates")
        assert path.parts[at + 1] == path.parts[at - 1], f"{name(path)}: templates/<owner>/"
        source = path.read_text()
        if '{% extends "web/layout.html" %}' in source:
            assert re.search(r"{%-? block title -?%}\s*\S", source), f"{name(path)} has no title"


DRAWN = {"portal/accounts/templates/accounts/enrol.html": "the QR code, drawn by the server"}
EVENTS = r"\son(?:abort|blur|change|click|error|focus|input|key\w+|load|mouse\w+|pointer\w+|reset|submit|toggle)\s*="


def test_no_template_marks_text_as_safe_or_writes_scripts() -> None:
    for path in PAGES:
        source = path.read_text()
        unescaped = re.search(r"\|\s*safe\b|{%-?\s*autoescape false", source)
        assert bool(unescaped) == (name(path) in DRAWN), name(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style\b|javascript:|" + EVENTS, source), name(path)
        assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", source), name(path)


# -------------------------------------------------------------------------------------------------- files
def test_no_file_is_too_long() -> None:
    wrong = [
        f"{name(path)}: {length}"
        for path in FILES
        if path.suffix in (".py", ".html", ".css", ".js") and not {"vendor", "migrations"} & set(path.parts)
        for length in [len(path.read_text().splitlines())]
        if length > LIMIT
    ]
    assert not wrong, "\n".join(wrong)


def test_the_portal_names_no_campaign() -> None:
    """Rule 1: campaigns differ in dictionaries only. The demo installs them by the registry's own list."""
    keys = [p.name for p in (ROOT / "plugins").iterdir() if (p / "__init__.py").exists()]
    pattern = re.compile("|".join(rf"\b{k}\b" for k in keys))
    wrong = []
    for path in FILES:
        if path.parts[len(ROOT.parts)] == "portal" and path.suffix in (".py", ".html", ".js"):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if pattern.search(line):
                    wrong.append(f"{name(path)}:{number} {line.strip()[:80]}")
    assert not wrong, "\n".join(wrong)


def test_the_portal_never_asks_which_campaign_it_is() -> None:
    wrong = []
    for path in CODE:
        if path.parts[len(ROOT.parts)] == "portal":
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Compare):
                    sides = [node.left, *node.comparators]
                    named = [s for s in sides if "campaign" in ast.unparse(s).lower()]
                    words = [
                        s
                        for s in sides
                        if isinstance(s, ast.Constant) and isinstance(s.value, str) and s.value
                    ]
                    if named and words:
                        wrong.append(f"{name(path)}:{node.lineno} {ast.unparse(node)[:80]}")
    assert not wrong, "\n".join(wrong)


PRIVATE = re.compile(
    r"(?<![\w.])/(?:work|root|home)/[a-z]"  # machine paths
    r"|pypi\.tuna|mirrors?\.[a-z]+\.(?:com|cn|edu)|index-url|extra-index|files\.pythonhosted|registry\.npmjs"
    r"|\bproxy\.golang\.org|artifactory|://[^/\s\"']*\bnexus\b",
    re.IGNORECASE,
)
PRIVATE_ALLOWED = {
    "tests/contract/test_house.py": "names what is forbidden",
    "Makefile": "--no-emit-index-url keeps the index out of the pins",
}


def test_no_tracked_file_names_a_machine_or_a_registry() -> None:
    wrong = []
    for path in FILES:
        if name(path) in PRIVATE_ALLOWED or path.suffix in (".png", ".ico", ".gz", ".xlsx", ".docx"):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if PRIVATE.search(line):
                wrong.append(f"{name(path)}:{number} {line.strip()[:100]}")
    assert not wrong, "\n".join(wrong)


PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)")


INVENTED = {
    "tests/documents/test_workbook.py": "a long number that a spreadsheet must not round",
    "tests/security/test_masking.py": "numbers of the right shape that must not be shown in full",
}


def test_no_tracked_file_holds_a_phone_or_identity_number() -> None:
    wrong = []
    for path in FILES:
        if (
            path.suffix in (".py", ".html", ".md", ".po", ".tsv", ".json", ".js")
            and name(path) not in INVENTED
        ):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if PHONE.search(line) or IDENTITY.search(line):
                    wrong.append(f"{name(path)}:{number}")
    assert not wrong, "\n".join(wrong)


FORBIDDEN_WORDS = re.compile("签到|打卡|积分|在线时长|登录排名|登录次数排")
SIGN_IN = "签到"
"""签到表: the list at the door of a meeting, from which its minutes say who was there. Nowhere but in that room."""
REFUSALS = {"portal/campaigns/oversight.py"}
"""Name the words in order to refuse them."""


def test_nothing_is_built_that_was_refused_by_design() -> None:
    """Rule 9: no check-ins, points, online time. Words of the documents in duties and catalogues aside; a meeting's
    own list of who is present is no check-in and stays in its room.
    """
    wrong = []
    for path in [*PAGES, *CODE]:
        if path.parts[len(ROOT.parts)] == "portal":
            meeting = name(path).startswith("portal/meetings/")
            for number, line in enumerate(path.read_text().splitlines(), 1):
                shown = line.replace(SIGN_IN, "") if meeting else line
                if FORBIDDEN_WORDS.search(shown) and name(path) not in REFUSALS:
                    wrong.append(f"{name(path)}:{number} {line.strip()[:80]}")
    assert not wrong, "\n".join(wrong)


# -------------------------------------------------------------------------------------------------- tools
def tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_rooms_import_downwards_only() -> None:
    done = tool(str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache")
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_english_catalogues_are_complete() -> None:
    done = tool(sys.executable, "-m", "portal.cli", "i18n", "check")
    assert done.returncode == 0, done.stdout[:3000] + done.stderr[-500:]
