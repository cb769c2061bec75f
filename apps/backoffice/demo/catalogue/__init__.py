"""The demo catalogue: `load()` returns everything `seed_demo` plants, the same at every call."""

from apps.backoffice.demo.catalogue.loader import load
from apps.backoffice.demo.catalogue.model import DemoCatalogue, DemoProduct
from apps.backoffice.demo.catalogue.stock import units

__all__ = ["DemoCatalogue", "DemoProduct", "load", "units"]
