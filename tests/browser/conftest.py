"""One demo instance and one Chromium for the browser tests of a worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.demo import copy_demo
from tests.faults.server import Server, serving

PASSWORD = "lianxi-demo-2026"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run",
]  # fmt: skip


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing; on Debian: apt install chromium")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A demo for the browsers of this worker."""
    settings, _printed = copy_demo(tmp_path_factory)
    with serving(settings, tmp_path_factory.mktemp("serve") / "log") as server:
        yield server


@dataclass
class Person:
    """Somebody at a browser; complaints of the page are collected and must stay empty."""

    name: str
    page: Page
    base: str
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    count: int = 0

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def picture(self, title: str) -> None:
        """Keep a screenshot; the page must not scroll sideways."""
        self.count += 1
        self.page.screenshot(path=self.pictures / f"{self.name}-{self.count:02}-{title}.png", full_page=True)
        wide, window = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window, f"{title}: {wide} wide in a window of {window}"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: PORTAL_PICTURES of the caller, else a temporary folder."""
    folder = Path(os.environ.get("LIANXI_PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def person(chromium: Browser, demo: Server, pictures: Path) -> Iterator[Callable[..., Person]]:
    """``person("pd_gaj")`` is logged in; ``phone=True`` for a phone's screen."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def enter(username: str, *, phone: bool = False) -> Person:
        size = {"width": 390, "height": 844} if phone else {"width": 1366, "height": 768}
        context = chromium.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        found = Person(username + ("-phone" if phone else ""), page, demo.base, pictures)
        people.append(found)
        page.on("console", lambda m: _complain(found, m.type, m.text))
        page.on("pageerror", lambda e: found.complaints.append(str(e)))
        page.on("request", lambda r: _leave(found, r.url, demo.base))
        found.open("/login")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(demo.base + "/")
        return found

    yield enter
    for found in people:
        assert found.complaints == [], found.name
    for context in contexts:
        context.close()


def _complain(person: Person, kind: str, text: str) -> None:
    # an answer of 409 or 422 is what the test asked for; Chromium reports it as an error of loading
    if kind in ("error", "warning") and "status of 4" not in text:
        person.complaints.append(text)


def _leave(person: Person, url: str, base: str) -> None:
    if not url.startswith((base, "data:")):
        person.complaints.append(f"request to {url}")
