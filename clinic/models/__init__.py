"""What every page of the site shares: base page, plain pages, the clinic's profile, pictures, snippets."""

from .base import BasePage
from .keywords import Keyword, PageKeyword
from .media import ClinicImage, ClinicRendition
from .opening_hours import OpeningHours, PublicHoliday, SeasonalHours, SpecialHours, YearlyHoliday
from .pages import ContactPage, HomeFeaturedTreatment, HomePage, StandardPage
from .people import Person
from .profile import ClinicProfile, SocialLink
from .snippets import Announcement, Testimonial, WhyChooseUs
from .worker import WorkerHeartbeat

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
    "WorkerHeartbeat",
    "YearlyHoliday",
]
