"""Collect the models of the app, so that other code imports them from here."""

from .base import BasePage
from .keywords import Keyword, PageKeyword
from .media import ClinicImage, ClinicRendition
from .opening_hours import OpeningHours, PublicHoliday, SeasonalHours, SpecialHours, YearlyHoliday
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
