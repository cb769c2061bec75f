"""Who sells in each demo market. Every number is of zeros and every name says it is a demonstration."""

from dataclasses import dataclass

from apps.markets.models import LegalIdentity, Market


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """A brand's company as its register would have it."""

    legal_form: str
    registration: str
    capital: str
    phone: str
    invoices: str


@dataclass(frozen=True, slots=True)
class CountryPlan:
    """What a country's law has told, in the words of its readers. director: empty where no law asks for one."""

    vat_id: str
    representative: str
    director: str
    host: str
    mediator: str
    authority: str


COMPANIES = {
    "halles": CompanyPlan("SAS", "RCS Lyon 000 000 001", "1 000 €", "+33 4 00 00 00 01", "HALLES"),
    "volt": CompanyPlan("SARL", "RCS Lyon 000 000 002", "1 000 €", "+33 4 00 00 00 02", "VOLT"),
}

COUNTRIES = {
    "FR": CountryPlan(
        vat_id="FR00000000000",
        representative="Présidence de démonstration",
        director="Direction de démonstration",
        host="Hébergeur Démo, 3 rue de la Démonstration, 69003 Lyon, France, +33 4 00 00 00 09",
        mediator="Médiateur Démo, 4 rue de la Démonstration, 75000 Paris, https://mediateur.example",
        authority="DGCCRF, https://www.economie.gouv.fr/dgccrf",
    ),
    "BE": CountryPlan(
        vat_id="BE0000000000",
        representative="Direction Démo / Demodirectie",
        director="",
        host="Hébergeur Démo, 3 rue de la Démonstration, 69003 Lyon, France, +33 4 00 00 00 09",
        mediator="Service de Médiation pour le Consommateur / Consumentenombudsdienst"
        "\nhttps://mediationconsommateur.be / https://consumentenombudsdienst.be",
        authority="SPF Économie, Inspection économique / FOD Economie, Economische Inspectie\nhttps://economie.fgov.be",
    ),
    "DE": CountryPlan(
        vat_id="DE000000000",
        representative="Demo-Geschäftsführung",
        director="Demo-Redaktion, 1 rue de la Démonstration, 69003 Lyon, Frankreich",
        host="Demo-Hosting, 3 rue de la Démonstration, 69003 Lyon, Frankreich",
        mediator="Demo-Schlichtungsstelle, Demonstrationsstraße 4, 10000 Berlin, https://schlichtung.example",
        authority="Demo-Aufsichtsbehörde, Demonstrationsstraße 5, 10000 Berlin",
    ),
    "GB": CountryPlan(
        vat_id="GB000000000",
        representative="Demo management",
        director="",
        host="Demo Hosting, 3 rue de la Démonstration, 69003 Lyon, France",
        mediator="",
        authority="Demo Trading Standards, 5 Demonstration Street, London",
    ),
}


def seed_identities() -> None:
    """Create or bring up to date the seller of every demo market. Repeatable."""
    for market in Market.objects.filter(brand__code__in=COMPANIES, country__in=COUNTRIES).select_related("brand"):
        company, country = COMPANIES[market.brand.code], COUNTRIES[market.country]
        LegalIdentity.objects.update_or_create(
            market=market,
            defaults={
                "legal_form": company.legal_form,
                "registration": company.registration,
                "capital": company.capital,
                "phone": company.phone,
                "vat_id": country.vat_id,
                "invoice_prefix": f"{company.invoices}-{market.country}",
                "representative": country.representative,
                "publication_director": country.director,
                "host": country.host,
                "mediator": country.mediator,
                "authority": country.authority,
            },
        )
