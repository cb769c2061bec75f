"""The form that names an order without an account: its number and the mail address it was placed with."""

from django.utils.translation import gettext as _

from apps.storefront.contexts import FieldView, FormPage, ProblemView
from apps.storefront.presenters.fields import email_field


def lookup_form(
    *,
    title: str,
    text: str,
    action_url: str,
    number: str,
    email: str,
    button: str,
    problems: tuple[ProblemView, ...] = (),
) -> FormPage:
    """The page's words around the two fields; what was typed stays in them."""
    return FormPage(
        title=title,
        text=text,
        action_url=action_url,
        fields=(
            FieldView(
                id="id_number",
                name="number",
                label=_("Order number"),
                value=number,
                help=_("It is in the confirmation mail and looks like HFR-7K3M9QX2-D."),
                autocomplete="off",
                max_length=40,
            ),
            email_field(value=email),
        ),
        button=button,
        problems=problems,
    )
