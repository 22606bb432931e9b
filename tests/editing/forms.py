"""Fill in the page editor as a browser would, with what the page holds."""

from typing import Any

from django import forms
from wagtail import blocks
from wagtail.blocks.base import Block
from wagtail.contrib.typed_table_block.blocks import TypedTable, TypedTableBlock
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page


def fill_in(page: Page, user: Any) -> dict[str, Any]:
    """Return the fields of the page's editor and their values."""
    form_class = page.get_edit_handler().get_form_class()
    form = form_class(instance=page, for_user=user)
    return _from_form(form)


def _from_form(form: forms.BaseForm) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for bound in form:
        if stream := getattr(bound.field, "block", None):
            data |= _from_block(stream, bound.value(), bound.html_name)
        else:
            data |= _from_widget(bound.field.widget, bound.value(), bound.html_name)
    for formset in getattr(form, "formsets", {}).values():
        data |= _from_form(formset.management_form)
        for number, child in enumerate(formset.initial_forms):
            data |= _from_form(child) | {f"{child.prefix}-ORDER": number + 1}
        data[f"{formset.prefix}-TOTAL_FORMS"] = len(formset.initial_forms)
    return data


def _from_widget(widget: forms.Widget, value: Any, name: str) -> dict[str, Any]:
    if isinstance(widget, forms.CheckboxInput):
        return {name: "on"} if value else {}
    value = getattr(value, "pk", value)
    if isinstance(widget, forms.SelectMultiple):
        return {name: [getattr(chosen, "pk", chosen) for chosen in value or ()]}
    if not isinstance(widget, forms.Select):
        value = widget.format_value(value)
    return {name: "" if value is None else value}


def _from_block(block: Block, value: Any, name: str) -> dict[str, Any]:
    if isinstance(block, blocks.StreamBlock):
        data = {f"{name}-count": len(value)}
        for number, child in enumerate(value):
            data |= _from_row(child, number, name) | {f"{name}-{number}-type": child.block_type}
        return data
    if isinstance(block, blocks.ListBlock):
        data = {f"{name}-count": len(value)}
        for number, child in enumerate(value.bound_blocks):
            data |= _from_row(child, number, name)
        return data
    if isinstance(block, TypedTableBlock):
        return _from_table(value, name)
    if isinstance(block, ImageBlock):
        value = block._image_to_struct_value(value)
    if isinstance(block, blocks.StructBlock):
        data = {}
        for key, child in block.child_blocks.items():
            data |= _from_block(child, value[key], f"{name}-{key}")
        return data
    return _from_widget(block.field.widget, block.value_for_form(value), name)


def _from_row(bound: Any, number: int, name: str) -> dict[str, Any]:
    row = f"{name}-{number}"
    told = {f"{row}-id": bound.id or "", f"{row}-order": number, f"{row}-deleted": ""}
    return told | _from_block(bound.block, bound.value, f"{row}-value")


def _from_table(table: TypedTable, name: str) -> dict[str, Any]:
    columns, rows = table.columns, table.row_data
    data = {f"{name}-caption": table.caption, f"{name}-column-count": len(columns), f"{name}-row-count": len(rows)}
    for place, column in enumerate(columns):
        prefix = f"{name}-column-{place}"
        told = {"type": column["block"].name, "heading": column["heading"], "order": place, "deleted": ""}
        data |= {f"{prefix}-{key}": value for key, value in told.items()}
    for place, row in enumerate(rows):
        data |= {f"{name}-row-{place}-order": place, f"{name}-row-{place}-deleted": ""}
        for number, (column, value) in enumerate(zip(columns, row["values"], strict=True)):
            data |= _from_block(column["block"], value, f"{name}-cell-{place}-{number}")
    return data
