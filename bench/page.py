"""Page rate of the portal against the floor, in one run: ``python -m bench.page [--instance folder]``.

Floor and pages take turns (A B A B …) under the same gunicorn settings on the same SQLite file, so that a
neighbour on the machine slows all of them alike; what counts are the ratios of the medians.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bench import load
from portal.core.settings import Settings
from portal.operations.demo import PASSWORD
from portal.operations.serve import gunicorn_command

FLOORS = {"floor": "/", "floor, connection kept": "/kept"}
USERS = {"liaison": "pd_gaj", "office": "pd_bgs", "city office": "yq_bgs"}
FLOOR, PORTAL = "bench.floor:app", "portal.app:create_app()"
PORTS = {FLOOR: 18471, PORTAL: 18472}
LEAST = 0.3
ROOT = Path(__file__).parents[1]


@dataclass
class Figures:
    rates: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument(
        "--instance", type=Path, help="a demo instance; without it one is made and thrown away"
    )
    given.add_argument("--rounds", type=int, default=15)
    given.add_argument("--seconds", type=float, default=1)
    options = given.parse_args()
    with demo(options.instance) as instance, tempfile.TemporaryDirectory() as compiled:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a start is measured as it is from the second one on
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        os.environ["PORTAL_INSTANCE"] = str(instance)
        os.environ["BENCH_DATABASE"] = str(instance / "portal.sqlite")
        cold = cold_starts(5)
        with running(FLOOR) as floor, running(PORTAL) as portal:
            cookies = {name: log_in(PORTS[PORTAL], user) for name, user in USERS.items()}
            figures = measure(cookies, options.rounds, options.seconds)
            memory = {FLOOR: worker_memory(floor), PORTAL: worker_memory(portal)}
        statements = {name: count_statements(cookie) for name, cookie in cookies.items()}
    report(figures, cold, memory, statements)
    worst = min(ratio(figures, name) for name in USERS)
    sys.exit(0 if worst >= LEAST else f"a page reaches only {worst:.2f} of the floor; {LEAST} is asked")


@contextmanager
def demo(instance: Path | None) -> Iterator[Path]:
    if instance is not None:
        yield instance.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "demo"
        subprocess.run(
            [sys.executable, "-m", "portal.cli", "demo", "--instance", str(made)], check=True, stdout=2
        )
        yield made


@contextmanager
def running(app: str) -> Iterator[int]:
    """gunicorn as ``portal serve`` starts it, with this application; the process id of its parent."""
    command = gunicorn_command(Settings(), "127.0.0.1", PORTS[app])
    command[command.index(PORTAL)] = app
    server = subprocess.Popen(command, cwd=ROOT)
    try:
        while not answers(PORTS[app]):
            if server.poll() is not None:
                raise RuntimeError(f"{app} did not start")
            time.sleep(0.01)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"http://127.0.0.1:{port}/", timeout=5
        ).close()
    except OSError:
        return False
    return True


def cold_starts(rounds: int) -> dict[str, float]:
    """Median seconds from the command to the first answer, taken in turns."""
    found: dict[str, list[float]] = {FLOOR: [], PORTAL: []}
    for number in range(rounds + 1):
        for app, times in found.items():
            begun = time.perf_counter()
            with running(app):
                if number:  # the first start compiles
                    times.append(time.perf_counter() - begun)
    return {app: statistics.median(times) for app, times in found.items()}


def log_in(port: int, username: str) -> str:
    """Over HTTP, as everybody does; the cookie."""
    jar = http.cookiejar.CookieJar()
    cookies, direct = urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({})
    browser = urllib.request.build_opener(cookies, direct)
    address = f"http://127.0.0.1:{port}/login"
    page = browser.open(address).read().decode()
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    form = {"csrf_token": token, "username": username, "password": PASSWORD}
    home = browser.open(address, urllib.parse.urlencode(form).encode())
    if not home.url.endswith("/"):
        raise RuntimeError(f"{username} could not log in")
    return "; ".join(f"{c.name}={c.value}" for c in jar)


def measure(cookies: dict[str, str], rounds: int, seconds: float) -> dict[str, Figures]:
    pages = {name: (PORTS[FLOOR], path, "") for name, path in FLOORS.items()}
    pages |= {name: (PORTS[PORTAL], "/", cookie) for name, cookie in cookies.items()}
    figures = {name: Figures() for name in pages}
    for number in range(rounds + 1):
        for name, page in pages.items():
            seen = load.run(*page, seconds=seconds)
            if number:  # the first round only warms up
                figures[name].rates.append(seen.rate)
                figures[name].medians.append(seen.percentile(0.5))
                figures[name].tails.append(seen.percentile(0.99))
    return figures


def worker_memory(parent: int) -> float:
    """Proportional set size of one worker in MB: pages shared with others count by their share."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    sizes = [
        int(line.split()[1]) / 1024
        for child in children
        for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    ]
    return statistics.mean(sizes)


def count_statements(cookie: str) -> int:
    """SQL statements of one request, without BEGIN and pragmas."""
    from portal.app import create_app

    app, seen = create_app(), 0

    def count(*_arguments: object) -> None:
        nonlocal seen
        seen += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        answer = app.test_client(use_cookies=False).get("/", headers={"Cookie": cookie, "Host": "127.0.0.1"})
        assert answer.status_code == 200
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    return seen


def ratio(figures: dict[str, Figures], name: str) -> float:
    """Median over the rounds: each page against the floor of the same round, a second before or after."""
    pairs = zip(figures[name].rates, figures["floor"].rates, strict=True)
    return statistics.median(mine / floor for mine, floor in pairs)


def report(
    figures: dict[str, Figures], cold: dict[str, float], memory: dict[str, float], statements: dict[str, int]
) -> None:
    print(
        "| page | requests/s, of the floor | [min–max] | p99 / p50 | SQL statements | cold start | MB a worker (PSS) |"
    )
    print("|---|---|---|---|---|---|---|")
    floor = figures["floor"].rates
    for name, seen in figures.items():
        app = PORTAL if name in USERS else FLOOR
        pairs = [mine / other for mine, other in zip(seen.rates, floor, strict=True)]
        tail = statistics.median(seen.tails) / statistics.median(seen.medians)
        print(
            f"| {name} | {ratio(figures, name):.2f} ({statistics.median(seen.rates):.0f}/s) "
            f"| {min(pairs):.2f}–{max(pairs):.2f} | {tail:.1f} | {statements.get(name, 1)} "
            f"| {cold[app] / cold[FLOOR]:.1f} ({cold[app]:.1f} s) | {memory[app]:.0f} |"
        )


if __name__ == "__main__":
    main()
