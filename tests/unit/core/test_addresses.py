"""Calls for strangers go to public addresses only, however the address is written."""

import socket

import pytest

from apps.core.errors import Final, TryAgain
from apps.core.http import addresses, fetch, request


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
    ],
)
def test_address_when_inside_or_reserved_is_not_allowed_for_strangers(address):
    assert not addresses.is_allowed(address=address, private_allowed=False)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "::ffff:93.184.215.14"])
def test_address_when_public_is_allowed(address):
    assert addresses.is_allowed(address=address, private_allowed=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0"])
def test_address_when_link_local_is_not_allowed_even_when_configured(address):
    assert not addresses.is_allowed(address=address, private_allowed=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
    ],
)
@pytest.mark.usefixtures("local_counters")
def test_fetch_when_address_points_inside_is_refused(url):
    with pytest.raises(Final, match="not public"):
        fetch(url=url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "http://user:secret@example.com/",
        "http://example.com:6379/",
        "http:///nohost",
        "http://example.com/\r\nX: y",
        "http://[::1",
        "example.com",
        "",
        "http://example.com:99999/",
    ],
)
def test_fetch_when_url_is_not_plain_http_is_refused_before_any_lookup(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: pytest.fail("looked up"))

    with pytest.raises(Final, match="plain http"):
        fetch(url=url)


@pytest.mark.usefixtures("local_counters")
def test_fetch_when_one_of_the_names_addresses_is_private_is_refused(monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.5")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)

    with pytest.raises(Final, match="not public"):
        fetch(url="http://rebinding.example/")


@pytest.mark.usefixtures("local_counters")
def test_fetch_when_name_does_not_resolve_may_be_tried_again(monkeypatch):
    def fail(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(TryAgain, match="does not resolve"):
        fetch(url="http://nowhere.example/")


@pytest.mark.parametrize(
    "path", ["relative", "//evil.example/", "/../admin", "/a b", "/a\r\nX: y", "http://evil.example/", ""]
)
def test_request_when_path_leaves_the_base_url_is_refused(path, settings):
    settings.OUTBOUND_SYSTEMS = {"erp": "http://127.0.0.1:1/base"}

    with pytest.raises(Final, match="not a path"):
        request(system="erp", path=path)


def test_request_when_system_is_not_configured_is_refused(settings):
    settings.OUTBOUND_SYSTEMS = {}

    with pytest.raises(Final, match="no base URL"):
        request(system="erp", path="/")
