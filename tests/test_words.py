"""Test the words that patients, editors and the front desk read, and what the demo says about medicine and prices.

Retired phrases are in ``retired_words.txt``. A text that needs one of them after all changes that list.
"""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import chain, combinations
from pathlib import Path

import pytest
from markdown import markdown

from bookings.models import ConsultationSettings, VisitType
from clinic.demo import content, load

ROOT = Path(__file__).parent.parent
APPS = ("blog", "bookings", "clinic", "treatments")
DATA = content.DATA
# Rare words are a habit of the writers: they say of a text what it should show.
RARE = {r"\bhonest": 0, r"\bplain(?!\))": 3, r"\bsays? so\b": 1}
GENDERED = re.compile(r"\b(?:she|her|hers|herself|he|him|his|himself)\b", re.IGNORECASE)
TEMPLATE_CODE = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}|<!--.*?-->|<style.*?</style>", re.DOTALL)
FIELD_NAME = re.compile(r"## Afterwards|page\.afterwards|id=\"afterwards\"")  # a field, which readers do not see
MAX_WORDS = 28  # in a sentence that patients read
DOLLARS = re.compile(r"\$(\d[\d,]*)")
SMALL_WORDS = set(
    "a an and are as at be but by can can’t do does don’t for from has have here how if in is it its may not of on or "
    "our so than that the them then there they this to too us was we what when where which who will with you "
    "your".split()
)


def read_retired() -> list[str]:
    lines = (ROOT / "tests/retired_words.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def find_strings(source: str) -> Iterator[str]:
    """Yield the strings of a module that have more than one word, without its docstrings."""
    tree = ast.parse(source)
    bodies = (node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list))
    docstrings = {
        id(body[0].value)
        for body in bodies
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
        if is_text and id(node) not in docstrings:
            yield node.value


@cache
def read_texts() -> dict[str, str]:
    """Return all that people read, by file, in lower case and with single spaces."""
    texts = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "legacy_import.py":
                texts[path] = "\n".join(find_strings(path.read_text(encoding="utf-8")))
        for path in sorted(chain((ROOT / app).rglob("templates/**/*.html"), (ROOT / app).rglob("templates/**/*.txt"))):
            texts[path] = TEMPLATE_CODE.sub("", path.read_text(encoding="utf-8"))
    docs = (path for path in (ROOT / "docs").rglob("*.md") if "recut" not in path.parts)
    for path in sorted(chain(DATA.rglob("*.md"), DATA.glob("*.yaml"), docs, ROOT.glob("README.md"))):
        texts[path] = path.read_text(encoding="utf-8")
    return {
        str(path.relative_to(ROOT)): " ".join(FIELD_NAME.sub("", text).lower().split()) for path, text in texts.items()
    }


@cache
def read_pages() -> dict[str, content.PageFile]:
    """Return the demo's pages by the end of their address."""
    files = chain.from_iterable(content.page_files(folder, *needs) for folder, needs in load.FOLDERS.items())
    return {file.slug: file for file in files}


def words_of(file: content.PageFile) -> str:
    """Return the Markdown of a page and its fields as one text."""
    fields = (str(value) for value in file.fields.values() if isinstance(value, str))
    return "\n\n".join([*fields, *file.sections.values(), file.body])


def treatments() -> dict[str, content.PageFile]:
    return {slug: file for slug, file in read_pages().items() if file.name.startswith("treatments/")}


def price_of(slug: str) -> Decimal:
    return Decimal(read_pages()[slug].fields["price_from"])


# Phrases


def test_no_text_uses_a_retired_phrase():
    found = {
        (name, phrase)
        for phrase in read_retired()
        for name, text in read_texts().items()
        if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text)
    }
    assert not found


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Somebody from our team reads it.", True),
        ("Call us. Tell us afterwards.", True),
        ("Someone on our team reads it.", False),
        ("An afterword is a text at the end.", False),
    ],
)
def test_retired_phrases_are_found_as_words(text, is_found):
    hits = [phrase for phrase in read_retired() if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text.lower())]
    assert bool(hits) == is_found


