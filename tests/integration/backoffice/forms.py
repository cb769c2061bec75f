"""What a browser would send back from an admin page."""

from datetime import datetime


def form_values(page):
    """Return what a browser would send back, unchanged."""
    sent = {}
    forms = [page.context["adminform"].form]
    for wrapped in page.context["inline_admin_formsets"]:
        forms += [wrapped.formset.management_form, *wrapped.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif value is not None and value is not False:
                sent[field.html_name] = value
    # A moment has two fields of its own; left out, it stays empty, as these rows have it.
    return {name: value for name, value in sent.items() if not isinstance(value, datetime)}
