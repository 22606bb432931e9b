"""Define the blocks that editors build all pages from."""

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock, TypedTableBlockValidationError
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from clinic.media.videos import MAX_ADDRESS, PLAYERS, Video, read_video

TEXT_FEATURES = ["h2", "h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "superscript", "hr"]
SMALL_TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link"]


class TextBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs, headings, lists and links.")
        template = "blocks/text.html"
        preview_value = (
            "<h2>What happens at a consultation?</h2><p>We listen first. Then we explain each option, with its "
            "<b>benefits and drawbacks</b>, and answer every question.</p>"
        )


class DescribedImageBlock(ImageBlock):
    def clean(self, value):
        """Take spaces for no alt text."""
        if value and value.contextual_alt_text:
            value.contextual_alt_text = value.contextual_alt_text.strip()
        return super().clean(value)


class PictureBlock(blocks.StructBlock):
    image = DescribedImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A picture with its alt text, a caption and its credit.")
        template = "blocks/picture.html"

    def get_preview_value(self):
        return self.normalize({"image": get_image_model().objects.first(), "caption": _("A caption under the picture")})


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=SMALL_TEXT_FEATURES)

    class Meta:
        icon = "help"
        label = _("Question and answer")


class QuestionsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that open to show their answers.")
        template = "blocks/questions.html"
        preview_value = {
            "heading": "Good to know",
            "questions": [
                {
                    "question": "Does it hurt?",
                    "answer": "<p>Most people feel a small sting that passes quickly.</p>",
                },
                {
                    "question": "Can I drive home?",
                    "answer": "<p>Usually yes. We tell you when it is wiser not to.</p>",
                },
            ],
        }


class CallOutBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("Kind"), choices=[("note", _("Good to know")), ("caution", _("Caution"))], default="note"
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=SMALL_TEXT_FEATURES)

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        description = _("A short note that readers should not miss.")
        template = "blocks/call_out.html"
        preview_value = {
            "kind": "caution",
            "title": "When to call us right away",
            "text": "<p>If you find it hard to swallow, speak or breathe, call 911 first.</p>",
        }


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), max_length=400)

    class Meta:
        icon = "list-ol"
        label = _("Step")


class StepsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=2)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        description = _("Numbered steps, in order.")
        template = "blocks/steps.html"
        preview_value = {
            "heading": "How a visit goes",
            "steps": [
                {"title": "We talk", "text": "Tell us what you hope for and what worries you."},
                {"title": "We plan", "text": "We write a plan for you, with prices."},
            ],
        }


class PriceRowBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("What"), max_length=120)
    price = blocks.CharBlock(label=_("Price"), max_length=60)
    note = blocks.CharBlock(label=_("Note"), required=False, max_length=160)

    class Meta:
        icon = "tag"
        label = _("Price")


class PriceTableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Caption"), max_length=120)
    rows = blocks.ListBlock(PriceRowBlock(), label=_("Prices"), min_num=1)
    footnote = blocks.CharBlock(label=_("Fine print"), required=False, max_length=300)

    class Meta:
        icon = "table"
        label = _("Price table")
        description = _("Prices of other things than treatments, with notes.")
        template = "blocks/price_table.html"
        preview_value = {
            "caption": "Prices",
            "rows": [{"name": "Consultation", "price": "Free", "note": "As long as you need"}],
            "footnote": "Examples only.",
        }


class CallToActionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    button = blocks.CharBlock(label=_("Button"), max_length=40, default="Ask for a free consultation")
    page = blocks.PageChooserBlock(
        label=_("Page"),
        required=False,
        help_text=_("Where the button goes. Leave empty for the consultation form."),
    )

    class Meta:
        icon = "pick"
        label = _("Call to action")
        description = _("An invitation with one button, usually to the consultation form.")
        template = "blocks/call_to_action.html"
        preview_value = {
            "heading": "Not sure yet?",
            "text": "Ask us. A consultation is free, with no obligation.",
            "button": "Ask for a free consultation",
            "page": None,
        }


class SnippetBlock(blocks.StructBlock):
    """Show what is stored elsewhere. Its preview needs none of it in the database."""

    def get_preview_value(self):
        return self.meta.preview_value