def test_strings_are_read_without_docstrings():
    source = '"""Somebody."""\n\n\ndef f():\n    """Anybody."""\n    return _("Call us.") + f"by {1} pm" + "key"\n'
    assert list(find_strings(source)) == ["Call us.", "by ", " pm"]


@pytest.mark.parametrize(("pattern", "most"), RARE.items())
def test_honest_plain_and_say_so_are_rare(pattern, most):
    patients_read = {
        name: len(re.findall(pattern, text.replace("plain text", "")))
        for name, text in read_texts().items()
        if not name.startswith("docs/") and not name.endswith(("README.md", ".py"))
    }
    used = {name: count for name, count in patients_read.items() if count}
    assert sum(used.values()) <= most, used


def test_nobody_is_she_by_default():
    found = {name: sorted(set(GENDERED.findall(text))) for name, text in read_texts().items() if GENDERED.search(text)}
    assert not found


# What patients read: their pages and emails, their form and the demo's pages.
PATIENTS_READ = re.compile(
    r"bookings/(?:patient/request_form\.py|templates/bookings/(?!desk/))|blog/templates/blog/(?!admin)"
    r"|treatments/templates/|clinic/templates/(?:blocks|clinic|components)/(?!admin|previews)|clinic/demo/data/\w+/.*\.md"
)
STRAIGHT = re.compile(r"\w'(?:t|s|ll|re|ve|d|m)\b")


def test_apostrophes_are_curly_for_patients():
    found = {name: STRAIGHT.findall(text) for name, text in read_texts().items() if PATIENTS_READ.match(name)}
    assert len(found) > 50
    assert not {name: marks for name, marks in found.items() if marks}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("we'll call", True), ("it's", True), ("don't", True), ("we’ll call", False), ("{% url 'search' %}", False)],
)
def test_straight_apostrophes_are_found(text, is_found):
    assert bool(STRAIGHT.search(text)) == is_found


MAILS = [*ROOT.glob("bookings/templates/bookings/mail/*.*"), *ROOT.glob("clinic/templates/account/mail/*.*")]


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_emails_begin_with_a_capital_letter(path):
    """After "Hello Ana," German goes on in lower case, and English does not."""
    text = path.read_text(encoding="utf-8")
    starts = re.findall(r"""{% translate ["'](.)""", text) + re.findall(r"{% blocktranslate[^%]*%}(.)", text)
    starts += re.findall(r"Hello {{ \w+ }},\s+(\w)", text)
    assert not [start for start in starts if start.islower()]


# Style


def prose_of(file: content.PageFile) -> list[str]:
    """Return the sentences of a page, without links, sources and the lines that open a block."""
    text = words_of(file).split("## Sources")[0]
    text = re.sub(r"^:::.*$", "", re.sub(r"\]\([^)]*\)", "", text), flags=re.MULTILINE)
    blocks = re.split(r"\n\s*\n|^- |^\d+\. |^#+ .*$", text, flags=re.MULTILINE)
    return [one for block in blocks for one in re.split(r"(?<=[.?!])[*”]* ", " ".join(block.split()))]


def count_words(sentence: str) -> int:
    return len(re.findall(r"[\w’'$-]+", sentence))


@pytest.mark.parametrize("slug", read_pages())
def test_patients_read_short_sentences(slug):
    assert not [one for one in prose_of(read_pages()[slug]) if count_words(one) > MAX_WORDS]


@pytest.mark.parametrize("slug", read_pages())
def test_commas_and_periods_stand_inside_quotes(slug):
    """Americans write “removal,” where the British write “removal”,."""
    assert not re.findall(r"\w+”[,.]", words_of(read_pages()[slug]))


# Treatments


def test_each_alternative_has_its_own_words():
    section = re.compile(r"## What else could you do\?\n+(.*?)(?=\n## |\n:::|\Z)", re.DOTALL)
    answers = {slug: " ".join(section.search(file.body)[1].split()) for slug, file in treatments().items()}
    assert len({" ".join(text.split()[:2]) for text in answers.values()}) == len(answers) >= 14
    for (one, first), (other, second) in combinations(answers.items(), 2):
        shared = set(re.split(r"(?<=[.?!]) ", first)) & set(re.split(r"(?<=[.?!]) ", second))
        assert not shared, (one, other)
    assert sum("sunscreen" in text.lower() for text in answers.values()) <= 3


