"""Test the check of structured data in ``schema_org.py``."""

import pytest

from tests.schema_org import problems


def clinic(**properties):
    return {"@context": "https://schema.org", "@type": "MedicalClinic", "name": "OC Beauty Medspa", **properties}


def hours(**properties):
    monday = {"dayOfWeek": "https://schema.org/Monday", "opens": "09:00", "closes": "17:00"}
    return clinic(openingHoursSpecification=[{"@type": "OpeningHoursSpecification", **monday, **properties}])


ARTICLE = {
    "@context": "https://schema.org",
    "@graph": [
        {
            "@type": ["BlogPosting", "MedicalScholarlyArticle"],
            "@id": "https://www.example.com/a/#article",
            "headline": "Sun and skin",
            "datePublished": "2026-11-22T09:00:00-08:00",
            "dateModified": "2026-11-23",
            "image": ["https://www.example.com/a.jpg", {"@type": "ImageObject", "width": 1200, "height": "630 px"}],
            "author": {"@id": "https://www.example.com/#dr"},
            "publisher": {"@id": "https://elsewhere.example.org/#who"},
            "timeRequired": "PT5M",
            "isAccessibleForFree": True,
            "wordCount": 900,
            "publicationType": "Review",
        },
        {"@type": "Person", "@id": "https://www.example.com/#dr", "name": "Dr. Ada Example"},
        {
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": "Does it hurt?",
                    "acceptedAnswer": {"@type": "Answer", "text": "A little."},
                }
            ],
        },
    ],
}


@pytest.mark.parametrize(
    "node",
    [
        hours(),
        hours(opens="09:00:00", closes="17:00:00+01:00", dayOfWeek=["Monday", {"@id": "https://schema.org/Sunday"}]),
        clinic(medicalSpecialty="https://schema.org/Dermatology", isAcceptingNewPatients="https://schema.org/True"),
        clinic(employee={"@type": "Role", "startDate": "2026-01-01"}),
        clinic(geo={"@type": "GeoCoordinates", "latitude": 33.61890, "longitude": "-117.92890"}),
        {"@type": "https://schema.org/Thing", "schema:name": "Prefixed"},
        ARTICLE,
    ],
)
def test_valid_nodes_have_no_problems(node):
    assert problems(node) == []


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        (clinic(adress="1 Main St"), "adress: there is no property adress"),
        (clinic(headline="News"), "headline: MedicalClinic has no property headline"),
        (clinic(url="www.example.com"), "url: 'www.example.com' is not URL"),
        (clinic(telephone=19495550100), "telephone: 19495550100 is not Text"),
        (clinic(telephone=""), "telephone: is empty"),
        (clinic(telephone=None), None),
        (clinic(isAcceptingNewPatients="yes"), "isAcceptingNewPatients: 'yes' is not Boolean"),
        (clinic(medicalSpecialty="Beauty"), "medicalSpecialty: 'Beauty' is not MedicalSpecialty"),
        (clinic(address={"@type": "Person"}), "address: Person is not PostalAddress or Text"),
        (clinic(founder={"name": "Ada"}), "founder: has no @type"),
        (clinic(founder="Ada"), "founder: 'Ada' is not Organization or Person"),
        (clinic(foundingDate="2020-02-30"), "foundingDate: '2020-02-30' is not Date"),
        (hours(opens="9:00"), "openingHoursSpecification[0].opens: '9:00' is not Time"),
        (hours(opens="24:00"), "openingHoursSpecification[0].opens: '24:00' is not Time"),
        (hours(opens="9 am"), "openingHoursSpecification[0].opens: '9 am' is not Time"),
        (hours(validFrom="11/26/2026"), "openingHoursSpecification[0].validFrom: '11/26/2026' is not Date or DateTime"),
        (
            hours(dayOfWeek=["https://schema.org/Monday", "Mon"]),
            "openingHoursSpecification[0].dayOfWeek[1]: 'Mon' is not DayOfWeek",
        ),
        (
            hours(dayOfWeek={"@id": "https://schema.org/Dermatology"}),
            "openingHoursSpecification[0].dayOfWeek: Dermatology is not DayOfWeek",
        ),
        ({"@type": "MedicalSpa", "name": "x"}, "@type: there is no type MedicalSpa"),
        ({"@type": "Thing", "@nest": {}}, "@nest: is not a keyword this check knows"),
        ({"@context": "https://example.com", "@type": "Thing"}, "@context: https://example.com is not schema.org"),
        ({"name": "x"}, "the document: has no @type"),
        ({"@graph": [clinic(), {"@type": "Thong"}]}, "@graph[1].@type: there is no type Thong"),
    ],
)
def test_problem_names_its_path(node, problem):
    assert (problems(node) or [None])[0] == problem


def test_reference_is_checked_by_its_target():
    place = {"@type": "Place", "@id": "#dr", "name": "Not a doctor"}
    assert problems({"@graph": [clinic(founder={"@id": "#dr"}), place]}) == [
        "@graph[0].founder: Place is not Organization or Person"
    ]


def test_property_of_any_type_is_allowed():
    assert problems({"@type": ["DaySpa", "MedicalClinic"], "medicalSpecialty": "https://schema.org/Dermatology"}) == []
    assert problems({"@type": "DaySpa", "medicalSpecialty": "https://schema.org/Dermatology"}) != []
