"""Check what editors upload, and refuse it in words beside the field."""

from django.forms import FileField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

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


class DocumentForm(BaseDocumentForm):
    def clean_file(self):
        file = self.cleaned_data["file"]
        if "file" in self.changed_data:
            check_document(file)
        return file
