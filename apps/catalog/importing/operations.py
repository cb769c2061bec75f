"""Run an import: stage, check all of it, apply all of it in one transaction, then have it published."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from apps.catalog import ports, publication
from apps.catalog.enums import ImportRowStatus, ImportState
from apps.catalog.importing import bulk, structure, writing
from apps.catalog.importing.checking import Checked, Progress, check
from apps.catalog.importing.errors import UnableToImport
from apps.catalog.importing.issues import ERROR, Issue
from apps.catalog.importing.sources import UPLOADS, open_source
from apps.catalog.models import ImportIssue, ImportJob
from apps.core import audit
from apps.core.errors import Refusal
from apps.markets.models import Brand, Market, MarketLocale
from apps.media import operations as media

MOST_ISSUES = 5000
MOST_DIFFS = 200
_FOR_APPLY = (ImportState.READY, ImportState.APPLYING, ImportState.FAILED)
_STAGE = "COPY catalogue_importrow (job_id, file, line, raw, sku, status, before_hash) FROM STDIN"
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('catalogue.import'), %s)"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file of an upload: its plain name, the folder of pictures or not, its bytes."""

    name: str
    is_picture: bool
    data: bytes


def create_job(
    *,
    source: str,
    at: datetime,
    by: str,
    profile: str = "auto",
    brand_code: str = "",
    market_codes: Sequence[str] = (),
    location_code: str = "",
) -> ImportJob:
    """
    Note an import that shall run; nothing is read yet.

    Without a brand the default one, without markets all of the brand, without a location the first market's first.
    Raises UnableToImport when these do not exist.
    """
    brand = (Brand.objects.filter(code=brand_code) if brand_code else Brand.objects.filter(is_default=True)).first()
    if brand is None:
        raise UnableToImport(reason=brand_code or "brand")
    markets = Market.objects.filter(brand=brand).order_by("position", "id")
    found = list(markets.filter(code__in=market_codes) if market_codes else markets)
    if not found or (market_codes and len(found) != len(set(market_codes))):
        raise UnableToImport(reason=", ".join(market_codes) or brand.code)
    location = location_code or next((code for market in found for code in market.stock_location_codes), "")
    return ImportJob.objects.create(
        source=source,
        profile=profile,
        brand_code=brand.code,
        market_codes=[market.code for market in found],
        location_code=location,
        by=by,
        created_at=at,
    )


def start_import(*, files: Sequence[Uploaded], at: datetime, by: str, **choices: object) -> ImportJob:
    """
    Keep uploaded files and have a worker check them; the job is `ready` or `refused` afterwards.

    choices: as for create_job. Names are reduced to their last part. Raises UnableToImport.
    """
    from apps.catalog.importing.tasks import run_import

    with transaction.atomic():
        job = create_job(source="", at=at, by=by, **choices)  # type: ignore[arg-type] # passed through by name
        folder = f"{UPLOADS}/{job.pk}"
        for file in files:
            name = file.name.replace("\\", "/").rsplit("/", 1)[-1]
            place = f"{folder}/images/{name}" if file.is_picture else f"{folder}/{name}"
            default_storage.save(place, ContentFile(file.data))
        job.source = f"storage:{folder}"
        job.save(update_fields=["source"])
        transaction.on_commit(lambda: run_import.delay(job.pk))
    return job


def check_import(*, job_id: int, at: datetime, progress: Progress | None = None) -> Checked:
    """
    Read, stage and check a job's files; the job becomes `ready` or `refused`. Writes nothing of the catalogue.

    Safe to repeat: rows and issues are replaced. A check that was killed is repeated from the beginning.
    """
    job = ImportJob.objects.get(pk=job_id)
    ImportJob.objects.filter(pk=job_id).update(state=ImportState.VALIDATING, started_at=at, finished_at=None, error="")
    checked = _check(job, progress)
    with transaction.atomic():
        bulk.run("DELETE FROM catalogue_importissue WHERE job_id = %s", [job_id])
        bulk.run("DELETE FROM catalogue_importrow WHERE job_id = %s", [job_id])
        _stage(job, checked)
        ImportIssue.objects.bulk_create([_issue_row(job, issue) for issue in checked.issues[:MOST_ISSUES]])
        job.state = ImportState.REFUSED if checked.is_refused else ImportState.READY
        job.profile = checked.profile.code if checked.profile else job.profile
        job.file_hashes = checked.hashes
        job.counts = {} if checked.is_refused else checked.plan.counts
        job.diff = _diff(checked)
        job.progress_total = sum(map(len, checked.rows.values()))
        job.progress_done = 0
        job.finished_at = at if checked.is_refused else None
        job.save(
            update_fields=[
                "state",
                "profile",
                "file_hashes",
                "counts",
                "diff",
                "progress_total",
                "progress_done",
                "finished_at",
            ]
        )
    return checked


