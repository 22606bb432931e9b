"""Test the search of the site: what it finds, how it corrects, and what it never tells."""

from datetime import date
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.core.exceptions import ValidationError
from wagtail.models import PageViewRestriction

from clinic.models import ContactPage, Person, StandardPage, Synonym
from clinic.search import index
from clinic.search.finding import find
from clinic.search.index import build_index
from clinic.search.words import Vocabulary, key_of, keys_of, split_in_two, split_words
from tests import factories
from tests.counting import queries_for

NAUGHTY = [
    '"', "'", "*", "AND", "OR NOT", "(", ")", "a:b", "-", "NEAR(a b)", "%", "_", "\\", "\x00", "é", "你好", "🙂",
    "a" * 5000, "<script>alert(1)</script>", "' OR 1=1 --", "{title body} : (botox)", "^x", "…", "  ", "botox*",
]  # fmt: skip


@pytest.mark.parametrize("query", NAUGHTY)
def test_search_accepts_any_text(client, home, query):
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("query", [*NAUGHTY, '"open', 'col:"', '"a" "b', 'live:yes "a', "'a"])
def test_admin_search_accepts_any_text(admin_client, home, query):
    for path in (
        "/admin/pages/search/",
        "/admin/images/",
        "/admin/images/chooser/results/",
        "/admin/choose-page/search/",
    ):
        assert admin_client.get(path, {"q": query}).status_code == 200


def test_admin_search_finds_words_between_marks(admin_client, home):
    factories.make_treatment("Botox for bunny lines")
    found = admin_client.get("/admin/pages/search/", {"q": '"bunny (lines'}).content.decode()
    assert "Botox for bunny lines" in found


def test_search_finds_live_pages_with_all_words(client, home):
    factories.make_treatment("Botox for bunny lines", introduction="Fine lines on the nose.")
    factories.make_treatment("Botox for frown lines")
    factories.make_treatment("Botox for bunny lines, unpublished", live=False)
    html = client.get("/search/", {"q": "bunny nose"}).content.decode()
    assert "1 page found" in html
    assert "/treatments/botox-for-bunny-lines/" in html


def test_search_puts_title_matches_first(client, home):
    factories.make_treatment("Facials", introduction="Laser, laser and laser again.")
    factories.make_treatment("Gentle laser treatments for the face", introduction="Light.")
    html = client.get("/search/", {"q": "laser"}).content.decode()
    assert html.index("/treatments/gentle-laser") < html.index("/treatments/facials/")


def test_search_has_a_second_page(client, home):
    for number in range(12):
        factories.make_treatment(f"Peel number {number}")
    html = client.get("/search/", {"q": "peel", "page": "2"}).content.decode()
    assert html.count('class="card__link"') == 2
    assert 'href="?q=peel&amp;page=1"' in html


def test_empty_search_shows_no_results(client, home):
    assert "found for" not in client.get("/search/").content.decode()


def test_searches_leave_nothing_in_the_cache(client, home, monkeypatch):
    client.get("/search/", {"q": "filler"})  # It fills what all pages share.
    written, cache_class = [], type(caches["default"])
    real = cache_class.set

    def spy(self, key, *args, **kwargs):
        written.append(key)
        return real(self, key, *args, **kwargs)

    monkeypatch.setattr(cache_class, "set", spy)
    for number in range(20):
        client.get("/search/", {"q": f"filler {number}"})
    assert written == []


@pytest.mark.parametrize("path", ["/search/?q=lip+fillers", "/no-such-page/"])
def test_search_form_is_on_search_and_404_page(client, home, path):
    page = BeautifulSoup(client.get(path).content, "html.parser")
    form = page.select_one("main form[role=search]")
    field = form.select_one("input[type=search]")
    assert (form["action"], form["method"], field["name"], field["maxlength"]) == ("/search/", "get", "q", "200")
    assert form.select_one(f"label[for={field['id']}]").get_text(strip=True) == "What are you looking for?"
    assert field.get("value", "") == ("lip fillers" if "lip" in path else "")


