"""
Every text of the shop in every language: nothing missing, nothing fuzzy, the same placeholders.

`python -m config.checks.translations` compares what the sources say with locale/*/LC_MESSAGES/django.po and prints
each difference; `python -m config.messages merge` is the way to mend them.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from config import messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog, Message

PERCENT = re.compile(r"%\((?P<name>\w+)\)[#0\-+]*\d*(?:\.\d+)?[a-zA-Z]")
POSITIONAL = re.compile(r"(?<!%)(?:%%)*%[#0\-+]*\d*(?:\.\d+)?[sdifr]\b")
SHOWN = 60  # More than that is "run the merge", not a list to read.
BRACES = re.compile(r"(?<!\{)\{(?P<name>\w+)\}")


def problems(*, root: Path = messages.ROOT) -> list[str]:
    """Return one sentence for each thing wrong, in all languages. Raises CatalogueError for an unreadable catalogue."""
    template = messages.extract(root=root)
    found = list(_source_problems(template))
    for language in messages.LANGUAGES:
        catalogue = messages.read_catalogue(language, root=root)
        found += [f"{language}: {problem}" for problem in _catalogue_problems(template, catalogue=catalogue)]
    return found


def placeholders(text: str) -> set[str]:
    """Return the named placeholders of a text, %(name)s and {name} alike."""
    return {match["name"] for pattern in (PERCENT, BRACES) for match in pattern.finditer(text)}


def _source_problems(template: Catalog) -> Iterator[str]:
    for message in template:
        if any(POSITIONAL.search(text) for text in _texts(message.id)):
            yield f"source: {message.id!r} has an unnamed placeholder; translators need %(name)s."


def _catalogue_problems(template: Catalog, *, catalogue: Catalog) -> Iterator[str]:
    for wanted in template:
        if not wanted.id:
            continue
        context, msgid = messages.key_of(wanted)
        message = catalogue.get(msgid, context or None)
        if message is None or isinstance(message.id, str) != isinstance(wanted.id, str):
            yield f"{msgid!r} is not in the catalogue."
        elif message.fuzzy:
            yield f"{msgid!r} is fuzzy."
        elif not messages.is_translated(message):
            yield f"{msgid!r} is not translated."
        else:
            yield from _placeholder_problems(message)
    used = {messages.key_of(message) for message in template}
    for message in catalogue:
        if message.id and messages.key_of(message) not in used:
            yield f"{messages.key_of(message)[1]!r} is in the catalogue, but no source uses it."


def _placeholder_problems(message: Message) -> Iterator[str]:
    wanted = set().union(*(placeholders(text) for text in _texts(message.id)))
    forms = _texts(message.string)
    for number, text in enumerate(forms):
        have = placeholders(text)
        # "One piece" may leave the number out; the general form may not.
        may_omit = len(forms) > 1 and number < len(forms) - 1
        if have - wanted or (wanted - have and not may_omit):
            names = ", ".join(sorted(wanted)) or "none"
            yield f"{messages.key_of(message)[1]!r}: placeholders must be {names}; the translation is {text!r}."


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, tuple | list) else ()


def main() -> int:
    """Print the problems; return 1 when there are any."""
    try:
        found = problems()
    except messages.CatalogueError as error:
        found = [str(error)]
    for problem in found[:SHOWN]:
        sys.stdout.write(f"{problem}\n")
    sys.stdout.write(f"{len(found)} problems in {len(messages.LANGUAGES)} languages.\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
