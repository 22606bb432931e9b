"""What every page of the site shares: base page, plain pages, the clinic's profile, pictures, snippets."""

from .base import BasePage
from .keywords import Keyword, PageKeyword
from .media import ClinicImage, ClinicRendition
from .pages import ContactPage, HomeFeaturedTreatment, HomePage, StandardPage
from .people import Person
from .profile import ClinicProfile, HoursException, OpeningSpan, SocialLink
from .snippets import Testimonial, WhyChooseUs

__all__ = [
    "BasePage",
    "ClinicImage",
    "ClinicProfile",
    "ClinicRendition",
    "ContactPage",
    "HomeFeaturedTreatment",
    "HomePage",
    "HoursException",
    "Keyword",
    "OpeningSpan",
    "PageKeyword",
    "Person",
    "SocialLink",
    "StandardPage",
    "Testimonial",
    "WhyChooseUs",
]