def test_search_words_are_letters_and_digits():
    assert split_words("crow's-feet (café) 15_days*") == ["crow", "feet", "cafe", "15", "days"]


# What words have in common


@pytest.mark.parametrize(
    "same",
    [
        "line lines Line’s",
        "facial facials",
        "peel PEELS",
        "allergy allergies",
        "process processes",
        "11 11s eleven elevens",
        "crow’s crows crow",
        "men man men's mens",
        "foot feet",
        "Café cafe CAFE\u0301S",
    ],
)
def test_spellings_of_a_word_have_one_key(same):
    assert len({key for word in same.split() for key in keys_of(word)}) == 1


@pytest.mark.parametrize("different", ["acne acme", "lips lisp", "loss los", "virus viru", "axis axi", "12 13"])
def test_different_words_have_different_keys(different):
    assert len({key_of(word) for word in different.split()}) == 2


def candidates(typed, known, important=True):
    keys = {word: key_of(word) for word in (known, "treatment", "forehead")}
    vocabulary = Vocabulary(keys, {key_of(known)} if important else ())
    return [key for _errors, key in vocabulary.find_candidates(typed)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("botx", "botox"),
        ("botocks", "botox"),
        ("migrane", "migraine"),
        ("migrene", "migraine"),
        ("removel", "removal"),
        ("lazer", "laser"),
        ("akne", "acne"),
        ("ance", "acne"),
        ("hylauronic", "hyaluronic"),
        ("scarring", "scar"),
        ("priceing", "price"),
        ("consult", "consultation"),
        ("bunnie", "bunny"),
        ("lins", "lines"),
        ("babby", "baby"),
    ],
)
def test_typing_error_is_corrected(typed, meant):
    assert candidates(typed, meant) == [key_of(meant)]


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("flight", "light"),  # another first letter
        ("car", "care"),  # too short
        ("cars", "care"),
        ("pasta", "past"),
        ("brow", "crow"),
        ("tomato", "tattoo"),
        ("pizza", "price"),
        ("ladder", "laser"),
        ("a" * 200, "a" * 201),
    ],
)
def test_other_word_is_no_correction(typed, known):
    assert candidates(typed, known) == []


@pytest.mark.parametrize(("typed", "known"), [("paint", "print"), ("concert", "concern")])
def test_short_word_of_the_text_is_no_correction(typed, known):
    assert candidates(typed, known, important=False) == []
    assert candidates(typed, known) == [known]


@pytest.mark.parametrize(("typed", "known"), [("myastenia", "myasthenia"), ("parkng", "parking")])
def test_long_word_of_the_text_is_a_correction(typed, known):
    assert candidates(typed, known, important=False) == [known]


# What is found


@pytest.fixture
def pages(home):
    """Return the slugs of the pages that a search finds, best first."""

    def find_slugs(text, **options):
        titles = {page.pk: page.slug for page in home.get_descendants()}
        return [titles[pk] for pk in find(build_index(), text, **options).page_ids]

    return find_slugs


def corrected(text):
    return find(build_index(), text).corrected


def test_typing_error_is_corrected_only_without_results(pages):
    factories.make_treatment("Botox", slug="botox")
    assert pages("botx") == ["botox"]
    assert corrected("botx zebra") == ""
    assert corrected("Botx for me") == "botox for me"
    factories.make_treatment("Botx, another product", slug="botx")
    assert pages("botx") == ["botx"]


def test_joined_and_split_words_are_found(pages):
    factories.make_article("Which sunscreen to use", slug="sunscreen")
    factories.make_treatment("Lip fillers", slug="lips")
    assert pages("sun screen") == ["sunscreen"]
    assert pages("sun scren") == ["sunscreen"]
    assert pages("lipfiller") == ["lips"]
    assert pages("facebook") == []


def test_words_of_warnings_and_steps_are_found(pages):
    factories.make_treatment("Peel", slug="peel", who_should_not="<ul><li>You have <b>myasthenia</b> gravis.</li></ul>")
    factories.make_treatment("Laser", slug="laser", how_it_goes=[("step", {"title": "Goggles", "text": "We cover."})])
    assert pages("myasthenia") == ["peel"]
    assert pages("goggles") == ["laser"]


