"""An office that adds columns and makes forms, for the tests of what a tenant asks on its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.core.errors import Invalid
from portal.reporting.design import local
from portal.reporting.design.local_content import Column, Content
from portal.reporting.models import LocalForm
from tests.reporting.county import OFFICE, County

WELL: dict[str, Any] = {
    "basis": "平政办发〔2025〕7号",
    "readers": "县处非办，用于研判",
    "ends_on": date(2026, 6, 30),
    "reason": "县领导小组第三次会议要求",
}


def columns(*labels: str, **more: Any) -> tuple[Column, ...]:
    return tuple(Column(**{"label": label} | more) for label in labels)


def every(county: County) -> list[Campaign]:
    """All campaigns, as if the county had enabled them."""
    return list(county.make.app.extensions["portal"].registry.campaigns.values())


def start(county: County, session: Session, form: str = "") -> LocalForm:
    return local.start(
        session, OFFICE, county.now, campaign=county.campaign, mechanism_id=county.mechanism.id, form=form
    )


def publish(county: County, content: Content, form: str = "") -> LocalForm:
    """Draft and publish at once, with the county's own campaign as the only known one."""
    with county.inside() as session:
        row = start(county, session, form)
        filled = replace(content, **{k: v for k, v in WELL.items() if not getattr(content, k)})
        local.publish(
            session, OFFICE, county.now, campaign=county.campaign, campaigns=[county.campaign], row=row,
            version=row.version, content=filled,
        )  # fmt: skip
    county.enter()
    county.session.refresh(row)
    return row


OWN = Content(label="涉众企业走访情况", columns=columns("走访企业", "发现苗头"), **WELL)


def draft(county: County, content: Content, form: str = "") -> LocalForm:
    with county.inside() as session:
        row = start(county, session, form)
        local.save(
            session,
            OFFICE,
            county.now,
            campaign=county.campaign,
            row=row,
            version=row.version,
            content=content,
        )
    return row


def issue(county: County, content: Content, form: str = "", known: list[Campaign] | None = None) -> LocalForm:
    with county.inside() as session:
        row = start(county, session, form)
        local.publish(
            session, OFFICE, county.now, campaign=county.campaign, campaigns=known or [county.campaign], row=row,
            version=row.version, content=content,
        )  # fmt: skip
    return row


def refusal(
    county: County, content: Content, form: str = "", known: list[Campaign] | None = None
) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        issue(county, content, form, known)
    county.session.rollback()
    return {key: str(said) for key, said in refused.value.problems.items()}
