import gettext
import json

import pytest

from config import messages
from config.checks import translations

TEMPLATE = """{% load i18n %}
  <p title="it's">{% translate "Hello" %} {% translate 'May' context "month" %} {{ _("Filter me")|upper }}</p>
     {% blocktranslate trimmed with name=card.name %}
   Pick up at {{ name }}, 5% off
   {% endblocktranslate %}
{% blocktranslate count n=n %}One item{% plural %}{{ n }} items{% endblocktranslate %} don't
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("This needs "
      "%(need)s points.")
B = ngettext("%(n)s order", "%(n)s orders", 3)
C = pgettext("verb", "Order")
def f(name):
    return _(name)
"""
FRENCH = {
    "Hello": "Bonjour",
    "month\u0004May": "mai",
    "Filter me": "Filtrez-moi",
    "Pick up at %(name)s, 5%% off": "Retrait à %(name)s, 5 %% de remise",
    "One item|%(n)s items": ["Un article", "%(n)s articles"],
    "This needs %(need)s points.": "Il faut %(need)s points.",
    "%(n)s order|%(n)s orders": ["%(n)s commande", "%(n)s commandes"],
    "verb\u0004Order": "Commander",
}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "apps" / "shop").mkdir(parents=True)
    (tmp_path / "apps" / "shop" / "views.py").write_text(CODE)
    (tmp_path / "config").mkdir()
    return tmp_path


def translated(project, texts):
    path = project / "texts.json"
    path.write_text(json.dumps({msgid: dict.fromkeys(("fr", "de", "nl"), text) for msgid, text in texts.items()}))
    return messages.merge([path], root=project)


def test_extract_finds_every_form_in_code_and_templates(project):
    found = {(message.context, message.id) for message in messages.extract(root=project) if message.id}
    assert found == {
        (None, "Hello"),
        ("month", "May"),
        (None, "Filter me"),
        (None, "Pick up at %(name)s, 5%% off"),
        (None, ("One item", "%(n)s items")),
        (None, "This needs %(need)s points."),
        (None, ("%(n)s order", "%(n)s orders")),
        ("verb", "Order"),
    }


def test_merge_with_all_texts_leaves_nothing_missing_and_no_problem(project):
    assert translated(project, FRENCH) == {"fr": 0, "de": 0, "nl": 0, "en": 0}
    assert translations.problems(root=project) == []


def test_merge_again_writes_the_same_bytes(project):
    translated(project, FRENCH)
    before = messages.catalogue_path("fr", root=project).read_bytes()
    messages.merge([], root=project)
    assert messages.catalogue_path("fr", root=project).read_bytes() == before


def test_merge_drops_what_no_source_uses(project):
    translated(project, FRENCH)
    (project / "apps" / "shop" / "views.py").write_text("")
    messages.merge([], root=project)
    assert "Commander" not in messages.catalogue_path("fr", root=project).read_text()


def test_merge_when_a_plural_has_the_wrong_number_of_forms_refuses(project):
    with pytest.raises(messages.CatalogueError, match="2 forms"):
        translated(project, FRENCH | {"%(n)s order|%(n)s orders": ["%(n)s commande"]})


def test_compile_makes_what_gettext_reads_and_skips_what_has_not_changed(project):
    translated(project, FRENCH)
    assert messages.compile_catalogues(root=project) == ["de", "en", "fr", "nl"]
    assert messages.compile_catalogues(root=project) == []
    french = gettext.translation("django", project / "locale", ["fr"])
    assert french.gettext("Hello") == "Bonjour"
    assert french.pgettext("verb", "Order") == "Commander"
    assert french.ngettext("%(n)s order", "%(n)s orders", 2) == "%(n)s commandes"


def test_check_names_missing_fuzzy_and_changed_placeholders(project):
    translated(project, FRENCH | {"This needs %(need)s points.": "Il faut %(besoin)s points."})
    path = messages.catalogue_path("de", root=project)
    text = path.read_text().replace('msgid "Hello"', '#, fuzzy\nmsgid "Hello"').replace('"Filtrez-moi"', '""')
    path.write_text(text)
    found = [problem for problem in translations.problems(root=project) if problem.startswith("de:")]
    assert sorted(found) == [
        "de: 'Filter me' is not translated.",
        "de: 'Hello' is fuzzy.",
        (
            "de: 'This needs %(need)s points.': placeholders must be need; "
            "the translation is 'Il faut %(besoin)s points.'."
        ),
    ]


def test_check_when_a_source_has_an_unnamed_placeholder_says_so(project):
    (project / "apps" / "shop" / "views.py").write_text('_("%s left, 5% discount")')
    messages.merge([], root=project)
    assert "source: '%s left, 5% discount' has an unnamed placeholder; translators need %(name)s." in (
        translations.problems(root=project)
    )