def test_synonym_finds_what_pages_call_it(pages):
    factories.make_treatment("Botox for frown lines", slug="frown")
    factories.make_treatment("Facial", slug="facial", introduction="Not for a wrinkle.")
    Synonym.objects.create(words="wrinkles, crinkly skin", means="lines, folds")
    assert pages("wrinkle") == ["frown", "facial"]
    assert pages("crinkly skin botox") == ["frown"]
    assert pages("wrinkels") == ["frown", "facial"]
    assert pages("lines") == ["frown"]


def test_synonym_written_as_one_word_is_found(pages):
    factories.make_treatment("Chemical peel", slug="peel")
    Synonym.objects.create(words="acid facial, fresh face", means="chemical peel")
    assert pages("acidfacial") == ["peel"]
    assert pages("freshface") == ["peel"]
    assert pages("facialface") == []


def test_word_of_any_length_is_answered_soon():
    assert split_in_two("x" * 100_000, set()) == []


def test_person_leads_to_the_pages_that_show_them(home, pages):
    maya = Person.objects.create(name="Maya Marsh", credentials="RN", role="Nurse injector", bio="Loves tea.")
    team = home.add_child(instance=StandardPage(title="Team", slug="team", body=[("people", {"people": [maya]})]))
    factories.make_article("Sun", slug="sun", author=maya)
    Person.objects.create(name="Nobody Shown", role="Ghost")
    assert pages("maya") == ["team", "sun"]
    assert pages("Marsh RN")[0] == "team"
    assert pages("nurse") == ["team"]
    assert pages("mayya") == ["team", "sun"]
    assert pages("nobody") == pages("ghost") == []
    team.body = [("people", {"people": []})]
    team.save()
    assert pages("nurse") == []


def test_person_of_a_draft_is_not_found(home, pages):
    maya = Person.objects.create(name="Maya Marsh", role="Nurse")
    team = home.add_child(instance=StandardPage(title="Team", slug="team"))
    team.body = [("people", {"people": [maya]})]
    team.save_revision()
    assert pages("maya") == []


def test_all_words_come_before_most_words(pages):
    factories.make_treatment("Laser hair removal", slug="hair")
    factories.make_treatment("Laser tattoo removal", slug="tattoo")
    assert pages("laser hair removal") == ["hair", "tattoo"]
    assert pages("laser hair removal", is_exact=True) == ["hair"]


def test_one_of_three_words_may_be_missing(home, pages):
    factories.make_treatment("Lip fillers", slug="lips")
    factories.make_article("Swelling", slug="swelling")
    assert pages("lip fillers swelling") == ["lips"]
    assert find(build_index(), "lip fillers swelling").is_partial
    assert pages("lip fillers zebra") == pages("fillers swelling") == []


def test_whole_question_finds_the_page_with_most_words(pages):
    factories.make_treatment("Lip fillers", slug="lips", listing_summary="Cold sores, bruises, swelling")
    factories.make_treatment("Laser", slug="laser", listing_summary="Bruises")
    question = (
        "hello, I would like to know if I can have lip fillers when I get a cold sore and I bruise and swell easily"
    )
    assert pages(question) == ["lips"]
    assert pages("hello, I would like to know where I can sell my old lip balm and my fillers and a zebra") == []


def test_typing_errors_and_a_missing_word_are_found_together(pages):
    factories.make_treatment("Chronic migraine", slug="migraine")
    factories.make_treatment("Dermal fillers", slug="fillers")
    assert pages("cronic migrane fillers") == ["migraine"]


@pytest.mark.parametrize(("typed", "slug"), [("acme scars", "scars"), ("thermal filler", "fillers"), ("acme", None)])
def test_neighbor_tells_what_a_keyboard_replaced(pages, typed, slug):
    factories.make_treatment("Acne scars", slug="scars")
    factories.make_treatment("Dermal fillers", slug="fillers")
    assert pages(typed) == ([slug] if slug else [])


