"""Define the blocks that editors build all pages from."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock
from wagtail.snippets.blocks import SnippetChooserBlock

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


class PictureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("Picture"))
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
