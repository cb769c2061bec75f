"""Turn a mail's content into subject, text and HTML."""

from dataclasses import dataclass

import css_inline
from django.template.loader import render_to_string

from apps.orders.enums import CONFIRMATIONS, MailKind
from apps.orders.mail.content import OrderMail

# Confirmation and shipping have layouts of their own; the short ones share one.
TEMPLATES = {
    **dict.fromkeys(CONFIRMATIONS, "order_confirmation"),
    **dict.fromkeys((MailKind.SHIPPED, MailKind.COLLECTED), "shipped"),
}
SHORT = "short"
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail ready to send."""

    subject: str
    text: str
    html: str


def render(*, kind: str, mail: OrderMail) -> Rendered:
    """Render a mail; styles are written into the elements, since many readers drop style sheets."""
    name = TEMPLATES.get(MailKind(kind), SHORT)
    context = {"mail": mail}
    html = _inliner.inline(render_to_string(f"emails/{name}.html", context))
    text = render_to_string(f"emails/{name}.txt", context).strip() + "\n"
    return Rendered(subject=" ".join(mail.subject.split()), text=text, html=html)
