"""What a browser would send back from an admin page."""


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
    return {name: value for name, value in sent.items() if not hasattr(value, "isoformat")}
