"""The clinic's own list of keywords, and how a person would group it."""

CLINIC_LINE = (
    'Keywords: “Botox Near Me",  "Botox in orange county",  "Botox in Newport beach",  "Botox in Irvine",  '
    '"Botox treatments",  "Mens Botox",  "botox fillers",  "benefits of botox",  '
    '"difference between botox and fillers", "natural botox",  "Medical spa",  "Best Dermal fillers",  '
    '"Laser Treatment",  "Orange County Med Spa",  "Med Spa in OC",  "Beauty Spa in OC",  "Med Spa Near Me",  '
    '"face spa",  "Hair removal in orange county",  "Forehead frown lines",  "Lip fillers in oc",  '
    '"Acne scar removal",  "med spa",  "beauty med spa",  "skin medical spa”'
)

# What means the same search. Every other phrase is alone.
TOGETHER = [
    ["Botox Near Me", "Botox in orange county", "Botox in Newport beach", "Botox in Irvine", "Botox treatments"],
    [
        "Medical spa", "Orange County Med Spa", "Med Spa in OC", "Beauty Spa in OC", "Med Spa Near Me", "med spa",
        "beauty med spa", "skin medical spa",
    ],
]  # fmt: skip
CLINIC_PHRASES = [
    "Botox Near Me", "Botox in orange county", "Botox in Newport beach", "Botox in Irvine", "Botox treatments",
    "Mens Botox", "botox fillers", "benefits of botox", "difference between botox and fillers", "natural botox",
    "Medical spa", "Best Dermal fillers", "Laser Treatment", "Orange County Med Spa", "Med Spa in OC",
    "Beauty Spa in OC", "Med Spa Near Me", "face spa", "Hair removal in orange county", "Forehead frown lines",
    "Lip fillers in oc", "Acne scar removal", "med spa", "beauty med spa", "skin medical spa",
]  # fmt: skip
