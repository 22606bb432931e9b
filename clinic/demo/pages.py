"""The pages that are neither treatments nor articles: field by field, as an editor would fill them in."""

from typing import Any

from .body import Name, call_to_action, caution, steps
from .standard_pages import ABOUT, ACCESSIBILITY, PRICES, PRIVACY

FEATURED = (
    "botox-forehead-lines",
    "botox-frown-lines",
    "botox-chronic-migraine",
    "lip-fillers",
    "laser-hair-removal",
    "acne-scar-treatment",
)

HOME: dict[str, Any] = {
    "slug": "home",
    "title": "Home",
    "seo_title": "Medical Spa in Newport Beach, Orange County",
    "search_description": (
        "A calm medical spa in Newport Beach: Botox, fillers, laser and skin care, with both sides of every option and "
        "a free consultation."
    ),
    "listing_summary": "A calm medical spa in Newport Beach. Both sides of every option, and a free consultation.",
    "listing_image": Name("picture", "home-hero"),
    "social_image": Name("picture", "social-default"),
    "keywords": ("Botox in Newport beach", "Med Spa in OC", "Med Spa Near Me", "Orange County Med Spa", "Medical spa"),
    "hero_heading": "Good care begins with listening",
    "hero_text": """
We are a medical spa in Newport Beach. You tell us what you have in mind. We explain what could help, what it cannot do
and what it risks. Then you decide, at home if you like.
""",
    "hero_image": Name("picture", "home-hero"),
    "hero_button": "Ask for a free consultation",
    "treatments_heading": "What people come to us for",
    "treatments_text": """
Every treatment here is described the same way: who it suits, who should not have it, what can go wrong, and what else
you could do.
""",
    "why_us": Name("why_us", "how-we-work"),
    "body": [
        steps(
            "How it works with us",
            (
                "Ask, or walk in",
                "Send us a few lines, call, or come by during opening hours. You need no appointment to "
                "ask a question.",
            ),
            (
                "A consultation without hurry",
                "It is free and takes as long as your questions do. We look at face and "
                "skin, and explain each option with its benefits and drawbacks.",
            ),
            ("A plan on paper", "Yours alone, with steps, prices and risks. Nothing is decided before you say so."),
            ("The treatment", "By the people you have met, at your pace. You can stop at any time."),
            (
                "We ask the day after",
                "Everybody hears from us the next day. Your file stays open on our desk, and "
                "complaints are dealt with as quickly as we can.",
            ),
        ),
    ],
    "testimonials_heading": "What patients might tell you",
    "articles_heading": "Read before you decide",
    "closing_heading": "Come and talk with us",
    "closing_text": """
A consultation costs nothing and commits you to nothing. If the best advice is to wait, or to see another doctor, that
is the advice you will get.
""",
}

TREATMENT_INDEX: dict[str, Any] = {
    "slug": "treatments",
    "title": "Treatments",
    "seo_title": "Treatments at Our Medical Spa in Newport Beach",
    "search_description": (
        "Botox, fillers, laser, acne scars and facials in Newport Beach. Each page names benefits, drawbacks, example "
        "prices and alternatives."
    ),
    "listing_summary": "All our treatments, each with its good sides and its bad ones.",
    "listing_image": Name("picture", "facials"),
    "keywords": ("Botox treatments", "Laser Treatment", "Medical spa", "Orange County Med Spa"),
    "show_in_menus": True,
    "introduction": """
Choose by what you would like to change. Each page tells you who it suits, who should wait, what it feels like, what can
go wrong and what else you could do. Prices are examples.
""",
    "body": [
        call_to_action(
            "Not sure which one it is?",
            "You do not have to know. Tell us what bothers you, and we look at it together.",
        ),
    ],
}

BLOG_INDEX: dict[str, Any] = {
    "slug": "blog",
    "title": "Articles",
    "seo_title": "Articles on Botox, Fillers, Laser and Skin Care",
    "search_description": (
        "Plain answers from our team on Botox, fillers, laser, scars and sun: what helps, what does not, and what to "
        "ask before you decide."
    ),
    "listing_summary": "Plain answers to what people ask us, with sources you can check.",
    "listing_image": Name("picture", "article-first-visit"),
    "keywords": ("benefits of botox", "difference between botox and fillers", "skin medical spa"),
    "show_in_menus": True,
    "introduction": """
What people ask us in consultations, answered in writing: what helps, what does not, and what can go wrong. Each article
names its author and its sources.
""",
}

CONTACT: dict[str, Any] = {
    "slug": "contact",
    "title": "Contact",
    "seo_title": "Contact and Opening Hours, Newport Beach",
    "search_description": (
        "Address, phone, opening hours and directions of OC Beauty Medspa in Newport Beach. Walk in, call, or ask for "
        "a free consultation."
    ),
    "listing_summary": "Where we are, when we are open, and how to reach us.",
    "listing_image": Name("picture", "contact"),
    "keywords": ("Botox Near Me", "Med Spa Near Me", "Botox in Newport beach", "Botox in Irvine"),
    "show_in_menus": True,
    "introduction": """
Best of all, come and see us. You are welcome to walk in during opening hours. You can also call, write, or send us a
request, and we answer within one opening day.
""",
    "visiting": """
<p><b>Walking in:</b> you need no appointment to ask a question. If nobody is free for a consultation, we find a
time.</p>
<p><b>Parking:</b> in the garage below the building, with two hours free (an example, like the address).</p>
<p><b>Access:</b> there is an elevator, the doors are wide, and a restroom has space for a wheelchair. If something else
would make your visit easier, tell us before you come.</p>
<p><b>Bringing somebody:</b> please do, if you like.</p>
""",
    "body": [
        caution(
            "Not for emergencies",
            """
<p>If you find it hard to breathe, swallow or speak, if your sight changes, or if you feel very ill after a treatment,
call 911. Tell us afterwards.</p>
""",
        ),
    ],
}

# In the order of the menu; treatments and articles live below their indexes.
BELOW_HOME = (
    ("treatments.TreatmentIndexPage", TREATMENT_INDEX),
    ("clinic.StandardPage", PRICES),
    ("blog.BlogIndexPage", BLOG_INDEX),
    ("clinic.StandardPage", ABOUT),
    ("clinic.ContactPage", CONTACT),
    ("clinic.StandardPage", PRIVACY),
    ("clinic.StandardPage", ACCESSIBILITY),
)