def apply_import(
    *, job_id: int, at: datetime, by: str, checked: Checked | None = None, progress: Progress | None = None
) -> ImportJob:
    """
    Write a checked job in one transaction: all of it or nothing; mark what changed for publication.

    checked: what `check_import` returned a moment ago, to spare reading twice; otherwise the files are read again and
    must be the same. A killed apply leaves nothing and may be repeated. Raises UnableToImport: not ready, files
    changed, another process applies it; and the refusal of the stock, after noting it.
    """
    job = ImportJob.objects.get(pk=job_id)
    if job.state not in _FOR_APPLY:
        raise UnableToImport(reason=str(job.get_state_display()))
    ready = checked or _check(job, progress)
    if ready.hashes != job.file_hashes or ready.is_refused or ready.profile is None:
        raise UnableToImport(reason=", ".join(ready.hashes))
    ImportJob.objects.filter(pk=job_id).update(state=ImportState.APPLYING)
    try:
        return _apply(job, ready, at, by, progress)
    except Refusal as refusal:
        ImportJob.objects.filter(pk=job_id).update(state=ImportState.FAILED, error=str(refusal), finished_at=at)
        raise
    except Exception as error:
        ImportJob.objects.filter(pk=job_id).update(state=ImportState.FAILED, error=repr(error)[:2000], finished_at=at)
        raise


@transaction.atomic
def _apply(job: ImportJob, ready: Checked, at: datetime, by: str, progress: Progress | None) -> ImportJob:
    report = progress or (lambda _stage, _done, _total: None)
    # One import of a brand at a time: two would meet in the same products.
    if not bulk.rows(_TRY_LOCK, [Brand.objects.get(code=job.brand_code).pk])[0][0]:
        raise UnableToImport(reason=job.source)
    plan = ready.plan
    needed = {item.picture for _family, item in writing.touched(plan) if item.picture in ready.pictures}
    assets: dict[str, int] = {}
    for done, name in enumerate(sorted(needed), start=1):
        data, facts = ready.pictures[name]
        assets[name] = media.store_original(data=data, filename=name, facts=facts, at=at, by=by).pk
        report("pictures", done, len(needed))
    steps = ("structure", "products", "texts", "facts", "places", "prices", "pictures", "stock")
    written = writing.write(
        plan=plan,
        profile=ready.profile,  # type: ignore[arg-type] # checked by the caller
        brand_id=Brand.objects.get(code=job.brand_code).pk,
        price_lists=structure.price_lists(market_codes=job.market_codes),
        assets=assets,
        at=at,
        step=lambda name: report("apply", steps.index(name), len(steps)),
    )
    counts = {item.sku: item.stock for _family, item in writing.touched(plan) if item.stock is not None}
    moved = ports.put_stock(
        counts={written.ids[sku]: units for sku, units in counts.items()},
        location_code=job.location_code,
        reference=f"import:{job.pk}",
        at=at,
        by=by,
    )
    stock = {"created": 0, "changed": moved or 0, "unchanged": len(counts) - (moved or 0), "refused": 0}
    report("apply", len(steps), len(steps))
    touched = {written.ids[item.sku] for _family, item in writing.touched(plan)}
    publication.mark_due(product_ids=sorted(touched), reason="import", at=at)
    job.counts = {**plan.counts, **written.counts, "stock": stock}
    job.state = ImportState.DONE
    job.error = ""
    job.progress_done = job.progress_total
    job.finished_at = at
    job.save(update_fields=["counts", "state", "error", "progress_done", "finished_at"])
    audit.record(
        action="catalogue.import",
        target=audit.target_of(model="catalogue.importjob", pk=job.pk),
        actor=by,
        at=at,
        after=job.counts,
    )
    return job