def test_wrong_vowel_in_a_word_of_the_text_is_corrected(pages):
    factories.make_treatment("Laser", slug="laser", what_it_is="<p>rosacea, bruise, vision</p>")
    for typed in ("rosacia", "rosasea", "bruse", "vison"):
        assert pages(typed) == ["laser"], typed


def test_unknown_number_and_contraction_say_nothing(pages):
    factories.make_treatment("Lip fillers", slug="lips")
    assert pages("I'm 17, whats a lip filler") == pages("im 17 lip fillers") == ["lips"]
    assert pages("17") == []


def test_letters_and_number_without_space_are_two_words(pages):
    factories.make_treatment("Sunscreen SPF 50", slug="sunscreen")
    assert pages("spf50") == pages("50spf") == ["sunscreen"]


def test_title_beats_summary_beats_text(pages):
    factories.make_treatment("One", slug="text", what_it_is="<p>peel peel peel peel</p>")
    factories.make_treatment("Two", slug="summary", listing_summary="A peel.")
    factories.make_treatment("Peel and more of it", slug="title")
    factories.make_treatment("Peel", slug="only")
    assert pages("peels") == ["only", "title", "summary", "text"]


def make_private(page):
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


@pytest.mark.parametrize("hide", ["restriction", "parent", "draft"])
def test_hidden_words_are_neither_found_nor_suggested(client, home, pages, hide):
    parent = home.add_child(instance=StandardPage(title="Internal", slug="internal"))
    page = parent.add_child(
        instance=StandardPage(title="Zyrtonex trial", slug="secret", introduction="Quibblefex.", live=hide != "draft")
    )
    if hide != "draft":
        assert pages("zyrtonex") == ["secret"]
        make_private(page if hide == "restriction" else parent)
    for text in ("zyrtonex", "zyrtonx", "Quibblefex", "quibblefx", "zyrtonextrial", "trial"):
        assert pages(text) == []
        assert corrected(text) == ""
        html = client.get("/search/", {"q": text}).content.decode()
        assert "/secret/" not in html
        assert "Zyrtonex" not in html


def test_page_made_private_since_is_left_out(client, home):
    """Leave the index as it was, as if the cache had kept it."""
    page = home.add_child(instance=StandardPage(title="Zyrtonex", slug="secret"))
    client.get("/search/", {"q": "zyrtonex"})
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=page, restriction_type="login")])
    assert "/secret/" not in str(soup(client, "zyrtonex"))


def test_synonym_needs_words():
    synonym = Synonym(words="wrinkles, ,", means="lines, …")
    with pytest.raises(ValidationError) as caught:
        synonym.full_clean()
    assert caught.value.message_dict == {"means": ["“…” contains no word."]}


# The page of results


def soup(client, text, **more):
    return BeautifulSoup(client.get("/search/", {"q": text, **more}).content, "html.parser").main


def test_result_has_picture_kind_and_date(client, home):
    factories.make_treatment("Lip peel", slug="peel")
    factories.make_article("About a peel", date=date(2026, 3, 2))
    home.add_child(instance=ContactPage(title="Contact for a peel"))
    results = soup(client, "peel").select("ol.cards > li")
    told = [" ".join(result.select_one(".card__meta").get_text(" ").split()) for result in results]
    assert told == ["Treatment", "Article March 2, 2026", "Page"]
    assert results[0].h2.a["href"] == "/treatments/peel/"


def test_correction_is_said_and_can_be_refused(client, home):
    factories.make_treatment("Botox & more", slug="botox")
    said = soup(client, "botx").select_one("[role=status]")
    assert "Showing results for botox. Search instead for botx." in " ".join(said.get_text(" ").split()).replace(
        " .", "."
    )
    assert said.a["href"] == "?q=botx&exact=1"
    page = soup(client, "botx", exact="1")
    assert "0 pages found for “botx”" in page.get_text()
    assert "Showing results" not in page.get_text()


def test_second_page_stays_exact(client, home):
    for number in range(12):
        factories.make_treatment(f"Peel number {number}")
    assert soup(client, "peel", exact="1").select_one("a[rel=next]")["href"] == "?q=peel&exact=1&page=2"


