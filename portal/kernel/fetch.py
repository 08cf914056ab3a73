"""The one outgoing fetcher: what an address on the internet answers, and never what stands inside our own network.

A name is looked up once; every address behind it must be a public one (or in a network that the settings name), and
the connection goes to the address that was checked, so that a second answer of the name server changes nothing. Every
redirect is checked anew. Bytes, time and redirects have limits.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from portal.kernel.errors import PortalError
from portal.kernel.texts import gettext as _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

AGENT = "portal-data-kabupaten"
MOST_BYTES = 64 * 1024 * 1024
MOST_REDIRECTS = 3
CHUNK = 64 * 1024
#: Below this only the ports of the web are asked: mail and remote control answer to lines of text too.
FIRST_FREE_PORT = 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: IPv6 that carries an IPv4 address inside for a translator on the way.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class FetchError(PortalError):
    """Nothing usable came; the message says what was asked and why not, in words for a person."""

    rule = "pengambilan_gagal"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the address that answered in the end, its status, headers by lower-case name, and the body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def networks(text: str) -> tuple[Network, ...]:
    """Networks written with commas between them (`10.20.0.0/16, 127.0.0.0/8`). Raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet: none that is private, local, reserved or a group, even in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.sixtofour is not None:
            return is_public(address.sixtofour)
        if address.teredo is not None:
            return False
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast


@dataclass(frozen=True)
class Fetcher:
    """Asks addresses by GET. `allowed` are networks beside the internet; `seconds` are for the whole answer."""

    allowed: Sequence[Network] = ()
    seconds: float = 60.0
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, most: int = MOST_BYTES) -> Fetched:
        """The answer, whatever its status. Raises FetchError for an address that is no public one, for no answer in
        time, for more than `most` bytes, for too many redirects."""
        end = monotonic() + self.seconds
        sent = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Connection": "close", **(headers or {})}
        for _step in range(MOST_REDIRECTS + 1):
            parts = checked(url)
            answer = self._ask(parts, sent, end, most)
            target = answer.headers.get("location")
            if answer.status not in REDIRECTS or not target:
                return answer
            url = urljoin(url, target)
            following = checked(url)
            if (following.scheme, following.hostname, following.port) != (parts.scheme, parts.hostname, parts.port):
                sent = {name: value for name, value in sent.items() if name.lower() != "authorization"}
        raise FetchError(_("%(url)s mengalihkan terlalu sering.", url=shown(url)))

    def _ask(self, parts: SplitResult, headers: Mapping[str, str], end: float, most: int) -> Fetched:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port < FIRST_FREE_PORT and port not in {80, 443}:
            raise FetchError(_("Porta %(port)s bukan porta web.", port=port), rule="alamat_salah")
        host = str(parts.hostname)
        target = parts.path or "/"
        target = f"{target}?{parts.query}" if parts.query else target
        connection = HTTPConnection(host, port)
        try:
            connection.sock = self._connected(host, port, parts.scheme == "https", end)
            connection.request("GET", target, headers={"Host": parts.netloc, **headers})
            answer = connection.getresponse()
            body = _body(answer, connection, end, most, parts)
        except (OSError, HTTPException, zlib.error) as error:
            raise FetchError(
                _("%(url)s tidak menjawab: %(why)s.", url=shown(parts.geturl()), why=_reason(error))
            ) from error
        finally:
            connection.close()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Fetched(parts.geturl(), answer.status, found, body)

    def _connected(self, host: str, port: int, secure: bool, end: float) -> socket.socket:
        """A connection to one of the addresses that were checked."""
        last: OSError | None = None
        for address in self.addresses(host, port):
            try:
                made = socket.create_connection((str(address), port), timeout=_left(end))
            except OSError as error:
                last = error
                continue
            return self.context.wrap_socket(made, server_hostname=host) if secure else made
        raise last or OSError("no address")

    def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """The addresses behind a name. Raises FetchError when one of them may not be asked."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(_("Nama %(host)s tidak dikenal di jaringan.", host=host[:200])) from error
        addresses = tuple(dict.fromkeys(ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in found))
        for address in addresses:
            if not (is_public(address) or any(address in network for network in self.allowed)):
                raise FetchError(
                    _("%(host)s adalah alamat di dalam jaringan sendiri dan tidak boleh diambil.", host=host[:200]),
                    rule="alamat_pribadi",
                )
        return addresses


def checked(url: str) -> SplitResult:
    """The parts of an address that may be asked: http(s), a host, no name or password in it. Raises FetchError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(_("Ini bukan alamat web."), rule="alamat_salah") from error
    if any(ord(sign) <= 32 or ord(sign) > 126 for sign in url):
        raise FetchError(_("Alamat memuat spasi atau tanda yang tidak boleh ada."), rule="alamat_salah")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FetchError(_("Alamat harus diawali http:// atau https://."), rule="alamat_salah")
    if parts.username is not None or parts.password is not None:
        raise FetchError(_("Alamat tidak boleh memuat nama pengguna atau sandi."), rule="alamat_salah")
    if port == 0:
        raise FetchError(_("Ini bukan alamat web."), rule="alamat_salah")
    return parts


def shown(url: str) -> str:
    """An address for a message: without its query, where a key may stand."""
    return url.partition("?")[0][:300]


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _body(answer: HTTPResponse, connection: HTTPConnection, end: float, most: int, parts: SplitResult) -> bytes:
    """The whole body, unpacked; a slow or endless one is given up."""
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if answer.getheader("Content-Encoding") == "gzip" else None
    found = bytearray()
    left = answer.length  # bytes on the wire; None: until the last chunk, or the end of the connection
    while left is None or left > 0:
        if connection.sock is not None:
            connection.sock.settimeout(_left(end))
        else:
            _left(end)
        chunk = answer.read1(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            break
        left = None if left is None else left - len(chunk)
        while chunk:
            found += unpack.decompress(chunk, most + 1) if unpack else chunk
            chunk = unpack.unconsumed_tail if unpack else b""
            if len(found) > most:
                raise FetchError(
                    _(
                        "%(url)s mengirim lebih dari %(size)s MB.",
                        url=shown(parts.geturl()),
                        size=max(1, most // (1024 * 1024)),
                    )
                )
    if left or (unpack is not None and found and not unpack.eof):
        raise ConnectionError("cut")
    return bytes(found)


def _reason(error: Exception) -> str:
    """Why, without what a system says of itself."""
    if isinstance(error, TimeoutError):
        return _("terlalu lama")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("sertifikatnya tidak sah")
    if isinstance(error, ssl.SSLError):
        return _("sambungan amannya gagal")
    if isinstance(error, ConnectionRefusedError):
        return _("sambungan ditolak")
    return _("sambungan putus")
