"""Template tags of the shop: `part` includes a partial by brand and market, `icon` draws from the sprite."""

from collections.abc import Hashable
from functools import lru_cache
from itertools import islice

from django import template
from django.forms import BoundField
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from apps.markets import context as markets
from apps.storefront import templates_by_market

register = template.Library()


class PartNode(template.Node):
    """Renders the brand's or market's version of a partial in the page's context, with a few names more."""

    def __init__(self, name: FilterExpression, extra: dict[str, FilterExpression], *, isolated: bool) -> None:
        self.name = name
        self.extra = extra
        self.isolated = isolated

    def render(self, context: Context) -> SafeString:
        """Find the compiled template (remembered) and render it."""
        part = templates_by_market.pick(name=self.name.resolve(context)).template
        values = {key: value.resolve(context) for key, value in self.extra.items()}
        if self.isolated:
            return part.render(context.new(values))
        with context.push(**values):
            return part.render(context)


@register.tag("part")
def do_part(parser: Parser, token: Token) -> PartNode:
    """
    Include a partial as the current brand and market have it.

        {% part "components/price.html" price=product.price only %}
    """
    bits = token.split_contents()
    if len(bits) < 2:  # noqa: PLR2004 -- the tag and its name
        msg = "part needs the name of a template"
        raise template.TemplateSyntaxError(msg)
    rest = bits[2:]
    isolated = bool(rest) and rest[-1] == "only"
    if isolated:
        rest = rest[:-1]
    extra = token_kwargs(rest, parser)
    if rest:
        msg = f"part does not understand {' '.join(rest)}"
        raise template.TemplateSyntaxError(msg)
    return PartNode(parser.compile_filter(bits[1]), extra, isolated=isolated)


@register.simple_tag(takes_context=True)
def shop_header(context: Context) -> SafeString:
    """
    `components/header.html` as the frame keeps it, with this page's addresses in the switcher.

    Rendered anew where the frame was built for other shops than those the page may switch to.
    """
    frame, meta = context["frame"], context["meta"]
    pieces = frame.header
    if not pieces or frame.header_tags != tuple([locale.tag for locale in meta.locales]):
        return templates_by_market.pick(name="components/header.html").template.render(context)
    filled = [pieces[0]]
    for locale, piece in zip(meta.locales, pieces[1:], strict=True):
        filled += (escape(locale.url), piece)
    # The pieces come from a template that escaped what it was given.
    return mark_safe("".join(filled))  # noqa: S308 -- see above


REMEMBERED = 4_000  # rendered pieces kept in a process
_remembered: dict[tuple[Hashable, ...], SafeString] = {}


class RememberedNode(template.Node):
    """Renders a partial once for each set of values it depends on, then looks it up."""

    def __init__(
        self, name: FilterExpression, named: dict[str, FilterExpression], values: list[FilterExpression]
    ) -> None:
        self.name = name
        self.named = named
        self.values = values

    def render(self, context: Context) -> SafeString:
        """Return the piece kept for these values in this shop and language, or render and keep it."""
        name = self.name.resolve(context)
        shop = markets.current_or_none()
        named = {code: value.resolve(context) for code, value in self.named.items()}
        key = (
            name,
            shop.brand.code if shop else "",
            get_language(),
            *named.values(),
            *(value.resolve(context) for value in self.values),
        )
        found = _remembered.get(key)
        if found is None:
            with context.push(**named):
                found = templates_by_market.pick(name=name).template.render(context)
            if len(_remembered) >= REMEMBERED:
                for old in list(islice(_remembered, REMEMBERED // 8)):
                    _remembered.pop(old, None)
            _remembered[key] = found
        return found


@register.tag("remembered")
def do_remembered(parser: Parser, token: Token) -> RememberedNode:
    """
    Include a partial whose HTML depends on nothing but the values given; each must be hashable.

        {% remembered "components/promises.html" promises=home.promises %}
        {% remembered "storefront/filters.html" listing.facets_key listing.price_range %}

    A value with a name is what the partial finds under it. One without stands for what the partial reads from the
    page: it must change whenever that does.
    """
    bits = token.split_contents()
    if len(bits) < 3:  # noqa: PLR2004 -- the tag, its name, one value
        msg = "remembered needs the name of a template and what it depends on"
        raise template.TemplateSyntaxError(msg)
    rest = bits[2:]
    named = token_kwargs(rest, parser)
    return RememberedNode(parser.compile_filter(bits[1]), named, [parser.compile_filter(bit) for bit in rest])


@register.simple_tag
@lru_cache(maxsize=200)
def icon(name: str, css_class: str = "") -> SafeString:
    """Draw a symbol of the sprite, silent for screen readers: the words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css_class,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def shop_widget(bound: BoundField) -> SafeString:
    """A Django form's field with the shop's class and its help and errors tied to it for screen readers."""
    described = []
    if bound.errors:
        described.append(f"{bound.id_for_label}_error")
    if bound.help_text:
        described.append(f"{bound.id_for_label}_helptext")
    attrs: dict[str, str | bool] = {"class": "input", "placeholder": ""}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return bound.as_widget(attrs=attrs)