def bullets_of(file: content.PageFile) -> list[str]:
    items = re.findall(r"^- (.*(?:\n  .*)*)", words_of(file), re.MULTILINE)
    return [" ".join(item.split()) for item in items if " | " not in item]


def content_words(text: str) -> set[str]:
    return set(re.findall(r"[\w’]+", text.lower())) - SMALL_WORDS


def is_repeat(one: str, other: str) -> bool:
    """Return whether two bullets have most of their words in common."""
    first, second = content_words(one), content_words(other)
    return len(first & second) >= 3 and len(first & second) >= 0.6 * min(len(first), len(second))


@pytest.mark.parametrize(
    ("one", "other", "repeats"),
    [
        ("Skip the gym and hard exercise until the next day.", "Skip hard exercise until the next day.", True),
        ("You form keloids or thick raised scars.", "You have a wound there, or you form thick raised scars.", True),
        ("Common: a small bruise, tenderness.", "Less common: a drooping lid, uneven brows.", False),
    ],
)
def test_repeated_bullets_are_recognized(one, other, repeats):
    assert is_repeat(one, other) == repeats


@pytest.mark.parametrize("slug", read_pages())
def test_no_page_repeats_a_bullet(slug):
    bullets = [bullet for bullet in bullets_of(read_pages()[slug]) if "](http" not in bullet]
    assert not [pair for pair in combinations(bullets, 2) if is_repeat(*pair)]


def test_source_links_name_a_page():
    links = set()
    for file in read_pages().values():
        html = markdown(words_of(file))
        links |= set(re.findall(r'href="https?://([^"]+)"', html))
        if file.name.startswith(("treatments/", "articles/")):
            assert "](https://" in file.sections["sources"], file.name
    assert len(links) >= 10
    assert not [link for link in links if len(link.rstrip("/").split("/")) < 3]


def test_a_drooping_lid_has_one_answer():
    """The label lists it as a sign of spread, so no page may only call it harmless."""
    for file in read_pages().values():
        told = " ".join(words_of(file).split())
        if re.search(r"droop\w* (?:upper )?(?:eye)?lid|(?:eye)?lid (?:that )?droops|lid or a brow droops", told):
            assert "same day" in told, file.name


def test_spread_of_toxin_is_named_wherever_botox_is_explained():
    for file in read_pages().values():
        if "trouble swallowing" in words_of(file).lower() and "Botox" in words_of(file):
            assert "“Distant spread of toxin effect" in " ".join(words_of(file).split()), file.name


def test_only_licensed_clinicians_examine():
    """In California a physician, nurse practitioner or physician assistant examines before a medical treatment."""
    pages = read_pages()
    for slug in ("about", "your-first-consultation", "laser-treatments", "laser-hair-removal", "acne-scar-treatment"):
        told = " ".join(words_of(pages[slug]).split())
        assert re.search(r"physician, (?:a )?nurse practitioner or (?:a )?physician assistant", told), slug
    people = content.read_yaml("people.yaml")
    for file in pages.values():
        if "skin cancer" in words_of(file) and "author" in file.fields:
            assert people[file.fields["author"]]["credentials"] == "MD", file.name


@pytest.mark.parametrize("slug", read_pages())
def test_signs_of_a_serious_allergy_mean_911(slug):
    """A page that names these signs says 911 in the same paragraph, or in the heading of its list."""
    for told in re.split(r"\n:::\n|\n## ", words_of(read_pages()[slug])):
        if re.search(r"wheezing|fainting|swollen tongue", told):
            assert "911" in told


def is_called_safe(text: str) -> bool:
    """Return whether a sentence other than a question calls something safe."""
    sentences = re.split(r"(?<=[.?!:])\s+|\n\n|\]\([^)]*\)", text.replace("a safe place for medical details", ""))
    return any(re.search(r"\bsafe(?:r|ly|st)?\b", one, re.IGNORECASE) for one in sentences if not one.endswith("?"))


