"""Check what editors upload, and refuse it in words beside the field."""

from functools import partial

from django.db import transaction
from django.forms import FileField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from clinic.caching.prerender import prerender_pages_with

from .documents import check_document
from .pictures import clean_picture


class PictureField(WagtailImageField):
    def to_python(self, data):
        """Return a clean picture.

        Unlike Wagtail's own field, never decode more pixels than allowed, and raise nothing but ValidationError.
        """
        file = FileField.to_python(self, data)
        if file is None:
            return None
        self.check_image_file_size(file)
        return clean_picture(file)


class PictureForm(BaseImageForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            # Wagtail sets the class of this field itself.
            self.fields["file"] = PictureField(label=field.label, required=field.required, widget=field.widget)

    def save(self, commit=True):
        image = super().save(commit)
        if commit and self.changed_data and self.original_file:
            transaction.on_commit(partial(prerender_pages_with, image), robust=True)
        return image


class DocumentForm(BaseDocumentForm):
    def clean_file(self):
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            check_document(file)
        return file