class TreatmentPricesBlock(SnippetBlock):
    heading = blocks.CharBlock(
        label=_("Heading"), required=False, max_length=120, help_text=_("The names of the areas when empty.")
    )
    area = SnippetChooserBlock("treatments.AreaOfConcern", label=_("Area of concern"), required=False)
    treatments = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="treatments.TreatmentPage", label=_("Treatment")),
        label=_("Treatments"),
        default=[],
        help_text=_("Leave the area and this list empty to show all treatments, by area."),
    )
    footnote = blocks.CharBlock(label=_("Fine print"), required=False, max_length=300)

    class Meta:
        icon = "tag"
        label = _("Treatment prices")
        description = _("The prices of treatments, taken from their own pages and linked to them.")
        template = "blocks/treatment_prices.html"
        preview_value = {"heading": "", "area": None, "treatments": [], "footnote": "Examples only."}


class QuoteBlock(SnippetBlock):
    testimonial = SnippetChooserBlock("clinic.Testimonial", label=_("Testimonial"))

    class Meta:
        icon = "openquote"
        label = _("Quote")
        description = _("A testimonial from a patient.")
        template = "blocks/quote.html"
        preview_value = {
            "testimonial": {
                "quote": "They took the time to explain what it could not do.",
                "attribution": "A patient",
            }
        }


class WhyChooseUsBlock(SnippetBlock):
    why_us = SnippetChooserBlock("clinic.WhyChooseUs", label=_("Why choose us"))

    class Meta:
        icon = "check"
        label = _("Why choose us")
        description = _("The reasons to choose this clinic, shared by many pages.")
        template = "blocks/why_choose_us.html"
        preview_value = {
            "why_us": {
                "heading": "Why people choose us",
                "reasons": [{"value": {"title": "We listen", "text": "Unhurried, and free of charge."}}],
            }
        }


