"""Test the JSON-LD that search engines find in the pages."""

import json
import re

import pytest
import time_machine
from django.core.cache import cache

from clinic.models import ContactPage, SpecialHours
from clinic.seo import graph
from tests import factories
from tests.schema_org import problems

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def contact(home, profile):
    return home.add_child(instance=ContactPage(title="Contact", slug="contact"))


def read(client, page):
    (script,) = SCRIPT.findall(client.get(page.url).content.decode())
    return json.loads(script)


def node(client, page):
    found = read(client, page)
    assert problems(found) == []
    (clinic,) = [node for node in found["@graph"] if node["@id"].endswith("#clinic")]
    return clinic


@time_machine.travel("2027-06-24T19:00Z", tick=False)
def test_contact_page_describes_clinic_and_hours(client, contact):
    factories.opening_hours(special_hours=[SpecialHours(first_day="2027-07-05", reason="Fireworks")])
    found = node(client, contact)
    assert found["telephone"] == "(949) 555-0100"
    assert found["openingHoursSpecification"][0]["opens"] == "09:00"
    (special,) = found["specialOpeningHoursSpecification"]
    assert (special["validFrom"], special["opens"], special["closes"]) == ("2027-07-05", "00:00", "00:00")


def test_home_page_describes_same_clinic(client, contact, home):
    factories.opening_hours()
    assert node(client, home) == node(client, contact)


def test_unknown_hours_are_left_out(client, contact):
    found = node(client, contact)
    assert "openingHoursSpecification" not in found


def test_text_cannot_end_the_script(client, contact, profile):
    profile.tagline = "</script><script>alert(1)</script> & more"
    profile.save()
    assert node(client, contact)["slogan"] == profile.tagline


def test_registered_nodes_share_one_graph(client, contact, monkeypatch):
    product = {"@type": "Product", "name": "Sunscreen"}
    builders = [*graph._node_builders, lambda shown: [product], lambda shown: [], lambda shown: [{}]]
    monkeypatch.setattr(graph, "_node_builders", builders)
    found = read(client, contact)
    assert problems(found) == []
    assert found["@graph"][0]["telephone"] == "(949) 555-0100"
    assert found["@graph"][-1] == product


def test_app_adds_to_the_node_of_another(client, contact, monkeypatch):
    more = {"@id": "http://localhost/#clinic", "knowsAbout": ["Sun"], "name": "Other"}
    monkeypatch.setattr(graph, "_node_builders", [*graph._node_builders, lambda shown: [more]])
    found = node(client, contact)
    assert (found["knowsAbout"], found["name"]) == (["Sun"], "OC Beauty Medspa")
    monkeypatch.undo()
    cache.clear()
    assert "knowsAbout" not in node(client, contact)


def test_special_hours_are_those_that_the_page_shows(client, contact):
    far = SpecialHours(first_day="2027-08-05", reason="Fireworks")
    factories.opening_hours(special_hours=[far])
    with time_machine.travel("2027-06-24T19:00Z", tick=False):
        assert "specialOpeningHoursSpecification" not in node(client, contact)
