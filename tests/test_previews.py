"""Preview every page type and snippet in every mode, however little of it is filled in."""

from datetime import date

import pytest
from django.apps import apps
from django.urls import reverse
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import PreviewableMixin

from blog.models import BlogPage
from clinic.models import BasePage
from tests import factories
from treatments.models import TreatmentPage

MISSING = 999_999  # the key of something that was deleted
PREVIEWABLE = [
    model
    for model in apps.get_models()
    if issubclass(model, PreviewableMixin) and model.__module__.partition(".")[0] != "wagtail"
    if model.preview_modes != []
]
PAGE_TYPES = [model for model in PREVIEWABLE if issubclass(model, BasePage)]
FILLED = ("nothing", "defaults", "blanks", "deleted")


def fill(block, how):
    """Return a stored value of the block in which nothing, little, or only what was deleted is chosen."""
    if isinstance(block, ImageBlock):
        image = {"deleted": MISSING}.get(how)
        return {"image": image, "decorative": False, "alt_text": ""}
    if isinstance(block, blocks.StreamBlock):
        return [{"type": name, "value": fill(child, how)} for name, child in block.child_blocks.items()]
    if isinstance(block, blocks.StructBlock):
        return {} if how == "nothing" else {name: fill(child, how) for name, child in block.child_blocks.items()}
    if isinstance(block, blocks.ListBlock):
        return (
            []
            if how in ("nothing", "blanks")
            else [{"type": "item", "id": "1", "value": fill(block.child_block, how)}] * 2
        )
    if isinstance(block, blocks.ChooserBlock):
        return MISSING if how == "deleted" else None
    return block.get_prep_value(block.get_default()) if how == "defaults" else {"nothing": None}.get(how, "")


def make_unsaved(model, parent, how):
    """Return an unsaved object, below the parent if it is a page, all of whose blocks are empty or broken."""
    instance = model()
    if isinstance(instance, BasePage):
        instance.path, instance.depth = f"{parent.path}9999", parent.depth + 1
        instance.set_url_path(parent)
    for field in model._meta.get_fields():
        if isinstance(field, StreamField):
            value = [] if how == "nothing" else fill(field.stream_block, how)
            setattr(instance, field.name, blocks.StreamValue(field.stream_block, value, is_lazy=True))
    return instance


def is_shown(instance) -> bool:
    answers = [instance.make_preview_request(preview_mode=mode) for mode, _label in instance.preview_modes]
    return bool(answers) and all(answer.status_code == 200 for answer in answers)


def is_shown_with_each_block(model, parent, how) -> bool:
    """Return whether every block is shown on its own: one that fails would hide those below it."""
    for field in [field for field in model._meta.get_fields() if isinstance(field, StreamField)]:
        for name, child in field.stream_block.child_blocks.items():
            instance = make_unsaved(model, parent, "nothing")
            raw = [{"type": name, "value": fill(child, how)}]
            setattr(instance, field.name, blocks.StreamValue(field.stream_block, raw, is_lazy=True))
            assert is_shown(instance), f"{field.name}: {name}, {how}"
    return True


@pytest.fixture
def parents(home, treatment_index, blog_index, profile):
    return {BlogPage: blog_index, TreatmentPage: treatment_index}


@pytest.mark.parametrize("how", FILLED)
@pytest.mark.parametrize("model", PREVIEWABLE, ids=lambda model: model.__name__)
def test_unsaved_object_has_a_preview(parents, home, model, how):
    parent = parents.get(model, home)
    assert is_shown(make_unsaved(model, parent, how))
    assert is_shown_with_each_block(model, parent, how)


@pytest.mark.parametrize("day", [None, date.min, date.max, date(2026, 3, 2)])
@pytest.mark.parametrize("siblings", [0, 2])
def test_article_has_a_preview_with_any_date(parents, blog_index, day, siblings):
    for number in range(siblings):
        factories.make_article(f"Other {number}", date=date(2026, 3, 2 - number))
    article = make_unsaved(BlogPage, blog_index, "nothing")
    saved = factories.make_article("Saved")
    saved.date = article.date = day
    assert is_shown(article)
    assert is_shown(saved)


@pytest.mark.parametrize("model", PAGE_TYPES, ids=lambda model: model.__name__)
@pytest.mark.parametrize("form", [{}, {"title": ""}, {"title": "Half", "slug": "not a slug!"}])
def test_half_filled_form_has_a_preview(admin_client, parents, home, model, form):
    """Walk the admin's own way: it keeps the form, then shows the page or says that it cannot yet."""
    label = (model._meta.app_label, model._meta.model_name, parents.get(model, home).pk)
    address = reverse("wagtailadmin_pages:preview_on_add", args=label)
    empty = {f"{field.name}-count": "0" for field in model._meta.get_fields() if isinstance(field, StreamField)}
    for name in ("comments", "related_treatments", "picked_articles", "featured_treatments"):
        empty |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    admin_client.post(address, empty | form)
    for mode in (*[mode for mode, _label in model().preview_modes], "nonsense"):
        assert admin_client.get(address, {"mode": mode, "in_preview_panel": "true"}).status_code == 200


@pytest.mark.parametrize("model", PAGE_TYPES, ids=lambda model: model.__name__)
def test_draft_of_a_page_has_a_preview(admin_client, parents, home, model):
    parent = parents.get(model, home)
    page = model.objects.first() or parent.add_child(instance=model(title="Draft", slug="draft", live=False))
    for name in ("preview_on_edit", "view_draft"):
        address = reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
        assert admin_client.get(address).status_code == 200
