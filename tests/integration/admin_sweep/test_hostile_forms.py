"""Every form, action and button of the admin is given rubbish: never a 500, and what is refused wrote nothing."""

import sys
import traceback
from itertools import count
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import User
from apps.backoffice.seeding.orders import seed_orders
from apps.catalog.models import ImportJob
from apps.core import clock
from tests import hostile
from tests.factories import orders as make
from tests.factories.staff import make_staff
from tests.integration.backoffice.forms import form_values

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("filled")]

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Enough of each to be told from "no such thing", short enough to be typed into hundreds of fields.
LONG = 20_000
TYPED = {kind: value[:LONG] for kind, value in hostile.VALUES.items() if kind != "lone surrogate"}
MANAGEMENT = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
WRITES = ("INSERT", "UPDATE", "DELETE")
STANDARD = ("changelist", "add", "change", "delete", "history", "autocomplete")


@pytest.fixture(scope="module")
def filled(demo_module, django_db_blocker):
    """The demo with an order in every state, an offer, a voucher and an import that was refused."""
    with django_db_blocker.unblock():
        at = clock.now()
        seed_orders(at=at, count=14, progress=lambda _done, _all: None)
        make.make_voucher()
        job = ImportJob.objects.create(
            source="folder:x", brand_code="halles", by="user:1", created_at=at, state="refused"
        )
        job.issues.create(severity="error", file="products.csv", line=2, column="name", value="=1+1", code="formula")


class Attack:
    """One person's rubbish and what broke: each request is undone, so that the next finds the shop whole."""

    def __init__(self, user):
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user, BACKEND)
        self.failures, self.kinds, self.sent = [], count(), 0
        self.error = ""

    def request(self, method, url, data=None, *, what=""):
        """Ask, note a failure and a refusal that wrote, and undo."""
        point = transaction.savepoint()
        with CaptureQueriesContext(connection) as asked:
            response = getattr(self.client, method)(url, data or {})
        transaction.savepoint_rollback(point)
        self.sent += 1
        statements = [query["sql"] or "" for query in asked]
        wrote = [sql for sql in statements if sql.startswith(WRITES) and "_session" not in sql]
        refused = method == "post" and response.status_code in {200, 400, 403, 404, 409}
        if response.status_code >= 500:
            self.failures.append(f"{response.status_code} {method} {url[:120]} {what}: {self.error}")
        elif refused and wrote and not response.headers.get("Content-Type", "").startswith("text/csv"):
            self.failures.append(f"refused, yet wrote: {method} {url[:120]} {what}: {wrote[0][:120]}")
        elif b"<script>alert(1)" in getattr(response, "content", b""):
            self.failures.append(f"rubbish came back alive: {method} {url[:120]} {what}")
        return response

    def rubbish(self):
        """The next kind of rubbish, round and round."""
        kinds = list(TYPED)
        kind = kinds[next(self.kinds) % len(kinds)]
        return kind, TYPED[kind]

    def note(self, **_kwargs):
        """Remember what an answer of 500 hides."""
        error = sys.exc_info()[1]
        last = traceback.extract_tb(error.__traceback__)[-1]
        self.error = f"{type(error).__name__}: {str(error)[:120]} ({last.filename}:{last.lineno})"


@pytest.fixture
def attack(monkeypatch):
    # A list of three rows runs the same code as one of fifty.
    for model in MODELS:
        monkeypatch.setattr(admin.site._registry[model], "list_per_page", 3)
        monkeypatch.setattr(admin.site._registry[model], "list_max_show_all", 3)
    found = Attack(make_staff(superuser=True))
    got_request_exception.connect(found.note)
    yield found
    got_request_exception.disconnect(found.note)
    assert found.sent > 0
    assert not found.failures, f"{len(found.failures)} of {found.sent}:\n" + "\n".join(found.failures[:60])


def screens(attack, *, verb):
    """Screens whose rows this person may see, add or change: model, its admin, its name for addresses."""
    for model in MODELS:
        screen = admin.site._registry[model]
        request = type("Asked", (), {"user": User.objects.get(pk=attack.client.session["_auth_user_id"])})()
        request.user.backend = BACKEND
        if getattr(screen, f"has_{verb}_permission")(request):
            yield model, screen, f"admin:{model._meta.app_label}_{model._meta.model_name}"


def first_row(model):
    """The row with the most to lose: of products a parent, of the rest the first."""
    rows = model._base_manager.order_by("pk")
    if model._meta.label == "catalogue.Product":
        return rows.filter(structure="parent").first()
    return rows.first()


