"""Interface text: Chinese in the source, translated when it is shown.

A declaration is built at import, long before anybody knows the reader's language. So a label is
an ordinary ``str`` holding the Chinese source (stored in snapshots, printed by the command line),
of a type that the template engine recognises and translates on output.
"""

from __future__ import annotations

from typing import Any


class Text(str):
    """Chinese source text that templates translate when they print it."""

    __slots__ = ()


class Message:
    """A ``Text`` with ``%(name)s`` places and their values; translated first, filled afterwards."""

    __slots__ = ("params", "text")

    def __init__(self, text: str, /, **params: Any) -> None:
        self.text = Text(text)
        self.params = params

    def __str__(self) -> str:
        return self.text % self.params if self.params else str(self.text)

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.text, self.params) == (other.text, other.params)

    def __hash__(self) -> int:
        return hash(str(self))


def _(text: str, /) -> Text:
    """Mark interface text for extraction; ``pybabel`` looks for this name."""
    return Text(text)


def written(text: str, /) -> str:
    """Chinese as people write it, and so not translated: compared with what comes in, or put into an official paper,
    which is Chinese whatever the reader's language."""
    return text


def pack_text(text: Message | Text | str) -> Any:
    """A sentence as JSON, to be read again in the language of whoever opens it."""
    if isinstance(text, Message):
        return [
            str(text.text),
            {k: pack_text(v) if isinstance(v, Message) else _plain(v) for k, v in text.params.items()},
        ]
    return str(text)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)


def unpack_text(stored: Any) -> Message | Text:
    if isinstance(stored, list):
        text, params = stored
        return Message(
            text, **{k: unpack_text(v) if isinstance(v, list) else _words(v) for k, v in params.items()}
        )
    return Text(stored)


def _words(value: Any) -> Any:
    return Text(value) if isinstance(value, str) else value