class PeopleBlock(SnippetBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    people = blocks.ListBlock(SnippetChooserBlock("clinic.Person", label=_("Person")), label=_("People"), min_num=1)

    class Meta:
        icon = "group"
        label = _("People")
        description = _("Team members, with photo and role.")
        template = "blocks/people.html"
        preview_value = {
            "heading": "Meet our team",
            "people": [{"name": "Alex Example", "credentials": "RN", "role": "Nurse injector", "bio": "A short bio."}],
        }


class VideoValue(blocks.StructValue):
    @property
    def video(self) -> Video | None:
        return read_video(self.get("address") or "")


class VideoBlock(blocks.StructBlock):
    """Show a video of another host, of which nothing is loaded before a click."""

    address = blocks.CharBlock(
        label=_("Address"),
        max_length=MAX_ADDRESS,
        search_index=False,
        help_text=_("Open the video on YouTube or Vimeo and copy its address. A start time in it is kept."),
    )
    poster = ImageChooserBlock(
        label=_("Picture"),
        help_text=_("Shown until a visitor clicks. It is decorative: the title says what the video is."),
    )
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    length = blocks.CharBlock(label=_("Length"), required=False, max_length=30, help_text=_("For example “2 minutes”."))

    class Meta:
        icon = "media"
        label = _("Video")
        description = _("A video on YouTube or Vimeo. Nothing is loaded from there until a visitor clicks.")
        template = "blocks/video.html"
        value_class = VideoValue
        sheet = "blocks"
        script = "clinic/js/video.js"
        frames = PLAYERS

    def get_preview_value(self):
        return self.normalize(
            {
                "address": "https://www.youtube.com/watch?v=00000000000",
                "poster": get_image_model().objects.first(),
                "title": "What happens at a first visit",
                "length": "2 minutes",
            }
        )

    def clean(self, value):
        """Store the address without what its host adds to follow visitors."""
        value = super().clean(value)
        if value["address"]:
            if not value.video:
                message = _(
                    "Paste the address of one video on YouTube or Vimeo, like "
                    "https://www.youtube.com/watch?v=abc_DEF-123 or https://vimeo.com/123456789."
                )
                raise blocks.StructBlockValidationError({"address": ValidationError(message)})
            value["address"] = value.video.url
        return value


class GalleryPictureBlock(blocks.StructBlock):
    image = DescribedImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")


class GalleryBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    pictures = blocks.ListBlock(GalleryPictureBlock(), label=_("Pictures"), min_num=2, max_num=24)

    class Meta:
        icon = "grid"
        label = _("Gallery")
        description = _("Pictures side by side, with captions. A click shows one large.")
        template = "blocks/gallery.html"
        sheet = "blocks"

    def get_context(self, value, parent_context=None):
        """Add the pictures that still exist, and read all their renditions at once."""
        context = super().get_context(value, parent_context)
        context["pictures"] = [picture for picture in value["pictures"] if picture["image"]]
        prefetch_related_objects([picture["image"] for picture in context["pictures"]], "renditions")
        return context

    def get_preview_value(self):
        image = get_image_model().objects.first()
        pictures = [{"image": image, "caption": f"Caption {number}"} for number in (1, 2, 3)]
        return self.normalize({"heading": "Our rooms", "pictures": pictures if image else []})


class CellsBlock(TypedTableBlock):
    text = blocks.CharBlock(label=_("Text"), required=False)
    number = blocks.CharBlock(
        label=_("Number"), required=False, help_text=_("Aligned right: amounts, prices, “2–3 days”.")
    )
    rich_text = blocks.RichTextBlock(label=_("Text with links and lists"), required=False, features=SMALL_TEXT_FEATURES)


class TableBlock(blocks.StructBlock):
    table = CellsBlock(label=_("Table"))
    has_row_headers = blocks.BooleanBlock(
        label=_("The first column names the rows"),
        required=False,
        default=True,
        help_text=_("Screen readers read it before each cell of its row."),
    )

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("Rows and columns with headings: to compare, or for amounts.")
        template = "blocks/table.html"
        sheet = "blocks"
        preview_value = {
            "table": {
                "caption": "How long it takes",
                "columns": [
                    {"type": "text", "heading": "Treatment"},
                    {"type": "text", "heading": "Downtime"},
                    {"type": "number", "heading": "Visits"},
                ],
                "rows": [{"values": ["Facial", "None", "1"]}, {"values": ["Laser", "A few days", "3–6"]}],
            },
            "has_row_headers": True,
        }

    def get_preview_value(self):
        return self.to_python(self.meta.preview_value)

    def clean(self, value):
        """Refuse a table without what names it and its columns. A draft may lack them."""
        value = super().clean(value)
        if not self.is_deferred_validation and (faults := list(find_faults(value["table"]))):
            raise blocks.StructBlockValidationError({"table": TypedTableBlockValidationError(non_block_errors=faults)})
        return value


def find_faults(table):
    """Yield what a reader would miss. The first heading may be empty: the column below it names the rows."""
    if not table.caption.strip():
        yield _("Write a caption that says what the table is about.")
    if not table.columns or not table.row_data:
        yield _("Add at least one column and one row.")
    if any(not column["heading"].strip() for column in table.columns[1:]):
        yield _("Write a heading for each column. Only the first one may be empty.")


class MapBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=120)
    image = DescribedImageBlock(
        label=_("Picture"),
        required=False,
        help_text=_("A map or a photo of the entrance. Without one, the site draws the clinic's street."),
    )
    caption = blocks.CharBlock(
        label=_("Caption"), required=False, max_length=200, help_text=_("For example “Opposite the library”.")
    )

    class Meta:
        icon = "site"
        label = _("Map")
        description = _("Where the clinic is, as a picture, with its address and a link to directions.")
        template = "blocks/map.html"
        preview_value = {"heading": "How to find us", "image": None, "caption": "Opposite the library"}


class BodyBlock(blocks.StreamBlock):
    """Hold the main content of a page."""

    text = TextBlock(features=TEXT_FEATURES)
    picture = PictureBlock()
    questions = QuestionsBlock()
    call_out = CallOutBlock()
    steps = StepsBlock()
    price_table = PriceTableBlock()
    treatment_prices = TreatmentPricesBlock()
    call_to_action = CallToActionBlock()
    quote = QuoteBlock()
    why_choose_us = WhyChooseUsBlock()
    people = PeopleBlock()
    video = VideoBlock()
    gallery = GalleryBlock()
    table = TableBlock()
    map = MapBlock()


def find_blocks(page) -> list[blocks.Block]:
    """Return the kinds of blocks in the body of a page, without reading their values."""
    if not (body := getattr(page, "body", None)):
        return []
    kinds = {child["type"] for child in body.raw_data}
    return [block for name, block in body.stream_block.child_blocks.items() if name in kinds]