def test_pages_with_most_words_are_announced(client, home):
    factories.make_treatment("Lip fillers", slug="lips")
    factories.make_article("Swelling", slug="swelling")
    assert "No page has all of these words." in soup(client, "lip fillers swelling").get_text()


def test_search_without_results_is_no_dead_end(client, home, profile):
    factories.make_treatment("Lip fillers", slug="lips")
    factories.make_treatment("Not yet", slug="draft", live=False)
    make_private(factories.make_treatment("For members", slug="members"))
    factories.make_article("Sun", slug="sun")
    page = soup(client, "submarine")
    links = [link["href"] for link in page.select("a")]
    assert "0 pages found for “submarine”" in page.get_text()
    assert {"/consultation/", "tel:9495550100", "/treatments/lips/", "/blog/sun/"} == set(links)


def test_headings_of_the_search_are_in_order(client, home):
    factories.make_treatment("Lip fillers", slug="lips")
    factories.make_article("Sun", slug="sun")
    for text in ("lips", "submarine"):
        levels = [int(heading.name[1]) for heading in soup(client, text).select("h1, h2, h3, h4")]
        assert levels[0] == 1
        assert all(level <= before + 1 for before, level in pairwise(levels))


def test_search_without_results_queries_do_not_grow(client, home):
    def fill(numbers):
        for number in numbers:
            factories.make_treatment(f"Peel {number}", slug=f"peel-{number}")
            factories.make_article(f"Sun {number}", slug=f"sun-{number}")

    def warm_queries(text):
        client.get("/search/", {"q": text})
        return queries_for(client, f"/search/?q={text}")

    fill(range(12))
    before = [warm_queries(text) for text in ("submarine", "peal", "peel")]
    fill(range(12, 30))
    assert [warm_queries(text) for text in ("submarine", "peal", "peel")] == before
    assert max(before) <= 12


def test_index_queries_do_not_grow(home, django_assert_max_num_queries):
    for number in range(5):
        factories.make_treatment(f"Peel {number}", slug=f"peel-{number}")
        factories.make_article(f"Sun {number}", slug=f"sun-{number}")
    with django_assert_max_num_queries(20):
        build_index()
    for number in range(5, 30):
        factories.make_treatment(f"Peel {number}", slug=f"peel-{number}")
    with django_assert_max_num_queries(20):
        build_index()


def test_only_changed_pages_are_read_again(home, monkeypatch):
    peel = factories.make_treatment("Peel")
    author = Person.objects.create(name="Maya Quill")
    article = factories.make_article("Sun", author=author)
    read, real = [], index.read_page

    def spy(page):
        read.append(page.pk)
        return real(page)

    monkeypatch.setattr(index, "read_page", spy)
    build_index()
    assert {peel.pk, article.pk} <= set(read)
    read.clear()
    author.name = "Maya Zebra"
    author.save()
    assert find(build_index(), "zebra").page_ids == [article.pk]
    assert read == []
    type(peel).objects.filter(pk=peel.pk).update(introduction="Okapi.")
    assert find(build_index(), "okapi").page_ids == [peel.pk]
    assert read == [peel.pk]
    article.unpublish()
    assert find(build_index(), "zebra").page_ids == []


def test_published_words_are_found_at_once(client, home, django_capture_on_commit_callbacks):
    assert "0 pages" in client.get("/search/", {"q": "zebra"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        factories.make_treatment("Zebra stripes")
    assert "1 page found" in client.get("/search/", {"q": "zebra"}).content.decode()


def test_list_of_synonyms_counts_the_pages(client, home):
    factories.make_treatment("Botox for frown lines")
    Synonym.objects.create(words="wrinkles, crinkles", means="lines")
    client.force_login(factories.make_user("editor"))
    page = BeautifulSoup(client.get("/admin/snippets/clinic/synonym/").content, "html.parser")
    assert page.select("table tbody tr")[0].select("td")[-1].get_text(strip=True) == "1"
