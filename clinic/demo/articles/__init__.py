"""The demo's articles, one to a module."""

from . import (
    acne_scars,
    after_care,
    baby_botox,
    fillers_or_botox,
    first_visit,
    laser_seasons,
    migraine,
    sun,
)

CATEGORIES = {
    "Injectables": "injectables",
    "Laser Treatments": "laser-treatments",
    "Patient Guide": "patient-guide",
    "Skin Care": "skin-care",
}

ARTICLES = (
    after_care.ARTICLE,
    sun.ARTICLE,
    acne_scars.ARTICLE,
    laser_seasons.ARTICLE,
    first_visit.ARTICLE,
    fillers_or_botox.ARTICLE,
    baby_botox.ARTICLE,
    migraine.ARTICLE,
)
