"""Mail leaves encrypted and verified, holds a number and a link only, and carries no injected header."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal.kernel.db import open_engine
from portal.operations import progress
from portal.operations.cluster import free_port
from portal.operations.mail import (
    Mailer,
    MailError,
    Notice,
    check,
    compose,
    mail_task,
    parse_smtp_url,
)
from portal.operations.worker import WorkerPlan, run_pending_once
from tests.support import Databases

SITE, OFFICE = "http://127.0.0.1:8000", "http://localhost:8001"
LINK = OFFICE + "/tugas/7"


class Box:
    """Keeps what arrives; refuses one address."""

    encrypted = False

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _o: Any) -> str:
        if address.startswith("nobody@"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(
            (session.ssl is not None or self.encrypted, session.authenticated, message_from_bytes(envelope.content))
        )
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def server(box: Box, certificate: Path | None = None, *, starttls: bool = False) -> Iterator[int]:
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    options: dict[str, Any] = {"ssl_context": context}
    if starttls:
        options = {"tls_context": context, "require_starttls": True}
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda _s, _n, _e, _m, data: AuthResult(success=data.password == b"se/cret"),
        auth_require_tls=starttls,
        **options,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def mailer(url: str) -> Mailer:
    return Mailer.from_settings(url, "portal@brebes.example", SITE, OFFICE)


def notice(**changes: Any) -> Notice:
    return Notice(**({"recipient": "budi@brebes.example", "kind": "task", "link": LINK, "number": "P-7"} | changes))


@pytest.mark.parametrize("scheme", ["starttls", "smtps"])
def test_letter_leaves_encrypted_and_signed_in(certificate: Path, scheme: str) -> None:
    box = Box()
    # a server that speaks TLS from the first byte hears nothing else; aiosmtpd does not note it in the
    # session
    box.encrypted = scheme == "smtps"
    with server(box, certificate, starttls=scheme == "starttls") as port:
        url = f"{scheme}://portal:se%2Fcret@127.0.0.1:{port}?cafile={certificate}"
        assert mailer(url).send(notice())
        found = parse_smtp_url(url)
        assert found is not None
        check(found)
    [(encrypted, authenticated, letter)] = box.letters
    assert encrypted
    assert authenticated
    assert letter["Subject"] == "Tugas P-7 menunggu Anda"
    assert letter["To"] == "budi@brebes.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert LINK in letter.get_payload()


@pytest.mark.parametrize("scheme", ["starttls", "smtps"])
def test_unknown_certificate_is_refused(certificate: Path, scheme: str) -> None:
    box = Box()
    with server(box, certificate, starttls=scheme == "starttls") as port, pytest.raises(ssl.SSLError):
        mailer(f"{scheme}://127.0.0.1:{port}").send(notice())
    assert box.letters == []


def test_server_without_tls_is_refused_by_starttls() -> None:
    box = Box()
    with server(box) as port, pytest.raises(smtplib.SMTPNotSupportedError):
        mailer(f"starttls://127.0.0.1:{port}").send(notice())
    assert box.letters == []


def test_without_a_server_nothing_is_sent_or_queued(databases: Databases) -> None:
    quiet = mailer("")
    assert quiet.send(notice()) is False
    engine = open_engine(databases.addresses.office)
    with engine.begin() as connection:
        assert quiet.queue(connection, notice()) is None
        assert connection.execute(text("SELECT count(*) FROM jobs.procrastinate_jobs")).scalar_one() == 0
    engine.dispose()


def test_queued_letters_are_sent_by_the_worker_and_their_links_wiped(databases: Databases) -> None:
    box = Box()
    engine = open_engine(databases.addresses.office)
    with server(box) as port:
        sender = mailer(f"smtp://127.0.0.1:{port}")
        with engine.begin() as connection:
            good = sender.queue(connection, notice(kind="invitation", language="en", number=""))
            bad = sender.queue(connection, notice(recipient="nobody@brebes.example"))
        assert good is not None
        assert bad is not None
        run_pending_once(WorkerPlan(databases.addresses.office, [mail_task(sender)]))
    with engine.connect() as connection:
        first, second = progress.read(connection, good), progress.read(connection, bad)
        left = connection.execute(text("SELECT DISTINCT args FROM jobs.procrastinate_jobs")).scalars().all()
    engine.dispose()
    assert [letter["Subject"] for _, _, letter in box.letters] == ["Invitation to the data portal"]
    assert first is not None
    assert first.state == "succeeded"
    assert second is not None
    assert (second.state, second.message) == ("refused", "Peladen surel menolak alamat penerima.")
    assert left == [{}]


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "a@b.example\r\nBcc: c@d.example"},
        {"recipient": "a@b.example, c@d.example"},
        {"recipient": "Budi <a@b.example>"},
        {"recipient": ""},
        {"number": "7\nBcc: c@d.example"},
        {"number": "Data gaji pegawai"},
        {"link": "https://elsewhere.example/"},
        {"link": "http://localhost:80010/"},
        {"link": OFFICE + "/a\r\nBcc: c@d.example"},
        {"link": OFFICE + "/a b"},
    ],
)
def test_what_could_carry_something_else_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(MailError):
        compose(notice(**changes), "portal@brebes.example", (SITE, OFFICE))


@given(st.text(), st.text(), st.text())
def test_no_text_adds_a_header_or_a_recipient(recipient: str, number: str, rest: str) -> None:
    try:
        letter = compose(
            notice(recipient=recipient, number=number, link=LINK + rest), "portal@brebes.example", (SITE, OFFICE)
        )
    except MailError:
        return
    read = message_from_bytes(letter.as_bytes())
    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert read["To"] == recipient


@pytest.mark.parametrize("url", ["http://a", "smtp://", "smtp://user:pw@mail.example", "starttls:mail.example"])
def test_unusable_addresses_of_servers_are_refused_without_the_password(url: str) -> None:
    with pytest.raises(MailError) as caught:
        parse_smtp_url(url)
    assert "pw" not in str(caught.value)


def test_sender_is_needed_with_a_server() -> None:
    with pytest.raises(MailError, match="MAIL_FROM"):
        Mailer.from_settings("smtp://127.0.0.1", "", SITE, OFFICE)
