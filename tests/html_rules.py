"""What every page of the shop must satisfy as HTML, beyond what the eye sees."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from typing import Any

import html5lib

VOID_OF_LABEL = {"hidden", "submit", "button", "image", "reset"}
# Named references in attributes and the like are the parser's business; these two are laws the browsers do not keep.
HTML = "{http://www.w3.org/1999/xhtml}"


def parse(text: str) -> Any:
    """Return the page's tree. Raises html5lib's ParseError at the first mistake in the markup."""
    return html5lib.HTMLParser(strict=True, tree=html5lib.getTreeBuilder("etree")).parse(text)


def mistakes(text: str) -> list[str]:
    """Every broken rule of a page, as sentences; an empty list for a good page."""
    try:
        tree = parse(text)
    except html5lib.html5parser.ParseError as error:
        lenient = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"))
        lenient.parse(text)
        places = [
            (line, code, text.splitlines()[line - 1][max(0, column - 60) : column + 20])
            for (line, column), code, _data in lenient.errors[:5]
        ]
        return [f"invalid HTML ({error}): {places}"]
    elements = list(tree.iter())
    return [
        *_ids(elements),
        *_headings(tree),
        *_labels(tree),
        *_pictures(tree),
        *_addresses(tree),
        *_inline(tree),
        *_tables_and_lists(tree),
        *_data(tree),
    ]


def _ids(elements: list[Any]) -> list[str]:
    known = Counter(element.get("id") for element in elements if element.get("id") is not None)
    found = [f"id {name!r} stands {times} times" for name, times in known.items() if times > 1]
    if "" in known:
        found.append("an id is empty")
    for element in elements:
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "form", "list"):
            found += [
                f"{attribute} names {name!r}, which is not there"
                for name in (element.get(attribute) or "").split()
                if name not in known
            ]
        href = element.get("href") or ""
        if element.tag == f"{HTML}a" and href.startswith("#") and href[1:] not in known:
            found.append(f"a link leads to {href!r}, which is not there")
    return found


def _headings(tree: Any) -> list[str]:
    levels = [
        int(e.tag[-1]) for e in tree.iter() if str(e.tag).removeprefix(HTML) in {"h1", "h2", "h3", "h4", "h5", "h6"}
    ]
    found = [] if levels.count(1) == 1 else [f"the page has {levels.count(1)} h1"]
    found += [
        f"a heading of level {after} follows one of level {before}"
        for before, after in itertools.pairwise(levels)
        if after > before + 1
    ]
    empty = [
        e for e in tree.iter() if str(e.tag).removeprefix(HTML) in {"h1", "h2", "h3", "a", "button"} and not _name(e)
    ]
    return found + [f"a {e.tag.removeprefix(HTML)} has no words: {e.attrib}" for e in empty]


def _name(element: Any) -> str:
    alts = "".join(e.get("alt", "") for e in element.iter(f"{HTML}img"))
    return ("".join(element.itertext()) + (element.get("aria-label") or "") + alts).strip()


def _labels(tree: Any) -> list[str]:
    labelled = {e.get("for") for e in tree.iter(f"{HTML}label")}
    wrapped = {id(field) for label in tree.iter(f"{HTML}label") for field in label.iter()}
    found = []
    for kind in ("input", "select", "textarea"):
        for field in tree.iter(f"{HTML}{kind}"):
            if field.get("type") in VOID_OF_LABEL:
                continue
            if field.get("id") not in labelled and id(field) not in wrapped and not field.get("aria-label"):
                found.append(f"the field {field.get('name')!r} has no label")
    return found


def _pictures(tree: Any) -> list[str]:
    found = []
    for picture in tree.iter(f"{HTML}img"):
        if picture.get("alt") is None:
            found.append(f"the picture {picture.get('src')!r} has no alt")
        if not picture.get("src"):
            found.append("a picture has no source")
        if not picture.get("width") or not picture.get("height"):
            found.append(f"the picture {picture.get('src')!r} has no size")
    return found


def _addresses(tree: Any) -> list[str]:
    found = [
        f"a {e.tag.removeprefix(HTML)} with an empty href: {''.join(e.itertext())[:40]!r}"
        for e in tree.iter()
        if e.get("href") is not None and not e.get("href").strip()
    ]
    found += ["a form has an empty action" for e in tree.iter(f"{HTML}form") if e.get("action") == ""]
    found += [
        f"a link leads to nothing: {e.get('href')}"
        for e in tree.iter(f"{HTML}a")
        if "None" in (e.get("href") or "") or (e.get("href") or "").startswith("javascript:")
    ]
    return found


def _inline(tree: Any) -> list[str]:
    found = [f"a style attribute on {e.tag}" for e in tree.iter() if e.get("style") is not None]
    found += ["a style element" for _ in tree.iter(f"{HTML}style")]
    found += [f"an event attribute {name}" for e in tree.iter() for name in e.attrib if str(name).startswith("on")]
    found += [
        "an inline script"
        for e in tree.iter(f"{HTML}script")
        if not e.get("src") and e.get("type") != "application/ld+json"
    ]
    return found


def _tables_and_lists(tree: Any) -> list[str]:
    found = []
    for kind in ("ul", "ol"):
        for part in tree.iter(f"{HTML}{kind}"):
            strangers = [
                child.tag
                for child in part
                if child.tag not in {f"{HTML}li", f"{HTML}script", f"{HTML}template"} and isinstance(child.tag, str)
            ]
            found += [f"a {kind} holds {tag.removeprefix(HTML)}" for tag in strangers]
    block = {f"{HTML}{name}" for name in ("div", "p", "ul", "ol", "table", "form", "section", "h1", "h2", "h3", "h4")}
    phrasing = ("p", "span", "button", "label", "h1", "h2", "h3", "h4", "dt", "summary", "legend")
    for name in phrasing:
        for part in tree.iter(f"{HTML}{name}"):
            allowed = {f"{HTML}h{n}" for n in range(1, 5)} if name in {"summary", "legend"} else set()
            inside = [e.tag.removeprefix(HTML) for e in part.iter() if e is not part and e.tag in block - allowed]
            found += [f"a {name} holds {tag}" for tag in inside]
    inner = ("a", "button", "input", "select", "textarea", "details")
    for name in ("a", "button"):
        for part in tree.iter(f"{HTML}{name}"):
            found += [
                f"a {name} holds {e.tag.removeprefix(HTML)}"
                for e in part.iter()
                if e is not part and str(e.tag).removeprefix(HTML) in inner
            ]
    return found


def _data(tree: Any) -> list[str]:
    found = []
    for script in tree.iter(f"{HTML}script"):
        if script.get("type") == "application/ld+json":
            try:
                json.loads(script.text or "")
            except ValueError as error:
                found.append(f"structured data is not JSON: {error}")
    return found
