"""Mail that tells a person to come and look: a number and a link, never a title, a name or the content of a
case.

`SMTP_URL` says how it leaves: `smtps://` (TLS from the first byte), `starttls://` (TLS demanded before
anything else) or `smtp://` (no TLS; with a password only to this machine). Certificates are verified;
`?cafile=` names an authority of one's own. Without `SMTP_URL` nothing is sent: the tasks page of the office
is enough to work with.
"""

from __future__ import annotations

import ipaddress
import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from portal.operations.jobs import JobOrder, JobRefused, JobRun, Task, defer

TASK_NAME = "operations.mail"
TIMEOUT_SECONDS = 20
NOT_TRIED_AGAIN = range(500, 600)  # RFC 5321 4.2.1: permanent negative completion

Kind = Literal["invitation", "password_reset", "task", "released", "refused", "case"]
Language = Literal["id", "en"]
Security = Literal["plain", "starttls", "tls"]

# Subject and text of each kind: a closed list, so that no caller can put a title into a letter.
_TEXTS: Mapping[Language, Mapping[Kind, tuple[str, str]]] = {
    "id": {
        "invitation": ("Undangan masuk portal data", "Anda diundang sebagai petugas portal data."),
        "password_reset": ("Atur ulang kata sandi", "Kata sandi Anda dapat diatur ulang lewat tautan ini."),
        "task": ("Tugas {number} menunggu Anda", "Tugas {number} menunggu tindakan Anda."),
        "released": ("Pengajuan {number} telah terbit", "Pengajuan {number} telah terbit."),
        "refused": ("Pengajuan {number} perlu perbaikan", "Pengajuan {number} perlu diperbaiki."),
        "case": ("Perkembangan perkara {number}", "Ada perkembangan pada perkara {number}."),
    },
    "en": {
        "invitation": ("Invitation to the data portal", "You are invited as an officer of the data portal."),
        "password_reset": ("Reset your password", "You can reset your password with this link."),
        "task": ("Task {number} is waiting for you", "Task {number} is waiting for you."),
        "released": ("Submission {number} is published", "Submission {number} is published."),
        "refused": ("Submission {number} needs mending", "Submission {number} needs mending."),
        "case": ("News on case {number}", "There is news on case {number}."),
    },
}
_OPEN = {"id": "Buka: {link}", "en": "Open: {link}"}
_CLOSING = {
    "id": "Surel ini dikirim otomatis. Jangan dibalas.",
    "en": "This message was sent automatically. Please do not reply.",
}
# RFC 5321 addresses without quoting, comments and routes; what is not here has no place in our accounts.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_NUMBER = re.compile(r"[A-Za-z0-9-]{0,40}")
_LINK = re.compile(r"[!-~]{1,2000}")


class MailError(ValueError):
    """The address, the link or SMTP_URL is not usable; the text never repeats a password."""


@dataclass(frozen=True)
class Server:
    """Where mail leaves."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    cafile: str | None = None


@dataclass(frozen=True)
class Notice:
    """One letter: to whom, which kind, and the number and link in it."""

    recipient: str
    kind: Kind
    link: str
    number: str = ""
    language: Language = "id"


def parse_smtp_url(url: str) -> Server | None:
    """Read SMTP_URL; empty means no mail. Raises MailError."""
    if not url:
        return None
    parts = urlsplit(url)
    kinds: dict[str, tuple[Security, int]] = {
        "smtp": ("plain", 25),
        "starttls": ("starttls", 587),
        "smtps": ("tls", 465),
    }
    if parts.scheme not in kinds or not parts.hostname:
        raise MailError("SMTP_URL harus smtp://, starttls://, atau smtps:// dengan nama host")
    security, port = kinds[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and security == "plain" and not _is_this_machine(parts.hostname):
        raise MailError("SMTP_URL: kata sandi tidak dikirim tanpa enkripsi; pakai starttls:// atau smtps://")
    cafile = parse_qs(parts.query).get("cafile", [None])[0]
    return Server(parts.hostname, parts.port or port, security, user, password, cafile)


def compose(notice: Notice, sender: str, bases: tuple[str, ...]) -> EmailMessage:
    """Write the letter. Raises MailError if a part could carry anything but what its place is for.

    `bases` are our own addresses (SITE_URL, OFFICE_URL): a link that leads elsewhere is refused.
    """
    for address in (notice.recipient, sender):
        if not _ADDRESS.fullmatch(address):
            raise MailError("Alamat surel tidak dapat dipakai")
    if not _NUMBER.fullmatch(notice.number):
        raise MailError("Nomor hanya boleh berisi huruf, angka, dan tanda hubung")
    own = any(notice.link == base or notice.link.startswith(base.rstrip("/") + "/") for base in bases)
    if not own or not _LINK.fullmatch(notice.link):
        raise MailError("Tautan harus menuju portal ini")
    subject, text = _TEXTS[notice.language][notice.kind]
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = notice.recipient
    message["Subject"] = subject.format(number=notice.number)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    lines = (
        text.format(number=notice.number),
        "",
        _OPEN[notice.language].format(link=notice.link),
        "",
        _CLOSING[notice.language],
    )
    message.set_content("\n".join(lines) + "\n")
    return message


@dataclass(frozen=True)
class Mailer:
    """Sends notices, or nothing at all where no server was given."""

    server: Server | None
    sender: str
    bases: tuple[str, ...]

    @classmethod
    def from_settings(cls, smtp_url: str, mail_from: str, site_url: str, office_url: str) -> Mailer:
        """Check the settings at the start of a process. Raises MailError."""
        server = parse_smtp_url(smtp_url)
        if server is not None and not _ADDRESS.fullmatch(mail_from):
            raise MailError("MAIL_FROM wajib berisi satu alamat surel bila SMTP_URL diisi")
        return cls(server, mail_from, (site_url, office_url))

    def queue(self, connection: Connection | Session, notice: Notice) -> int | None:
        """Queue a letter in the caller's transaction; None, and nothing queued, where mail is off.

        Raises MailError now, not in the worker, when the letter cannot be written.
        """
        if self.server is None:
            return None
        compose(notice, self.sender, self.bases)
        return defer(connection, JobOrder(TASK_NAME, "mail", vars(notice)))

    def send(self, notice: Notice) -> bool:
        """Send a letter now; False where mail is off. Raises smtplib.SMTPException, OSError or MailError."""
        if self.server is None:
            return False
        message = compose(notice, self.sender, self.bases)
        with _session(self.server) as session:
            session.send_message(message)
        return True


def mail_task(mailer: Mailer) -> Task:
    """Return the worker's task; its arguments may hold a link that opens an account, so they are wiped."""

    def handler(run: JobRun) -> None:
        try:
            mailer.send(Notice(**run.arguments))
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            if all(code in NOT_TRIED_AGAIN for code in codes):
                raise JobRefused("Peladen surel menolak alamat penerima.") from refused
            raise

    return Task(TASK_NAME, handler, attempts=8, wait=30, private=True)


def check(server: Server) -> None:
    """Connect, encrypt and sign in without sending anything (`portal health`). Raises as `send` does."""
    with _session(server) as session:
        session.noop()


def _session(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.cafile)
    session: smtplib.SMTP
    if server.security == "tls":
        session = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.security == "starttls":
            session.starttls(context=context)
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