def touched_assets(*, job_id: int) -> list[int]:
    """Return the assets of the job's products that still wait for their files."""
    return [
        row[0]
        for row in bulk.rows(
            "SELECT DISTINCT a.id FROM catalogue_importrow r JOIN catalogue_product sold ON sold.upc = r.sku "
            "JOIN catalogue_product p ON p.id IN (sold.id, sold.parent_id) "
            "JOIN catalogue_productmedia m ON m.product_id = p.id JOIN media_asset a ON a.id = m.asset_id "
            "WHERE r.job_id = %s AND a.state = 'pending' ORDER BY a.id",
            [job_id],
        )
    ]


def _check(job: ImportJob, progress: Progress | None) -> Checked:
    markets = Market.objects.filter(code__in=job.market_codes)
    languages = MarketLocale.objects.filter(market__in=markets).values_list("language", flat=True)
    return check(
        source=open_source(job.source),
        profile_code=job.profile,
        currencies=set(markets.values_list("currency", flat=True)),
        languages={*languages, "en"},
        settings=(job.brand_code, tuple(sorted(job.market_codes)), job.location_code),
        progress=progress,
    )


def _stage(job: ImportJob, checked: Checked) -> None:
    wrong = {(issue.file, issue.line) for issue in checked.issues if issue.severity == ERROR}
    owners = {family.key: family.root.sku for family in checked.families}
    with connection.cursor() as cursor, cursor.copy(_STAGE) as copy:
        for file, rows in checked.rows.items():
            columns = _key_columns(job, checked, file)
            for line, raw in rows:
                sku = raw.get(columns[0], "").strip()[:64]
                owner = owners.get(raw.get(columns[1], "").strip(), "")
                known = checked.plan.status.get(sku) or checked.plan.status.get(owner, ImportRowStatus.STAGED)
                state = ImportRowStatus.REFUSED if (file, line) in wrong else known
                before = checked.plan.before.get(sku, "")
                copy.write_row((job.pk, file, line, json.dumps(raw, ensure_ascii=False), sku, state, before))


def _key_columns(job: ImportJob, checked: Checked, file: str) -> tuple[str, str]:
    """Return the headers of SKU and product in one of the files."""
    if checked.profile is None:
        return "", ""
    if file == open_source(job.source).main:
        return checked.profile.columns["sku"], checked.profile.columns["group"]
    return "", checked.profile.texts_columns["group"]


def _issue_row(job: ImportJob, issue: Issue) -> ImportIssue:
    return ImportIssue(
        job=job,
        severity=issue.severity,
        file=issue.file[:255],
        line=issue.line,
        column=issue.column[:255],
        value=issue.value,
        code=issue.code,
        params=dict(issue.params),
    )


def _diff(checked: Checked) -> list[dict[str, str]]:
    """Return old → new of names, texts and prices of the first changed products, for the preview."""
    changed = [
        (family, item)
        for family in checked.plan.families
        for item in (family.root, *family.variants)
        if checked.plan.status[item.sku] == "changed"
    ][:MOST_DIFFS]
    held = {
        row[0]: row[1:]
        for row in bulk.rows(
            "SELECT p.upc, p.title, p.description, p.status, (SELECT jsonb_object_agg(l.currency, x.amount_minor) "
            "FROM catalogue_price x JOIN catalogue_pricelist l ON l.id = x.price_list_id AND l.kind = 'base' "
            "WHERE x.product_id = p.id)::text FROM catalogue_product p WHERE p.upc = ANY(%s)",
            [[item.sku for _family, item in changed]],
        )
    }
    out: list[dict[str, str]] = []
    for family, item in changed:
        title, description, status, prices = held[item.sku]
        pairs = [("status", status, family.status)]
        if item is family.root:
            pairs += [("name", title, family.name), ("description", description, family.description)]
        old = json.loads(prices or "{}")
        pairs += [(f"price {code}", str(old.get(code, "")), str(minor)) for code, minor in item.prices.items()]
        out += [
            {"sku": item.sku, "field": name, "old": before[:500], "new": after[:500]}
            for name, before, after in pairs
            if before != after
        ]
    return out
