"""Which addresses a call may go to: names are resolved once, checked, and the checked address is the one used."""

import ipaddress
import queue
import socket
import threading

from apps.core.errors import Final, TryAgain

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(*, host: str, port: int, system: str, timeout_s: float, private_allowed: bool) -> list[str]:
    """
    Return the addresses of a host, in the order to try. Raises TryAgain when they are not known in time.

    Unless private_allowed, every one of them must be public, else Final: a name that points inside once is hostile.
    Link-local addresses, where clouds keep their secrets, are refused always.
    """
    found = _lookup(host=host, port=port, system=system, timeout_s=timeout_s)
    for address in found:
        if not is_allowed(address=address, private_allowed=private_allowed):
            raise Final("the address is not public", system=system)
    return found


def is_allowed(*, address: str, private_allowed: bool) -> bool:
    """Tell whether an address may be called; what is wrapped inside an IPv6 address counts as itself."""
    ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    return private_allowed or ip.is_global


def _unwrapped(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour or ip


def _lookup(*, host: str, port: int, system: str, timeout_s: float) -> list[str]:
    answers: queue.Queue[list[str] | OSError] = queue.Queue()

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))
        else:
            answers.put(list(dict.fromkeys(str(info[4][0]) for info in infos)))

    # In a thread because the system's resolver takes no time limit; left behind, it ends by itself.
    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TryAgain("the name was not resolved in time", system=system) from None
    if isinstance(answer, OSError):
        raise TryAgain("the name does not resolve", system=system) from answer
    return answer
