"""Tables of accounts. Shared, not a tenant's: one person may hold posts in several tenants."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, new_id


class Account(Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    home_tenant_id: Mapped[int] = mapped_column(
        ForeignKey("tenant.id"), index=True, comment="whose security administrator looks after it"
    )
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60), comment="as shown to colleagues")
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[datetime]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    initial_expires_at: Mapped[datetime | None] = mapped_column(comment="an unused first password dies then")
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[str] = mapped_column(String(200), default="", comment="sealed; '' = not enrolled")
    totp_last_step: Mapped[int] = mapped_column(default=0, comment="a code is accepted once")
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0, comment="raised to end every session of the account")
    locale: Mapped[str] = mapped_column(String(10), default="")
    email: Mapped[str] = mapped_column(String(200), default="", comment="office address; '' = no mail")
    mail_on: Mapped[bool] = mapped_column(default=True, comment="wants the digest by mail")
    mail_refused_at: Mapped[datetime | None] = mapped_column(
        comment="the mail server refused the address for good"
    )


class LoginSession(Base):
    """One log-in. The cookie carries a random token, this row its hash."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    epoch: Mapped[int]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    strong: Mapped[bool] = mapped_column(default=False, comment="second factor given")
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(120))


class LoginFailure(Base):
    """Failures per network address, for the brake that is not tied to one account."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(primary_key=True, default=new_id, autoincrement=False)
    address: Mapped[str] = mapped_column(String(45), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Seat(Base):
    """In which tenants an account holds posts now: read at each request before any scope exists."""

    __tablename__ = "seat"
    __table_args__ = {"info": {"tenanted": False}}  # noqa: RUF012 - read before there is a scope

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
