"""Test what the treatments app offers to the request form."""

from clinic.site.offers import get_offered_treatments
from tests import factories
from treatments.models import AreaOfConcern


def test_offered_treatments_follow_order_of_areas(treatment_index):
    facial = factories.make_treatment("Facials", slug="facials", area="Skin")
    botox = factories.make_treatment("Botox", slug="botox", area="Lines")
    AreaOfConcern.objects.filter(name="Lines").update(sort_order=1)
    AreaOfConcern.objects.filter(name="Skin").update(sort_order=2)
    assert get_offered_treatments() == [
        (botox.pk, "Botox", "botox", "Lines"),
        (facial.pk, "Facials", "facials", "Skin"),
    ]


def test_treatment_without_area_is_offered(treatment_index):
    peel = factories.make_treatment("Peel", slug="peel")
    assert get_offered_treatments() == [(peel.pk, "Peel", "peel", "")]


def test_hidden_treatments_are_not_offered(treatment_index):
    factories.make_treatment("Draft", live=False)
    private = factories.make_treatment("Private")
    private.view_restrictions.create(restriction_type="login")
    assert get_offered_treatments() == []
