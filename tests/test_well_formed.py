"""Everything that programs read stays well-formed, whatever Unicode is stored."""

import json
import re
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree

from blog.feeds import CleanAtom, CleanRSS
from bookings.messaging import outbox
from bookings.messaging.rendering import render
from bookings.models import Message, MessageKind
from bookings.scheduling import ics
from clinic.hours import feeds
from clinic.hours.schedule import DatedException
from clinic.models import ClinicProfile
from clinic.seo import graph
from clinic.text import UNWANTED, drop_unwanted, drop_unwanted_escapes
from tests import factories
from tests.sizes import size

NASTY = (
    "\x00\x01\x08\x0b\x0c\x0e\x1f\x7f\x80\x85\x9f\u2028\u2029\ufeff\ufffe\uffff\ufdd0\U0001ffff\u202e\r\n\t<>&'\";,:\\]"
)
# Any code point, also half a surrogate pair, and often one that some format does not allow.
ANY = st.text(st.one_of(st.sampled_from(NASTY), st.characters(), st.characters(categories=["Cs", "Cc", "Cn"])))
# What a database can hold.
STORED = st.text(
    st.one_of(st.sampled_from(NASTY.replace("\0", "")), st.characters(codec="utf-8", min_codepoint=1)), max_size=60
)
examples = settings(
    max_examples=size(100, 2000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
few_examples = settings(examples, max_examples=size(25, 300))
MOMENT = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)


@examples
@given(ANY)
def test_cleaned_text_fits_into_xml_and_utf_8(text):
    cleaned = drop_unwanted(text)
    cleaned.encode()
    element = etree.Element("a")
    element.text = cleaned
    assert etree.fromstring(etree.tostring(element)).text == (cleaned or None)
    assert drop_unwanted(cleaned) == cleaned


@examples
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])))
def test_characters_that_are_given_stay(text):
    assert drop_unwanted(text) == text
    assert drop_unwanted("\t" + text + "\r\n") == "\t" + text + "\r\n"


@examples
@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_escaped_characters_are_dropped_from_json(value):
    cleaned = drop_unwanted_escapes(json.dumps([value]))
    assert not UNWANTED.search(str(json.loads(cleaned)).encode("utf-8", "replace").decode())
    assert drop_unwanted_escapes(cleaned) == cleaned


@pytest.mark.parametrize("text", ["{", "[1", "{\\u0000", "\\u0000", "[" * 100_000 + "\\u0000", "plain", "", '{"a": 1}'])
def test_text_that_is_no_json_stays(text):
    assert drop_unwanted_escapes(text) == text


@examples
@given(ANY, ANY, ANY)
@pytest.mark.parametrize("kind", [CleanRSS, CleanAtom])
def test_feed_is_well_formed(kind, title, text, name):
    feed = kind(
        title=title, link="https://clinic.example.com/", description=text, feed_url="https://clinic.example.com/"
    )
    feed.add_item(title, "https://clinic.example.com/a/", text, MOMENT, author_name=name, categories=[name, title])
    etree.fromstring(feed.writeString("utf-8").encode())


@few_examples
@given(STORED.filter(lambda text: text.strip()), STORED)
@pytest.mark.parametrize("path", ["/blog/feed/", "/blog/feed/atom/", "/sitemap.xml"])
def test_served_xml_is_well_formed(client, blog_index, path, title, text):
    article = factories.make_article("Title", slug=f"a{uuid4().hex}", date=date(2026, 3, 2))
    type(article).objects.filter(pk=article.pk).update(title=title[:200], intro=text)
    answer = client.get(path)
    assert answer.status_code == 200
    etree.fromstring(answer.content)
    article.delete()


@examples
@given(ANY, ANY, st.sampled_from([ics.PUBLISH, ics.REQUEST, ics.CANCEL]))
def test_calendar_of_a_visit_is_well_formed(clinic, location, method):
    content = ics.build_ics(
        method=method,
        uid=uuid4(),
        sequence=1,
        starts_at=MOMENT,
        ends_at=MOMENT,
        clinic=clinic,
        location=location,
        organizer=clinic,
        attendee=location,
        stamp=MOMENT,
    )
    check_calendar(content.encode())


@examples
@given(ANY, ANY)
def test_calendar_of_the_hours_is_well_formed(name, reason):
    exception = DatedException(date(2026, 12, 25), date(2026, 12, 25), (), reason)
    check_calendar(feeds.build_ics([exception], name=name, host="clinic.example.com", stamp=MOMENT))


def check_calendar(content: bytes):
    assert not UNWANTED.search(content.decode())
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 75 for line in lines)
    (event,) = Calendar.from_ical(content).walk("vevent")
    assert event["dtstart"]


@examples
@given(ANY, ANY)
def test_structured_data_is_well_formed(name, text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "_node_builders", [lambda shown: [{"name": name, "slogan": text}]])
        script = graph.render_graph(SimpleNamespace())
    script.encode()
    content = re.fullmatch(r'<script type="application/ld\+json">([^<>]*)</script>', script)[1]
    assert json.loads(content)["@context"] == "https://schema.org"


@few_examples
@given(STORED, STORED.filter(lambda text: text.strip()), st.sampled_from(MessageKind.values))
def test_mail_is_well_formed(profile, consultation_settings, name, clinic, kind):
    with transaction.atomic():
        ClinicProfile.objects.update(name=clinic[:100])
        message = factories.make_message(
            factories.make_case(name=name or "Ana"), kind=kind, subject="", text="", starts_at=MOMENT
        )
        message.appointment = factories.make_visit(message.case, "held")
        render(message)
        message.save()
        content = outbox.as_email(Message.objects.get(pk=message.pk)).message().as_bytes()
        transaction.set_rollback(True)
    sent = message_from_bytes(content, policy=policy.default)
    assert sent["Subject"].split() == message.subject.split()
    assert not sent.defects
    for part in sent.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            assert not UNWANTED.search(part.get_content())
