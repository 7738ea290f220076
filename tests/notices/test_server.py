"""The mail server as it is set: what is wrong is named, what is right is tried; TLS is real."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.core.clock import SHANGHAI
from portal.core.errors import PortalError
from portal.core.settings import Settings
from portal.notices.mail import Outcome, Server, Unreachable, connection, hand_over, server_of, write_message
from tests.faults.server import portal
from tests.notices.mailbox import Mailbox

NOW = datetime(2026, 9, 16, 12, 0, tzinfo=SHANGHAI)
GIVEN = {"MAIL_HOST": "127.0.0.1", "MAIL_FROM": "portal@lianxi.example"}


@pytest.mark.parametrize(
    ("changed", "names"),
    [({"MAIL_FROM": ""}, "PORTAL_MAIL_FROM"), ({"MAIL_FROM": "a@b.cn\nx"}, "PORTAL_MAIL_FROM"),
     ({"MAIL_SECURITY": "ssl3"}, "PORTAL_MAIL_SECURITY"), ({"MAIL_PASSWORD_FILE": "/nowhere/x"}, "PORTAL_MAIL_PASSWORD_FILE")],
)  # fmt: skip
def test_a_wrong_setting_is_named(changed: dict[str, str], names: str) -> None:
    with pytest.raises(PortalError) as caught:
        server_of(Settings({}, **(GIVEN | changed)))
    assert names in str(caught.value.message)


def test_without_a_host_there_is_no_mail() -> None:
    assert server_of(Settings({})) is None
    with pytest.raises(PortalError):
        Settings({}, MAIL_PORT="x")


def test_the_password_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n")
    found = server_of(Settings({}, **GIVEN, MAIL_PASSWORD_FILE=str(tmp_path / "password"), MAIL_USER="u"))
    assert found is not None
    assert (found.password, found.port, found.security) == ("geheim", 587, "starttls")


def test_headers_hold_one_line_each() -> None:
    """A53."""
    message = write_message(
        "p@lianxi.example", "a@b.cn", "题\r\nBcc: x@y.cn\u2028\x00目" * 30, "正文", number=1, now=NOW
    )
    raw = message.as_bytes()
    assert message["Bcc"] is None
    assert b"\nBcc" not in raw
    assert raw.isascii()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


@contextmanager
def secure(box: Mailbox, folder: Path, mode: str) -> Iterator[Path]:
    """The box behind TLS, with a password, and the certificate that vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(SHANGHAI)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"user", b"geheim")
        return AuthResult(success=right, handled=False)

    more: dict[str, Any] = {"authenticator": check, "auth_required": True}
    if mode == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    else:
        more = {"ssl_context": context}  # the server would not offer a password here
    controller: Any = Controller(box, hostname="127.0.0.1", port=box.port, **more)
    controller.start()
    try:
        yield folder / "cert.pem"
    finally:
        controller.stop()


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_tls_and_password(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Mailbox()
    message = write_message("p@lianxi.example", "a@b.cn", "题", "正文", number=1, now=NOW)
    with secure(box, tmp_path, mode) as vouches:
        user = "user" if mode == "starttls" else ""
        right = Server("127.0.0.1", box.port, mode, user, "geheim", "p@lianxi.example")
        with pytest.raises(Unreachable, match="加密连接没有建立"), connection(right, 5):
            pass  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(vouches))
        with connection(right, 5) as talk:
            assert hand_over(talk, right, message, "a@b.cn").outcome is Outcome.SENT
        if user:
            wrong = Server("127.0.0.1", box.port, mode, user, "falsch", "p@lianxi.example")
            with pytest.raises(Unreachable, match="535") as caught, connection(wrong, 5):
                pass
            assert "falsch" not in str(caught.value)
    assert box.subjects == ["题"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_operator_tries_it(settings: Settings, engine: str) -> None:
    box = Mailbox()
    box.refused.add("bad@office.example")
    more = GIVEN | {"MAIL_PORT": str(box.port), "MAIL_SECURITY": "none"}
    off = portal(settings, "notices", "test-mail", "a@office.example")
    assert (off.returncode, "PORTAL_MAIL_HOST" in off.stderr) == (1, True)
    down = portal(settings, "notices", "test-mail", "a@office.example", **more)
    assert (down.returncode, "连接不上" in down.stderr) == (1, True)
    with box.open():
        good = portal(settings, "notices", "test-mail", "a@office.example", **more)
        assert (good.returncode, "已收下" in good.stdout) == (0, True), good.stderr
        bad = portal(settings, "notices", "test-mail", "bad@office.example", **more)
        assert (bad.returncode, "550" in bad.stderr) == (1, True)
        odd = portal(settings, "notices", "test-mail", "x", **more)
        assert (odd.returncode, "Traceback" in odd.stderr) == (1, False)
    assert box.subjects == ["联席：测试邮件"]
