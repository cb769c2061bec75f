"""Read and check everything an import brings before anything is written: drafts, pictures, and every issue."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from apps.catalog.importing import structure
from apps.catalog.importing.drafts import Family
from apps.catalog.importing.issues import ERROR, WARNING, Issue, shortened
from apps.catalog.importing.parsing import Parser, Row, rows_of
from apps.catalog.importing.plan import Plan, make_plan
from apps.catalog.importing.profiles import PROFILES, Profile, detect
from apps.catalog.importing.reading import MAX_BYTES, Table, read_table, unknown_columns
from apps.catalog.importing.sources import TEXTS, Source
from apps.media import decoding
from apps.media.errors import PictureRefused
from apps.media.files import sha256_of

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Checked:
    """What a source says, checked: nothing of it is written yet."""

    profile: Profile | None = None
    plan: Plan = field(default_factory=Plan)
    families: list[Family] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, tuple[bytes, decoding.PictureFacts]] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """Whether anything is wrong enough that nothing may be written."""
        return any(issue.severity == ERROR for issue in self.issues)


def check(
    *,
    source: Source,
    profile_code: str,
    currencies: Iterable[str],
    languages: Iterable[str],
    settings: tuple[object, ...],
    progress: Progress | None = None,
) -> Checked:
    """
    Return everything a source says and everything wrong with it. Reads the database, writes nothing, never raises
    on any content of the files.
    """
    out = Checked()
    report = progress or (lambda _stage, _done, _total: None)
    main = _read(out, source, source.main, is_needed=True)
    if main is None:
        return out
    profile = PROFILES.get(profile_code) or detect(headers=main.headers)
    if profile is None:
        out.issues.append(Issue("profile_unknown", main.file, 1, params={"profiles": ", ".join(PROFILES)}))
        return out
    out.profile = profile
    _check_columns(out, main, profile)
    out.rows[main.file] = rows_of(headers=main.headers, rows=main.rows)
    if out.is_refused:
        return out
    parser = Parser(profile=profile, file=main.file, currencies=frozenset(currencies), languages=frozenset(languages))
    parser.prepare(rows=out.rows[main.file])
    for done, (line, raw) in enumerate(out.rows[main.file], start=1):
        parser.add(line=line, raw=raw)
        if done % 1000 == 0:
            report("check", done, len(main.rows))
    out.families = parser.finish()
    texts = _read(out, source, TEXTS, is_needed=False)
    if texts is not None:
        _check_texts(out, parser, texts, profile)
    out.issues += parser.issues
    out.issues += structure.number_issues(families=out.families, profile=profile, file=main.file)
    _check_pictures(out, source, profile, main.file, report)
    out.plan = make_plan(families=out.families, settings=settings, file=main.file)
    out.issues += out.plan.issues
    return out


def _read(out: Checked, source: Source, name: str, *, is_needed: bool) -> Table | None:
    data = source.read(name, MAX_BYTES)
    if data is None:
        if is_needed:
            out.issues.append(Issue("file_missing", name))
        return None
    out.hashes[name] = sha256_of(data)
    table = read_table(data=data, file=name)
    out.issues += table.issues
    return table if table.headers else None


def _check_columns(out: Checked, table: Table, profile: Profile) -> None:
    known = set(profile.columns.values()) | profile.ignored
    out.issues += unknown_columns(table=table, known=known, prefix=profile.attribute_prefix)
    out.issues += [
        Issue("column_missing", table.file, 1, profile.columns[name])
        for name in profile.required
        if profile.columns[name] not in table.headers
    ]


def _check_texts(out: Checked, parser: Parser, texts: Table, profile: Profile) -> None:
    columns = profile.texts_columns
    out.issues += unknown_columns(table=texts, known=set(columns.values()), prefix="")
    missing = [columns[name] for name in ("group", "language", "name") if columns[name] not in texts.headers]
    out.issues += [Issue("column_missing", texts.file, 1, column) for column in missing]
    out.rows[texts.file] = rows_of(headers=texts.headers, rows=texts.rows)
    if not missing:
        for line, raw in out.rows[texts.file]:
            parser.add_text(file=texts.file, line=line, raw=raw)


def _check_pictures(out: Checked, source: Source, profile: Profile, file: str, report: Progress) -> None:
    column = profile.columns["picture"]
    items = [
        item
        for family in out.families
        for item in ([family.root, *family.variants] if family.variants else [family.root])
        if item.picture
    ]
    for done, item in enumerate(items, start=1):
        if item.picture not in out.pictures:
            issue = _take_picture(out, source, item.picture)
            if issue is not None:
                code, params = issue
                out.issues.append(
                    Issue(code, file, item.line, column, shortened(item.picture), severity=WARNING, params=params)
                )
                item.picture_sha = code
                continue
        item.picture_sha = sha256_of(out.pictures[item.picture][0])
        report("pictures", done, len(items))


def _take_picture(out: Checked, source: Source, name: str) -> tuple[str, dict[str, str]] | None:
    data = source.picture(name, decoding.MAX_BYTES)
    if data is None:
        return "picture_missing", {}
    try:
        out.pictures[name] = (data, decoding.inspect(data=data, filename=name))
    except PictureRefused as refusal:
        return "picture_refused", {"reason": str(refusal)}
    return None
