"""Texts in the reader's language."""

from __future__ import annotations

from portal.core.i18n import Tongue


def test_the_empty_text_is_not_translated() -> None:
    """A catalogue keeps its own head under the empty text; it stood on the English sign-in sheet."""
    tongue = Tongue(lambda text: text.upper() or "Project-Id-Version: 1")
    assert (tongue.find(""), tongue.say(""), tongue.say("a")) == ("", "", "A")
