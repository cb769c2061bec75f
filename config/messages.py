"""
Message catalogues without the gettext programs: extract from the sources, merge translations, compile.

    python -m config.messages merge [FILES…]   update locale/*/LC_MESSAGES/django.po from the sources and JSON files
    python -m config.messages compile          write the .mo files that are missing or old

A JSON file holds {"msgid": {"fr": "…", "de": "…"}}; "one|many" as msgid takes a list of forms, and a context stands
before the msgid with U+0004 between. English is the source: its catalogue repeats the msgid.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("fr", "de", "nl", "en")
SOURCE_LANGUAGE = "en"
CODE_FOLDERS = ("apps", "config")
CONTEXT_MARK = "\u0004"
PLURAL_MARK = "|"
# What Django's own extraction looks for; the numbers say which argument is what ("c": the context).
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class CatalogueError(Exception):
    """A catalogue or a file of translations cannot be used; the text says which and why."""


def extract(*, root: Path = ROOT) -> Catalog:
    """Return every message of the Python code and the templates, without locations, sorted later by msgid."""
    catalogue = Catalog(charset="utf-8")
    for path in _python_files(root):
        _add(catalogue, source=path.read_text(encoding="utf-8"), path=path)
    for path in template_files(root=root):
        _add(catalogue, source=template_as_python(path.read_text(encoding="utf-8"), origin=str(path)), path=path)
    return catalogue


def template_as_python(source: str, *, origin: str = "") -> str:
    """Return a template as calls of gettext that a Python tokenizer can read, everything else blanked out."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    code = templatize(source, origin=origin)
    # Indentation means nothing in a template and everything to the tokenizer.
    return "\n".join(line.strip() for line in code.splitlines()) + "\n"


def template_files(*, root: Path = ROOT) -> list[Path]:
    """Return all templates: templates/ and each app's own, HTML and the text of mails."""
    folders = [root / "templates", *(root / "apps").glob("*/templates")]
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".html", ".txt", ".xml"})


def catalogue_path(language: str, *, root: Path = ROOT) -> Path:
    """Return where a language's catalogue is."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str, *, root: Path = ROOT) -> Catalog:
    """Return a language's catalogue, an empty one when there is none yet. Raises CatalogueError."""
    path = catalogue_path(language, root=root)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language, charset="utf-8", abort_invalid=True)
    except ValueError as error:
        raise CatalogueError(f"{path}: {error}") from error


