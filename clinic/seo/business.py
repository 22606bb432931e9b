"""Describe the clinic as schema.org structured data. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

# The most specific types of a local business that fit; there is no "MedicalSpa" in the vocabulary.
TYPES = ["MedicalClinic", "HealthAndBeautyBusiness"]
ADDRESS = {
    "streetAddress": "street",
    "addressLocality": "city",
    "addressRegion": "region",
    "postalCode": "postal_code",
    "addressCountry": "country",
}


def business_node(
    facts: Mapping[str, str], *, url: str, same_as: Iterable[str], hours: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the clinic's node, ``@id`` ``url#clinic``. Empty facts are left out."""
    address = {term: facts[name] for term, name in ADDRESS.items() if facts.get(name)}
    node = {
        "@type": TYPES,
        "@id": f"{url}#clinic",
        "name": facts.get("name"),
        "slogan": facts.get("tagline"),
        "url": url,
        "telephone": facts.get("phone"),
        "email": facts.get("email"),
        "hasMap": facts.get("directions_url"),
        "address": {"@type": "PostalAddress", **address} if facts.get("street") else None,
        "sameAs": list(same_as),
        **hours,
    }
    return {term: value for term, value in node.items() if value}
