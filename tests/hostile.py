"""
Rubbish to put into every address and every form, and the list of all addresses to put it into.

The walk is over the URL patterns themselves, so a page that is added later is attacked without anybody thinking of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import URLPattern, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.urls import URLResolver

# What may stand in a value: each once broke some shop.
VALUES = {
    "empty": "",
    "nul": "a\x00b",
    "long": "x" * 200_000,
    "negative": "-1",
    "zero": "0",
    "huge": "9" * 30,
    "past int": str(2**31),
    "past bigint": str(2**63),
    "float": "1.5",
    "exponent": "1e400",
    "not a number": "NaN",
    "arabic digits": "١٢٣",
    "superscript digit": "²",
    "bidi": "\u202egnp.exe\u2066",
    "lone surrogate": "\udce9",
    "emoji": "💩" * 50,
    "sql": "' OR 1=1; DROP TABLE order_order; --",
    "like": "%_%\\",
    "html": "\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }}{% load x %}${7*7}#{7*7}",
    "format": "%(name)s %s %n {0.__class__}",
    "header": "a\r\nSet-Cookie: owned=1\r\n\r\nbody",
    "path": "../../../../etc/passwd",
    "url": "//evil.example/\\evil.example",
    "script url": "javascript:alert(1)",
    "json": '{"$ne": null, "__proto__": {"a": 1}}',
    "email header": "demo@example.com\nBcc: all@example.com",
}
# What may stand in a path, as sent on the wire.
SEGMENTS = (
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "x" * 3000,
    "-1",
    "0",
    "9" * 30,
    "%D9%A1%D9%A2",
    "%C2%B2",
    "%27%20OR%201=1--",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "%0d%0aSet-Cookie:owned=1",
    "%7B%7B7*7%7D%7D",
    "a:b~c:d",
    "%E2%80%AE",
)
QUERIES = (
    "page=%00&q=%00&next=%00",
    "page=-1&q=%ff",
    "page=999999999999999999999999",
    "page=1.5&sort=%00",
    "page=%D9%A1",
    "next=//evil.example&next=https://evil.example",
    "q=" + "x" * 20_000,
    "a[]=1&a[b][c]=2&__proto__=1",
    "&".join(f"p{number}={number}" for number in range(1500)),
    "%%%&&&==;;",
    "o=999.-3&p=-1&q=%00&e=1&_changelist_filters=%00&_popup=%ff",
    "all=&_to_field=__class__&state__exact='",
    "date__gte=rubbish&id__in=,,&id__exact=%C2%B2",
)


def patterns(*, under: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every URL pattern of the project with its whole route; a shop's prefix shows as `<shop>/`."""
    for entry in (under or get_resolver()).url_patterns:
        route = "<shop>/" if type(entry.pattern).__name__ == "ShopPrefixPattern" else str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{prefix}{route}", entry
        else:
            yield from patterns(under=entry, prefix=f"{prefix}{route}")


def paths(route: str, *, shop: str, segment: str) -> str:
    """An address of a route: the shop's prefix in front, `segment` for everything that varies."""
    filled = re.sub(r"<[^>]*>|\(\?P.*?\)(?:\*|\+|\$)?", segment, route.replace("<shop>/", f"{shop}/"))
    return "/" + re.sub(r"[\^$]|\(.*\)", "", filled)


def has_parts(route: str) -> bool:
    """Whether something of a route varies besides the shop."""
    return "<" in route.replace("<shop>/", "")
