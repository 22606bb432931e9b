"""Collect the models, so that other code imports them from here."""

from clinic.accounts.models import AccountEvent, KeptRequest, StaffMail
from clinic.addresses.models import Forwarding, GoneAddress, MissingAddress
from clinic.caching.version import ContentVersion
from clinic.hours.models import OpeningHours, PublicHoliday, SeasonalHours, SpecialHours, YearlyHoliday
from clinic.indexnow.models import IndexNow, IndexNowLog, QueuedAddress
from clinic.keywords.console_models import GroupTraffic, IgnoredQuery, SearchPeriod, SearchResult, SearchUpload
from clinic.keywords.coverage import PageWithoutKeyword
from clinic.keywords.models import Keyword, KeywordGroup, PageKeyword, Regrouping, WordRule
from clinic.keywords.page_models import AlikePages, IgnoredLink, PageEvidence, PageLink, PageReading, SignatureBand
from clinic.limits.models import LimitCount
from clinic.media.models import ClinicImage, ClinicRendition
from clinic.pages.base import BasePage
from clinic.pages.models import ContactPage, HomeFeaturedTreatment, HomePage, StandardPage
from clinic.pages.snippets import Person, Testimonial, WhyChooseUs
from clinic.search.models import SearchDay, SearchPhrase, Synonym
from clinic.site.heartbeat import WorkerHeartbeat
from clinic.site.models import Announcement, ClinicProfile, SocialLink
from clinic.site.navigation import Navigation
from clinic.sitecheck.models import SiteCheck, SiteFinding
from clinic.undo.models import TrashedPage, TrashPage
