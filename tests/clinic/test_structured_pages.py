"""Test the JSON-LD that search engines find in the pages."""

import json
import re

import pytest
import time_machine

from clinic.models import ContactPage, SpecialHours
from clinic.seo import graph
from tests import factories
from tests.schema_org import problems

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def contact(home, profile):
    return home.add_child(instance=ContactPage(title="Contact", slug="contact"))


def node(client, page):
    (script,) = SCRIPT.findall(client.get(page.url).content.decode())
    return json.loads(script)


@time_machine.travel("2027-06-09T19:00Z", tick=False)
def test_contact_page_describes_clinic_and_hours(client, contact):
    factories.opening_hours(special_hours=[SpecialHours(first_day="2027-07-05", reason="Fireworks")])
    found = node(client, contact)
    assert problems(found) == []
    assert found["telephone"] == "(949) 555-0100"
    assert found["openingHoursSpecification"][0]["opens"] == "09:00"
    (special,) = found["specialOpeningHoursSpecification"]
    assert (special["validFrom"], special["opens"], special["closes"]) == ("2027-07-05", "00:00", "00:00")


def test_home_page_describes_same_clinic(client, contact, home):
    factories.opening_hours()
    assert node(client, home) == node(client, contact)


def test_unknown_hours_are_left_out(client, contact):
    found = node(client, contact)
    assert problems(found) == []
    assert "openingHoursSpecification" not in found


def test_text_cannot_end_the_script(client, contact, profile):
    profile.tagline = "</script><script>alert(1)</script> & more"
    profile.save()
    assert node(client, contact)["slogan"] == profile.tagline


def test_registered_nodes_share_one_graph(client, contact, monkeypatch):
    product = {"@type": "Product", "name": "Sunscreen"}
    builders = [*graph._node_builders, lambda request, page: product, lambda request, page: {}]
    monkeypatch.setattr(graph, "_node_builders", builders)
    found = node(client, contact)
    assert problems(found) == []
    assert found["@graph"][0]["telephone"] == "(949) 555-0100"
    assert found["@graph"][1:] == [product]
