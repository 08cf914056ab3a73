"""The one outgoing fetcher: only the internet, checked before it is asked; bytes, time and redirects have limits."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response, redirect, request
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import fetch
from portal.kernel.fetch import Fetcher, FetchError, checked, is_public, networks
from tests.serving import served

OWN = Fetcher(networks("127.0.0.0/8"), seconds=5)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    app = Flask("luar", static_folder=None)

    @app.get("/baik")
    def good() -> Response:
        return Response("halo " + request.headers.get("Authorization", "-"), headers={"X-Uji": "ya"})

    @app.get("/padat")
    def packed() -> Response:
        return Response(gzip.compress(b"a" * 100_000), headers={"Content-Encoding": "gzip"})

    @app.get("/bom")
    def bomb() -> Response:
        return Response(gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"})

    @app.get("/lari")
    def away() -> Any:
        return redirect(request.args["ke"])

    @app.get("/rusak")
    def broken() -> Response:
        return Response(b"\x1f\x8bbukan gzip", headers={"Content-Encoding": "gzip"})

    with served(app) as url:
        yield url


def test_an_answer_with_status_headers_and_body(site: str) -> None:
    found = OWN.get(f"{site}/baik", {"Authorization": "kunci"})
    assert (found.status, found.body, found.headers["x-uji"]) == (200, b"halo kunci", "ya")
    assert OWN.get(f"{site}/tiada").status == 404
    assert OWN.get(f"{site}/padat").body == b"a" * 100_000


def test_our_own_network_is_not_asked_unless_named(site: str) -> None:
    with pytest.raises(FetchError) as refused:
        Fetcher().get(f"{site}/baik")
    assert refused.value.rule == "alamat_pribadi"


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "file:///etc/passwd",
        "gopher://x/",
        "//10.1.1.1/",
    ],
)
def test_a_redirect_is_checked_anew(site: str, target: str) -> None:
    with pytest.raises(FetchError):
        OWN.get(f"{site}/lari?ke={target}")


def test_redirects_are_followed_a_few_times_and_keep_no_key_for_others(site: str) -> None:
    assert OWN.get(f"{site}/lari?ke=/baik", {"Authorization": "kunci"}).body == b"halo kunci"
    other = site.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(FetchError, match="ditolak"):
        OWN.get(f"{site}/lari?ke={other}/baik", {"Authorization": "kunci"})
    with pytest.raises(FetchError, match="terlalu sering"):
        OWN.get(f"{site}/lari?ke=/lari?ke=/lari?ke=/lari?ke=/lari")


def test_too_many_bytes_and_cut_or_broken_answers_are_refused(site: str) -> None:
    with pytest.raises(FetchError, match="lebih dari"):
        OWN.get(f"{site}/bom", most=1_000_000)
    with pytest.raises(FetchError):
        OWN.get(f"{site}/rusak")
    with (
        spoken(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc") as address,
        pytest.raises(FetchError, match="putus"),
    ):
        OWN.get(address)
    with spoken(b"220 surat siap\r\n") as address, pytest.raises(FetchError):
        OWN.get(address)


@contextmanager
def spoken(said: bytes) -> Iterator[str]:
    """A server that says these bytes to whoever comes, once, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(said)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(FetchError, match="terlalu lama"):
            Fetcher(networks("127.0.0.0/8"), seconds=0.3).get(address)


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [[(2, 1, 6, "", ("127.0.0.1", 0))], [(2, 1, 6, "", ("10.0.0.1", 0))]]
    asked = []

    def lookup(host: str, *_args: Any, **_named: Any) -> Any:
        asked.append(host)
        return answers.pop(0)

    monkeypatch.setattr(
        fetch.socket, "getaddrinfo", lambda host, *a, **n: lookup(host) if host == "licik.test" else REAL(host, *a, **n)
    )
    port = site.rsplit(":", 1)[1]
    assert OWN.get(f"http://licik.test:{port}/baik").status == 200
    assert asked == ["licik.test"], "the name is looked up once"


REAL = socket.getaddrinfo


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255",  # noqa: S104 - refused
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "64:ff9b::a00:1",
        "2001:0:a00:1::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_internets(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "103.10.1.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://contoh.go.id/", "http://", "http:///x", "https://nama:sandi@contoh.go.id/", "http://contoh.go.id:0/",
        "http://contoh.go.id/a b", "http://contoh.go.id/\nHost: x", "http://contoh.go.id:99999/",
        "http://[::1", "javascript:1",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_asked(url: str) -> None:
    with pytest.raises(FetchError) as refused:
        checked(url)
    assert refused.value.rule == "alamat_salah"


def test_ports_of_other_services_are_not_asked() -> None:
    with pytest.raises(FetchError, match="25 bukan porta web"):
        OWN.get("http://127.0.0.1:25/")


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        parts = checked(text)
    except FetchError:
        return
    assert parts.scheme in {"http", "https"}
    assert parts.hostname


def test_networks_are_read_or_refused() -> None:
    assert [str(item) for item in networks("10.0.0.0/8, 192.168.7.1")] == ["10.0.0.0/8", "192.168.7.1/32"]
    assert networks("") == ()
    with pytest.raises(ValueError, match="IPv4"):
        networks("bukan")
