"""The desk's search: which typed words find which case."""

import pytest
from django.db import connection

from bookings import services
from bookings.contact_details import get_words
from bookings.models import Case, Patient, SearchWord
from tests import factories
from tests.hostile_values import TEXTS

# Each person is found by exactly the queries in their list. "" finds all.
PEOPLE = {
    "Zoë Ångström-Lüttich": {
        "email": "zoe.lux+spa@mail.north.example.org",
        "phone": "(949) 555-0142",
        "reference": "7K3MQQXA",
        "message": "My left eyelid droops since Tuesday; I can't open it fully.",
        "note": "Husband Bjørn calls back on 714-555-0177. Allergic to lidocaine/latex.",
        "queries": [
            # The name, whatever the case, accents, hyphens and order
            *("zoe", "ZOË", "Zoe\u0308", "zo", "ang", "ÅNGSTRÖM", "angstrom", "lüttich", "LUTT", "angstrom luttich"),
            *(
                "angstromluttich",
                "Ångström-Lüttich",
                "luttich zoe",
                "zoe-angstrom",
                "zoeang",
                "  zoe   LUTTICH ",
                "zoe luttich",
            ),
            # The phone, however typed, and any part of it
            *("9495550142", "(949) 555-0142", "949.555.0142", "949 555 0142", "+1 949 555 0142", "1-949-555-0142"),
            *("001 949 555 0142", "949-555-0142 ext. 7", "5550142", "555-0142", "555 0142", "0142", "142", "9 5550142"),
            *(
                "949/555/0142",
                "949–555–0142",
                "９４９ ５５５ ０１４２",
                "+1(949)5550142",
                "50142",
                "٩٤٩ ٥٥٥ ٠١٤٢",
                "+19495550142",
            ),
            # The email and its parts
            *(
                "zoe.lux+spa@mail.north.example.org",
                "ZOE.LUX@",
                "zoe.lux",
                "zoelux",
                "lux+spa",
                "spa@mail",
                "north.example",
            ),
            *("mailto:zoe.lux+spa@mail.north.example.org", "tel:+19495550142", "SMS:9495550142"),
            *("mail.north.example.org", "@mail.north", "<zoe.lux+spa@mail.north.example.org>", "example.org"),
            # The reference
            *("7K3MQQXA", "7k3mqqxa", "7K3M-QQXA", "7k3m qqxa", "7k3m", "7K3M–QQXA"),
            # Words of the message and of the notes
            *(
                "eyelid",
                "EYELIDS"[:-1],
                "droop",
                "tuesday",
                "can't",
                "cant",
                "can’t open",
                "left eyelid droops",
                "Tuesday;",
            ),
            *(
                "bjørn",
                "bjorn",
                "husband",
                "lidocaine",
                "latex",
                "lidocaine/latex",
                "allergic to",
                "714 555 0177",
                "5550177",
            ),
            *("+1 714 555 0177", "0177", "husband zoe 0142", "i eyelid"),
        ],
    },
    "Mary Jane O'Connor": {
        "email": "o'connor_mj@example.net",
        "phone": "020 7946 0958",
        "phone_e164": "+442079460958",
        "reference": "00412789",
        "message": "Lips. Price for 1.5 ml? Mail my sister: kim-lee@other.example.edu",
        "note": "",
        "queries": [
            *(
                "mary",
                "mary jane",
                "MaryJane",
                "mary-jane",
                "jane mary",
                "jane o connor",
                "o'connor",
                "O’CONNOR",
                "oconnor",
            ),
            *(
                "o connor",
                "connor",
                "Mary Jane O`Connor",
                "maryjaneoconnor",
                "mary o'con",
                "connor, mary",
                "Connor mary.",
            ),
            *("020 7946 0958", "+44 20 7946 0958", "+44 (0)20 7946 0958", "0044 20 7946 0958", "011 44 20 7946 0958"),
            *("7946 0958", "7946", "946", "(020) 7946-0958", "02079460958", "442079460958"),
            *("o'connor_mj@example.net", "mj@example", "oconnor_mj", "connormj@example.net"),
            *("00412789", "0041-2789", "0041 2789", "00412789 mary"),
            *(
                "lips",
                "lip",
                "price",
                "1.5 ml",
                "sister",
                "kim-lee@other.example.edu",
                "lee@other",
                "kimlee",
                "kim lee",
            ),
        ],
    },
    "李小龍": {
        "email": "",
        "phone": "+52 1 55 1234 5678",
        "phone_e164": "+525512345678",
        "reference": "ABCDEFGH",
        "message": "Привет, ёлка",
        "note": "🙂 ПЕРЕЗВОНИТЬ",
        "queries": [
            *("李", "李小", "李小龍", "привет", "ПРИВЕТ", "елка", "ёлка", "перезвон"),
            *("+52 55 1234 5678", "+52 1 55 1234 5678", "55 1234 5678", "1 55 1234 5678", "abcd-efgh", "abcdefgh"),
        ],
    },
}
LABELED = [(query, name) for name, person in PEOPLE.items() for query in person["queries"]]
FINDS_NOBODY = [
    *(
        "zoe connor",
        "mary 0142",
        "angstroms",
        "555-0143",
        "9495550143",
        "7K3MQQXB",
        "z",
        "eyelids",
        "a",
        "%",
        "_",
        "%%",
    ),
    *("z_e", "z%e", "' OR 1=1 --", '"zoe" OR "mary"', "\\", "NEAR(zoe mary)", "*", "zoe\x00mary", "com", "-", "@"),
    *("zoe@other", "0143", "01420", "99999999999999999999", "🙂", "l p s", "nobody at all", "e"),
]