@pytest.mark.parametrize(
    ("text", "is_called"),
    [
        ("A razor is cheap and safe.", True),
        ("Filler is safer than surgery.", True),
        ("It can safely be repeated.", True),
        ("### Is it safe?\n\nIt has risks.", False),
        ("Your request is not in an unsafe place.", False),
    ],
)
def test_claims_of_safety_are_recognized(text, is_called):
    assert is_called_safe(text) == is_called


@pytest.mark.parametrize("slug", read_pages())
def test_no_treatment_is_called_safe(slug):
    """A page may ask whether something is safe. It answers with the risks."""
    assert not is_called_safe(words_of(read_pages()[slug]))


def test_cosmetic_botox_is_judged_after_two_weeks_everywhere():
    lines = [file for file in treatments().values() if file.fields["area"] == "lines-and-expression"]
    assert len(lines) >= 7
    for file in lines:
        assert file.fields["results_show"].endswith("in full after about two weeks"), file.name


def test_a_facial_waits_as_long_everywhere():
    told = words_of(read_pages()["facials-and-skin-care"])
    assert "the next day at the earliest, and about two weeks after filler" in " ".join(told.split())
    told = words_of(read_pages()["the-first-two-days-after-injections"])
    assert "the day after Botox, and until two weeks after filler" in " ".join(told.split())


def test_waxing_stops_as_early_everywhere():
    told = " ".join(words_of(read_pages()["laser-hair-removal"]).split())
    assert "No waxing, plucking or threading for four weeks" in told
    told = words_of(read_pages()["when-to-plan-laser-treatments"])
    assert "waxing" in re.search(r"### Four weeks before\n(.*?)###", told, re.DOTALL)[1]


# Numbers that stand in more than one place


def units_of(slug: str) -> int:
    return int(re.search(r"(\d+) units", read_pages()[slug].fields["price_note"])[1])


def test_a_unit_of_botox_costs_the_same_everywhere():
    """The doses are those of the label: frown lines 20, crow's feet 24, forehead with frown lines 40."""
    doses = {"botox-frown-lines": 20, "botox-crows-feet": 24, "botox-forehead-lines": 40, "botox-for-men": 20}
    assert {slug: units_of(slug) for slug in doses} == doses
    assert len({price_of(slug) / units for slug, units in doses.items()}) == 1
    crows_feet = words_of(read_pages()["botox-crows-feet"])
    assert f"it is {20 + 24} units" in " ".join(crows_feet.split())
    assert f"as well, {20 + 24 + 20}." in crows_feet


def test_prices_in_sentences_are_those_of_the_treatments():
    prices = {price_of(slug) for slug in treatments()}
    sums = set()
    for slug, file in read_pages().items():
        told = " ".join(words_of(file).split())
        for count, price, total in re.findall(r"(two|three|four) visits at \$([\d,]+) come to \$([\d,]+)", told):
            visits = {"two": 2, "three": 3, "four": 4}[count]
            assert visits * Decimal(price.replace(",", "")) == Decimal(total.replace(",", "")), slug
            sums.add(Decimal(total.replace(",", "")))
        named = {Decimal(amount.replace(",", "")) for amount in DOLLARS.findall(told)}
        assert named <= prices | sums, slug
    assert sums


def test_a_year_has_no_more_visits_than_the_interval_allows():
    for slug, file in treatments().items():
        if "No sooner than every 3 months" in file.fields["how_often"]:
            assert not re.search(r"\b(?:five|six) visits\b", words_of(file)), slug


def test_length_of_a_consultation_is_that_of_a_visit():
    told = words_of(read_pages()["your-first-consultation"])
    minutes = VisitType._meta.get_field("minutes").default
    assert f"We set aside {minutes} minutes." in told
    assert re.findall(r"(\d+) minutes", told) == [str(minutes)]


def test_privacy_page_names_the_time_of_the_settings():
    months = ConsultationSettings._meta.get_field("retention_months").default
    assert f"for {months} months after its case is closed" in words_of(read_pages()["privacy"])
