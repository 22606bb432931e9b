"""What every page of the site shares: base page, plain pages, the clinic's profile, pictures, snippets."""

from clinic.hours.models import OpeningHours, PublicHoliday, SeasonalHours, SpecialHours, YearlyHoliday

from .base import BasePage
from .keywords import Keyword, PageKeyword
from .media import ClinicImage, ClinicRendition
from .pages import ContactPage, HomeFeaturedTreatment, HomePage, StandardPage
from .people import Person
from .profile import ClinicProfile, SocialLink
from .snippets import Announcement, Testimonial, WhyChooseUs

__all__ = [
    "Announcement",
    "BasePage",
    "ClinicImage",
    "ClinicProfile",
    "ClinicRendition",
    "ContactPage",
    "HomeFeaturedTreatment",
    "HomePage",
    "Keyword",
    "OpeningHours",
    "PageKeyword",
    "Person",
    "PublicHoliday",
    "SeasonalHours",
    "SocialLink",
    "SpecialHours",
    "StandardPage",
    "Testimonial",
    "WhyChooseUs",
    "YearlyHoliday",
]