HOSTILE = [value for value in TEXTS if isinstance(value, str)]


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker):
    """Make the people once for all queries."""
    with django_db_blocker.unblock():
        made = []
        clerk = factories.make_user("frontdesk")
        for name, person in PEOPLE.items():
            fields = {key: value for key, value in person.items() if key not in ("note", "queries")}
            case = factories.make_case(name=name, **fields)
            if person["note"]:
                services.add_note(case.pk, person["note"], actor=clerk)
            made.append(case)
        yield made
        Patient.objects.filter(cases__in=made).delete()
        Case.objects.filter(pk__in=[case.pk for case in made]).delete()
        clerk.delete()


def found(query: str) -> list[str]:
    return list(Case.objects.search(query).order_by("pk").values_list("name", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "name"), LABELED)
def test_typed_words_find_their_case_alone(people, query, name):
    assert found(query) == [name]


@pytest.mark.django_db
@pytest.mark.parametrize("query", FINDS_NOBODY)
def test_other_words_find_nobody(people, query):
    assert found(query) == []


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", " ", "\x00", "\t\n", "\u200b", "\u3164 ", "\U0010ffff"])
def test_blank_query_finds_everybody(people, query):
    assert found(query) == list(PEOPLE)


@pytest.mark.django_db
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_is_searched_as_text(people, value):
    assert len(found(value)) <= len(PEOPLE)
    assert len(found(f"zoe {value}")) <= len(PEOPLE)


@pytest.mark.django_db
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_is_stored_and_found(value):
    case = factories.make_case(message=value.replace("\x00", ""), reference="HHHHHHHH")
    assert Case.objects.search("hhhhhhhh").get() == case
    for word in get_words(value):
        assert case in Case.objects.search(word), word


@pytest.mark.django_db
def test_letter_finds_only_a_whole_word():
    initial = factories.make_case(name="Anna B Lima", email="x@example.com")
    factories.make_case(name="Anna Brown", email="y@example.com")
    assert list(Case.objects.search("b")) == [initial]
    assert Case.objects.search("br").count() == 1


# The words are those of the present


@pytest.mark.django_db
def test_request_is_found_from_its_first_moment(ask):
    case = ask(start=None, name="Ida Storm", message="Freckles")
    assert Case.objects.search("storm freckles").get() == case


@pytest.mark.django_db
def test_form_sent_again_is_found_by_what_it_says_now(ask):
    case = ask(start=None, name="Ida Storm", message="Freckles")
    ask(start=None, name="Ida Storm", email=case.email, message="Wrinkles", submission_key=case.submission_key)
    assert Case.objects.search("wrinkles").get() == case
    assert not Case.objects.search("freckles")


@pytest.mark.django_db
def test_corrected_contact_is_found_and_the_old_is_not(ask, clerk):
    case = ask(start=None, name="Ida Storm", phone="(949) 555-0123", message="Freckles")
    services.add_note(case.pk, "Speaks Danish", actor=clerk)
    services.correct_contact(
        case.pk,
        name="Ida Sturm",
        email="ida@new.example.com",
        phone="(949) 555-0188",
        phone_e164="+19495550188",
        actor=clerk,
        expected_version=case.version,
    )
    for query in ("sturm", "ida@new", "0188", "danish freckles"):
        assert Case.objects.search(query).get() == case
    for query in ("storm", "0123", "patient.example.com"):
        assert not Case.objects.search(query)


@pytest.mark.django_db
def test_note_of_any_step_is_found(ask, clerk):
    case = ask(start=None)
    services.assign(case.pk, clerk, actor=clerk, expected_version=case.version, note="Prefers Thursdays")
    assert Case.objects.search("thursdays").get() == case


@pytest.mark.django_db
def test_complaint_is_found_by_its_words(ask, file_complaint):
    case = ask(start=None)
    complaint = file_complaint(case, "Swelling")
    file_complaint(case, "Blurred sight")
    assert list(Case.objects.search("swelling blurred")) == [complaint]


@pytest.mark.django_db
def test_words_go_with_their_case(ask, clerk):
    case = ask(start=None)
    services.privacy.erase(case.pk, actor=clerk, expected_version=case.version)
    assert not SearchWord.objects.filter(case_id=case.pk).exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan; PostgreSQL chooses by its statistics")
@pytest.mark.parametrize("query", ["garcia", "ana garcia", "a", "0123", "ana garcia 0123"])
def test_words_are_found_by_their_index(db, query):
    plan = Case.objects.search(query).order_by("-created_at")[:15].explain()
    assert "INDEX bookings_search_word" in plan
    assert "SCAN bookings_searchword" not in plan
