"""From a template, its answers and what the portal knows to a paper that can be set."""

from __future__ import annotations

from portal.campaigns.papers import DocumentTemplate
from portal.campaigns.sources import Values
from portal.documents.official import Context, Official


def compose(template: DocumentTemplate, values: Values, title: str, body: str, context: Context) -> Official:
    """The paper as it stands: a draft as well as the numbered one. Pure: reads no database.

    ``values``: the checked answers to ``template.fields`` (they make the sheet and the annexes); ``title`` and
    ``body`` (one paragraph a line) are what the clerk made of ``propose_title`` and ``propose_body``. In Chinese whatever
    the reader's language.
    """
    raise NotImplementedError


def propose_title(template: DocumentTemplate, values: Values) -> str:
    """The title that the template makes of the answers."""
    raise NotImplementedError


def propose_body(template: DocumentTemplate, values: Values) -> str:
    """Its text, one paragraph a line, to be edited."""
    raise NotImplementedError