def old_catalogues(*, root: Path = ROOT) -> list[Path]:
    """Return the .po files whose .mo is missing or older than they are."""
    found = []
    for path in sorted((root / "locale").glob("*/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < path.stat().st_mtime_ns:
            found.append(path)
    return found


def compile_catalogues(*, root: Path = ROOT) -> list[str]:
    """Write the .mo files that are missing or older than their .po; return the languages. Raises CatalogueError."""
    compiled = []
    for path in old_catalogues(root=root):
        language = path.parent.parent.name
        content = io.BytesIO()
        write_mo(content, read_catalogue(language, root=root), use_fuzzy=False)
        draft = path.with_suffix(".draft")
        draft.write_bytes(content.getvalue())
        draft.replace(path.with_suffix(".mo"))
        compiled.append(language)
    return compiled


def merge(files: list[Path], *, root: Path = ROOT) -> dict[str, int]:
    """
    Rewrite all catalogues from the sources, with the translations of these files put in (they win over old ones).

    What no source uses any more is dropped. Returns the number of messages still untranslated, by language.
    Safe to repeat: the same sources and files give the same bytes. Raises CatalogueError.
    """
    template = extract(root=root)
    translations = _read_translations(files)
    missing = {}
    for language in LANGUAGES:
        catalogue = _merged(template, language=language, translations=translations, root=root)
        missing[language] = sum(1 for message in catalogue if message.id and not is_translated(message))
        _write(catalogue, path=catalogue_path(language, root=root))
    return missing


def is_translated(message: Message) -> bool:
    """Tell whether a message, or each of its plural forms, has a text."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(forms) and all(forms)


def key_of(message: Message) -> tuple[str, str]:
    """Return what identifies a message: its context and its (first) msgid."""
    msgid = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", msgid


def _python_files(root: Path) -> Iterator[Path]:
    for folder in CODE_FOLDERS:
        yield from sorted(path for path in (root / folder).rglob("*.py") if "migrations" not in path.parts)


def _add(catalogue: Catalog, *, source: str, path: Path) -> None:
    try:
        for _line, function, found, _comments in extract_python(
            io.BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"}
        ):
            message = _arguments(function, found)
            if message is not None:
                catalogue.add(message[1], context=message[0])
    except (SyntaxError, ValueError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def _arguments(function: Any, found: Any) -> tuple[str | None, str | tuple[str, str]] | None:  # noqa: ANN401 -- Babel's
    """Return (context, msgid or pair) of one call, or None when it is not a literal (a variable is not extractable)."""
    values = found if isinstance(found, tuple) else (found,)
    spec = KEYWORDS[function] or (1,)
    positions = [part if isinstance(part, int) else part[0] for part in spec]
    if len(values) < max(positions) or not all(values[position - 1] for position in positions):
        return None
    texts = [values[position - 1] for position in positions]
    context = texts.pop(0) if not isinstance(spec[0], int) else None
    return context, texts[0] if len(texts) == 1 else (texts[0], texts[1])


def _merged(template: Catalog, *, language: str, translations: dict[str, Any], root: Path) -> Catalog:
    old = read_catalogue(language, root=root)
    new = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
        string = known.string if known is not None and not known.fuzzy and _same_kind(known, message) else None
        string = _from_files(message, language=language, count=new.num_plurals, translations=translations) or string
        if language == SOURCE_LANGUAGE:
            string = message.id
        new.add(message.id, string or _empty(message, count=new.num_plurals), context=message.context)
    return new


def _same_kind(known: Message, message: Message) -> bool:
    return isinstance(known.id, str) == isinstance(message.id, str)


def _empty(message: Message, *, count: int) -> str | tuple[str, ...]:
    return "" if isinstance(message.id, str) else ("",) * count


def _from_files(
    message: Message, *, language: str, count: int, translations: dict[str, Any]
) -> str | tuple[str, ...] | None:
    msgid = message.id if isinstance(message.id, str) else PLURAL_MARK.join(message.id)
    name = f"{message.context}{CONTEXT_MARK}{msgid}" if message.context else msgid
    text = translations.get(name, {}).get(language)
    if text is None:
        return None
    if isinstance(message.id, str):
        if not isinstance(text, str):
            raise CatalogueError(f"{language}: {name!r} has no plural, but several forms are given.")
        return text
    if not isinstance(text, list) or len(text) != count:
        raise CatalogueError(f"{language}: {name!r} needs a list of {count} forms.")
    return tuple(text)


def _read_translations(files: list[Path]) -> dict[str, Any]:
    translations: dict[str, Any] = {}
    for path in files:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CatalogueError(f"{path}: {error}") from error
        for msgid, texts in content.items():
            if not isinstance(texts, dict):
                raise CatalogueError(f"{path}: {msgid!r} must hold one text for each language.")
            translations.setdefault(msgid, {}).update(texts)
    return translations


def _write(catalogue: Catalog, *, path: Path) -> None:
    # A header of our own: Babel's has dates and names that change with every run, and history knows them better.
    content = io.BytesIO(
        f"""msgid ""
msgstr ""
"Project-Id-Version: halles\\n"
"Language: {catalogue.locale_identifier}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {catalogue.plural_forms}\\n"

""".encode(),
    )
    content.seek(0, io.SEEK_END)
    write_po(content, catalogue, width=100, no_location=True, sort_output=True, omit_header=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.getvalue())


def main(arguments: list[str]) -> int:
    """Run the maintainers' command; return 1 when a language is not complete or a file is wrong."""
    command, *rest = arguments or [""]
    try:
        if command == "compile":
            sys.stdout.write(f"Compiled: {', '.join(compile_catalogues()) or 'nothing had changed'}\n")
            return 0
        if command == "merge":
            missing = merge([Path(name) for name in rest])
            for language, count in missing.items():
                sys.stdout.write(f"{language}: {count} untranslated\n")
            return 1 if any(missing.values()) else 0
    except CatalogueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{__doc__}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
