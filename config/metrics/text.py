"""The text format of Prometheus, version 0.0.4: what a scrape reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure. suffix: what a histogram adds to the family's name."""

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Figures of one name. kind and the name's unit follow Prometheus' own advice."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    samples: Sequence[Sample]


def gauge(name: str, text: str, value: float) -> Family:
    """Return a family of one figure without labels."""
    return Family(name=name, kind="gauge", help=text, samples=[Sample(value, {})])


def gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> Family:
    """Return a family with one figure for each value of a label."""
    return Family(
        name=name, kind="gauge", help=text, samples=[Sample(value, {label: key}) for key, value in values.items()]
    )


def histogram(name: str, text: str, *, counts: Mapping[float, int], total: float) -> Family:
    """Return a histogram. counts: upper bound → how many fell between it and the one below, infinity included."""
    samples, so_far = [], 0
    for bound in sorted(counts):
        so_far += counts[bound]
        samples.append(Sample(so_far, {"le": "+Inf" if math.isinf(bound) else f"{bound:g}"}, "_bucket"))
    samples += [Sample(total, {}, "_sum"), Sample(so_far, {}, "_count")]
    return Family(name=name, kind="histogram", help=text, samples=samples)


def render(families: Iterable[Family]) -> str:
    """Return the families as a page; one without figures is left out."""
    lines = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# HELP {family.name} {_escape_help(family.help)}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        lines += [f"{family.name}{each.suffix}{_labels(each.labels)} {_number(each.value)}" for each in family.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items()) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _escape_help(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
