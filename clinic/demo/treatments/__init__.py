"""The demo's treatments, grouped by what a patient comes for."""

from . import hair, headache, lines, lines_by_person, lines_off_label, skin, volume

# Slug, name and introduction, in the order of the treatment index.
AREAS = (
    (
        lines.AREA,
        "Lines and expression",
        "Lines that come from movement, and how much of that movement you want to keep.",
    ),
    (volume.AREA, "Volume and lips", "Gels of hyaluronic acid for hollows, folds and lips, used sparingly."),
    (headache.AREA, "Headache", "Prevention for people who have headache on most days. For an illness, not for looks."),
    (skin.AREA, "Skin and scars", "Redness, spots, texture and scars, with sun protection as part of every plan."),
    (hair.AREA, "Hair", "Lasting reduction of unwanted hair, in several sessions."),
)

TREATMENTS = (
    *lines.TREATMENTS,
    *lines_off_label.TREATMENTS,
    *lines_by_person.TREATMENTS,
    *volume.TREATMENTS,
    *headache.TREATMENTS,
    *skin.TREATMENTS,
    *hair.TREATMENTS,
)
