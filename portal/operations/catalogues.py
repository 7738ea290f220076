"""``portal i18n``: the English catalogues are complete, and their places agree with the source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "_l": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
_PLACE = re.compile(r"%\((\w+)\)[sd]")


@click.group()
def i18n() -> None:
    """Translations."""


def _owners() -> Iterator[Path]:
    """Folders with a catalogue of their own: the portal and each plugin."""
    yield ROOT / "portal"
    if (ROOT / "plugins").is_dir():
        yield from sorted(p for p in (ROOT / "plugins").iterdir() if (p / "__init__.py").exists())


def _extract(folder: Path) -> Catalog:
    found = Catalog(locale="zh_CN")
    for filename, line, text, _comments, _context in extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS):
        found.add(text, None, [(filename, line)])
    return found


def _path(folder: Path) -> Path:
    return folder / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def _read(folder: Path) -> Catalog:
    if not _path(folder).exists():
        return Catalog(locale="en")
    with _path(folder).open("rb") as file:
        return read_po(file, locale="en")


@i18n.command()
def update() -> None:
    """Bring the texts of the source into the catalogues; new ones wait there for a translation."""
    for folder in _owners():
        catalogue = _read(folder)
        catalogue.update(_extract(folder), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy = False  # a fuzzy catalogue is left out by `pybabel compile`
        catalogue.header_comment = "# English catalogue."
        _path(folder).parent.mkdir(parents=True, exist_ok=True)
        with _path(folder).open("wb") as file:
            write_po(file, catalogue, width=0, sort_output=True, no_location=True, omit_header=False)


@i18n.command()
def check() -> None:
    """Exit 1 when a text has no English or its %(places)s differ."""
    troubles = [f"{folder.name}: {line}" for folder in _owners() for line in _troubles(folder)]
    for line in troubles:
        click.echo(line)
    if troubles:
        raise SystemExit(1)


def _troubles(folder: Path) -> Iterator[str]:
    catalogue = _read(folder)
    for message in _extract(folder):
        if not message.id:
            continue
        translated = catalogue.get(message.id)
        if translated is None or not _texts(translated.string):
            yield f"not translated: {message.id}"
        elif any(_places(t) != _places(_texts(message.id)[0]) for t in _texts(translated.string)):
            yield f"places differ: {message.id}"


def _texts(value: object) -> list[str]:
    texts = value if isinstance(value, (list, tuple)) else [value]
    return [str(t) for t in texts if t]


def _places(text: str) -> set[str]:
    return set(_PLACE.findall(text))


@i18n.command("compile")
def compile_command() -> None:
    """Write the .mo files that the portal reads."""
    for folder in _owners():
        with _path(folder).with_suffix(".mo").open("wb") as file:
            write_mo(file, _read(folder))