def test_near_empty_forms_are_never_a_failure(attack):
    for verb in ("add", "change"):
        for model, _screen, name in screens(attack, verb=verb):
            row = first_row(model) if verb == "change" else None
            if verb == "change" and row is None:
                continue
            url = reverse(f"{name}_{verb}", args=[row.pk] if row else [])
            page = attack.request("get", url)
            if "adminform" not in (page.context or {}):
                continue
            whole = form_values(page)
            management = {key: value for key, value in whole.items() if key.endswith(MANAGEMENT)}
            attack.request("post", url, {}, what="nothing")
            attack.request(
                "post", url, {"_save": "1", "_continue": "%00", "_popup": "1", "_saveasnew": "1"}, what="button"
            )
            attack.request("post", url, management, what="management forms alone")
            without = {key: value for key, value in whole.items() if not key.endswith(MANAGEMENT)}
            attack.request("post", url, without, what="no management form")
            attack.request("post", url, {**whole, **dict.fromkeys(management, "-1")}, what="counts of -1")
            attack.request("post", url, {**whole, **dict.fromkeys(management, "²")}, what="counts that are none")
            attack.request("post", url, {**whole, **dict.fromkeys(management, "3")}, what="wrong counts")


def test_rows_of_somebody_else_in_a_form_are_refused(attack):
    for model, _screen, name in screens(attack, verb="change"):
        row = first_row(model)
        if row is None:
            continue
        url = reverse(f"{name}_change", args=[row.pk])
        page = attack.request("get", url)
        if "adminform" not in (page.context or {}):
            continue
        whole = form_values(page)
        for wrapped in page.context["inline_admin_formsets"]:
            formset = wrapped.formset
            if not formset.initial_forms:
                continue
            prefix, key = formset.prefix, formset.model._meta.pk.name
            foreign = (
                formset.model._base_manager.exclude(pk__in=[each.instance.pk for each in formset.initial_forms])
                .order_by("pk")
                .first()
            )
            for value in ("", "abc²", *([str(foreign.pk)] if foreign else [])):
                attack.request("post", url, {**whole, f"{prefix}-0-{key}": value}, what=f"{prefix} id {value[:9]}")
                attack.request(
                    "post",
                    url,
                    {**whole, f"{prefix}-0-{key}": value, f"{prefix}-0-DELETE": "on"},
                    what=f"delete {prefix} id {value[:9]}",
                )


def test_rubbish_given_to_actions_of_lists_is_never_a_failure(attack):
    for _model, screen, name in screens(attack, verb="view"):
        url = reverse(f"{name}_changelist")
        page = attack.request("get", url)
        form = page.context["cl"].formset or page.context.get("action_form")
        chosen = [value for value, _label in form.fields["action"].choices] if form and "action" in form.fields else []
        for action in (*chosen, "no_such_action", "delete_selected"):
            for selected in (["abc", "²"], ["9" * 30], ["\x00"]):
                sent = {"action": action, "_selected_action": selected, "index": "0", "select_across": "0"}
                attack.request("post", url, sent, what=f"{action} of {selected}")
            for odd in ({"index": "abc"},):
                sent = {"action": action, "_selected_action": ["1"], "index": "0", **odd}
                attack.request("post", url, sent, what=f"{action} with {odd}")
        assert screen is not None


def test_rubbish_given_to_buttons_is_never_a_failure(attack):
    for model in MODELS:
        row = first_row(model)
        for pattern in admin.site._registry[model].get_urls():
            url_name = getattr(pattern, "name", None) or ""
            if not url_name or url_name.endswith(STANDARD):
                continue
            try:
                url = reverse(f"admin:{url_name}")
            except NoReverseMatch:
                if row is None:
                    continue
                try:
                    url = reverse(f"admin:{url_name}", args=[row.pk])
                except NoReverseMatch:
                    continue
            press(attack, url)


def press(attack, url):
    """Fill the form behind a button field by field; then nothing, then rubbish everywhere."""
    page = attack.request("get", url)
    form = (page.context or {}).get("form")
    fields = list(form.fields) if form is not None and hasattr(form, "fields") else []
    for field in fields:
        for _each in range(3):
            kind, value = attack.rubbish()
            sent = {**dict.fromkeys(fields, "1"), field: value}
            attack.request("post", url, sent, what=f"{field}: {kind}")
            attack.request("get", f"{url}?{urlencode(sent)}", what=f"{field}: {kind}")
    attack.request("post", url, {field: attack.rubbish()[1] for field in fields}, what="rubbish everywhere")
