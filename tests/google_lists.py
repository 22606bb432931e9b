"""What Google documents for each type: the address of its page, required and recommended properties.

"a|b" means either. A recommended property that a page never has is in ``LEFT_OUT``, with the reason.
"""

from typing import NamedTuple

GUIDE = "https://developers.google.com/search/docs/appearance/structured-data"


class Listed(NamedTuple):
    page: str
    required: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()


LISTS = {
    "LocalBusiness": Listed(
        f"{GUIDE}/local-business",
        ("name", "address"),
        (
            *("geo", "openingHoursSpecification", "telephone", "url", "priceRange", "department"),
            *("aggregateRating", "review", "menu", "servesCuisine"),
        ),
    ),
    "PostalAddress": Listed(
        f"{GUIDE}/local-business#postal-address",
        (),
        ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry"),
    ),
    "GeoCoordinates": Listed(f"{GUIDE}/local-business#geo-coordinates", (), ("latitude", "longitude")),
    "OpeningHoursSpecification": Listed(
        f"{GUIDE}/local-business#opening-hours-specification", ("opens", "closes", "dayOfWeek|validFrom")
    ),
    "Organization": Listed(
        f"{GUIDE}/organization",
        (),
        (
            *("name", "url", "logo", "address", "telephone", "email", "sameAs", "description"),
            *("alternateName", "legalName", "foundingDate", "iso6523Code", "duns", "leiCode", "naics"),
            *("globalLocationNumber", "vatID", "taxID", "numberOfEmployees", "contactPoint"),
            *("hasMerchantReturnPolicy", "hasShippingService", "hasMemberProgram"),
        ),
    ),
    "Article": Listed(f"{GUIDE}/article", (), ("author", "dateModified", "datePublished", "headline", "image")),
    "BreadcrumbList": Listed(f"{GUIDE}/breadcrumb", ("itemListElement",)),
    "ListItem": Listed(f"{GUIDE}/breadcrumb#list-item", ("position", "name", "item|url")),
    "FAQPage": Listed(f"{GUIDE}/faqpage", ("mainEntity",)),
    "Question": Listed(f"{GUIDE}/faqpage#question", ("name", "acceptedAnswer")),
    "Answer": Listed(f"{GUIDE}/faqpage#answer", ("text",)),
    "WebSite": Listed(
        "https://developers.google.com/search/docs/appearance/site-names", ("name", "url"), ("alternateName",)
    ),
    # Of an author, or of the main person of a profile page. This site has no page about one person.
    "Person": Listed(f"{GUIDE}/article#author-markup", ("name",), ("url|sameAs",)),
    "ImageObject": Listed(
        f"{GUIDE}/image-license-metadata",
        ("contentUrl",),
        ("creator|creditText|copyrightNotice|license", "acquireLicensePage"),
    ),
}

OF_NO_ONE_PAGE = "no page is about one person, and a list of people is not the address of one"
LEFT_OUT = {
    ("LocalBusiness", "priceRange"): "the pages show prices of treatments, and no range",
    ("LocalBusiness", "department"): "the clinic has none",
    ("LocalBusiness", "aggregateRating"): "Google ignores ratings that a business shows of itself, and so do we",
    ("LocalBusiness", "review"): "the same",
    ("LocalBusiness", "menu"): "for restaurants",
    ("LocalBusiness", "servesCuisine"): "for restaurants",
    ("Organization", "description"): "the pages show none beside the slogan",
    **{
        ("Organization", name): "the pages do not show it"
        for name in LISTS["Organization"].recommended
        if name not in ("name", "url", "logo", "address", "telephone", "email", "sameAs", "description")
    },
    ("WebSite", "alternateName"): "the clinic has one name",
    ("Person", "url|sameAs"): OF_NO_ONE_PAGE,
    ("ImageObject", "acquireLicensePage"): "the pictures are not for sale",
}
