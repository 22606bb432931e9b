"""The pages that consist of a body: about the clinic, prices, privacy, accessibility."""

from typing import Any

from .body import Name, call_to_action, note, people, picture, price_table, questions, quote, text, why_us
from .treatments import AREAS, TREATMENTS

ABOUT: dict[str, Any] = {
    "slug": "about",
    "title": "About us",
    "seo_title": "About OC Beauty Medspa in Newport Beach",
    "search_description": (
        "Who looks after you at our medical spa in Newport Beach, who supervises, and what we promise before, during "
        "and after a treatment."
    ),
    "listing_summary": "Who looks after you, who supervises, and what we promise.",
    "listing_image": Name("picture", "about"),
    "keywords": ("Med Spa in OC", "beauty med spa", "Beauty Spa in OC", "Medical spa"),
    "show_in_menus": True,
    "introduction": """
We are a small team in Newport Beach. People come to us from Irvine and all of Orange County. We would rather do a few
things carefully than many things fast.
""",
    "body": [
        picture("about"),
        text("""
<h2>How do we see our work?</h2>
<p>Nobody needs what we offer in order to be well. The one exception is chronic migraine. So there is no reason to hurry
and every reason to be honest. We tell you what a treatment can do, what it cannot, and what it risks. Often the best
plan is a small one.</p>
<p>We get to know the people we treat, and we like to hear how they are between visits. How you feel about yourself
matters to us as much as how you look.</p>
"""),
        why_us("how-we-work"),
        people("Who looks after you", "elena", "jordan", "priya"),
        text("""
<h2>Who is responsible?</h2>
<p>A medical spa offers medical treatments, and the law in California treats it that way. Botox and fillers are
prescription products. Our supervising physician examines you, or has a qualified clinician examine you, before anything
is prescribed. Injections and laser treatments are given by a physician or a nurse. An esthetician does facials and no
medical treatment.</p>
<p>You will find the physician’s name and license number at the foot of every page. You can check any license in
California with the board that issued it, ours included.</p>
"""),
        questions(
            "Fair questions",
            (
                "Can I meet the physician?",
                "<p>Yes. Say so when you ask for your consultation, and we find a time when she is here.</p>",
            ),
            (
                "Do I have to decide at the consultation?",
                "<p>No. Take your plan home. You can also have a consultation and never come back.</p>",
            ),
            (
                "What if I am unhappy with something?",
                "<p>Tell us, by phone, by e-mail or in person. We look into it "
                "as quickly as we can and tell you what we found. You can also turn to the Medical Board of "
                "California.</p>",
            ),
        ),
        quote("grace"),
        note(
            "A demonstration",
            """
<p>This site shows a demonstration clinic. The people, the address, the prices and the voices of patients are invented.
The medical information is written with care and does not replace a doctor’s advice.</p>
""",
        ),
        call_to_action("Come and see for yourself", "Walk in during opening hours, or send us a few lines first."),
    ],
}

PRICES: dict[str, Any] = {
    "slug": "prices",
    "title": "Prices",
    "seo_title": "Prices for Botox, Fillers and Laser (Examples)",
    "search_description": (
        "Example prices for Botox, fillers, laser and facials in Newport Beach, what they include, what can change "
        "them, and what is free."
    ),
    "listing_summary": "Example prices, what they include, and what is free.",
    "listing_image": Name("picture", "article-fillers-or-botox"),
    "keywords": ("Botox in Newport beach", "Botox treatments", "Med Spa Near Me", "Hair removal in orange county"),
    "show_in_menus": True,
    "introduction": """
These are example prices of a demonstration clinic, in US dollars. What you would pay depends on your plan. You get it
in writing before you decide, and it does not grow afterwards.
""",
    "body": [
        price_table(
            "Free of charge",
            ("Consultation", "Free", "As long as your questions need"),
            ("The call or message the day after", "Free", "For everybody"),
            ("Written plan", "Free", "Yours to keep, also when you do nothing"),
        ),
        *(
            price_table(name, *((t.title, t.price, t.price_note) for t in TREATMENTS if t.area == slug))
            for slug, name, _introduction in AREAS
        ),
        text("""
<h2>What can change a price?</h2>
<ul>
<li><b>Botox:</b> the number of units. Stronger muscles need more. We tell you the number beforehand.</li>
<li><b>Fillers:</b> the number of syringes and the product. We start with less.</li>
<li><b>Laser and scars:</b> the size of the area and the number of sessions. A test spot is part of the first one.</li>
</ul>
<h2>Does insurance pay?</h2>
<p>Not for looks. For chronic migraine many insurers pay under conditions, which
<a href="page:botox-chronic-migraine">the page about it</a> explains. Ask yours in writing before you begin.</p>
<h2>Why are there no packages?</h2>
<p>A package asks you to buy the sixth session before you know how the first one went. We would rather see how you do.
There are no offers that end on Friday, either. Medical decisions should not have a deadline.</p>
"""),
        call_to_action("What would it cost for you?", "Ask us. The answer is in writing and costs nothing."),
    ],
}

PRIVACY: dict[str, Any] = {
    "slug": "privacy",
    "title": "Privacy",
    "seo_title": "Privacy Notice for This Site",
    "search_description": (
        "What this site stores when you ask for a consultation, why, who sees it, for how long, and how you can have "
        "it shown, changed or deleted."
    ),
    "listing_summary": "What this site stores, why, who sees it, and for how long.",
    "listing_image": Name("picture", "social-default"),
    "keywords": ("Medical spa",),
    "introduction": """
You can read every page of this site without telling us who you are. When you send us a request, we store what you wrote
so that we can answer. This page says the rest.
""",
    "body": [
        note(
            "An example",
            """
<p>This is an example notice for a demonstration clinic. Before a real clinic uses it, a lawyer has to check it, also
for HIPAA, the California Confidentiality of Medical Information Act and the California Consumer Privacy Act.</p>
""",
        ),
        text("""
<h2>What do we store when you read?</h2>
<p>Nothing about you as a person. No page loads anything from another company: no advertising, no trackers, no maps, no
fonts. There is no cookie for reading. The form and the log-in of our staff use a cookie that they need to work. It
holds a random value and is not used for anything else.</p>
<p>Like every web server, ours may note the address of your connection for some days, so that we can find errors and
stop attacks.</p>
<h2>What do we store when you ask for a consultation?</h2>
<ul>
<li>Your name, and your e-mail address or phone number or both.</li>
<li>How and when you would like to be contacted.</li>
<li>Which treatments interest you, and what you wrote in your own words.</li>
<li>The exact words you agreed to, and when.</li>
<li>What we do with your request: who contacted you and when, and short notes.</li>
</ul>
<p>Please write nothing in the form that you would rather say in person. A few words are enough.</p>
<h2>Why do we store it?</h2>
<p>To contact you, to prepare your consultation, and to keep our promise that your file stays open until all is well. We
do not use it for advertising, and we do not sell or share it.</p>
<h2>Who sees it?</h2>
<p>Our front desk, the clinicians who look after you, and the managers of the clinic. People who only edit this site
cannot see requests. The messages we send you pass through our mail provider, as all e-mail does. E-mail is not a safe
place for medical details, so ours contain as few as possible.</p>
<h2>How long do we keep it?</h2>
<p>A request that does not lead to a visit is meant to be deleted twelve months after it was closed (an example; each
clinic sets its own time). If you become a patient, what belongs to your medical record is kept as long as the law
asks.</p>
<h2>What can you ask of us?</h2>
<p>To see what we hold about you, to have it corrected, to have it deleted where the law allows, and to withdraw your
agreement at any time. Write or call us, or come by. It costs nothing, and nobody will treat you differently for it. Our
details are on the <a href="page:contact">contact page</a>.</p>
<h2>Which links lead away?</h2>
<p>Directions, social media and sources are ordinary links. Nothing is sent there until you follow one. From then on the
rules of that site apply.</p>
<h2>When does this page change?</h2>
<p>When what we do changes. The words you agreed to when you wrote to us stay with your request as they were.</p>
"""),
    ],
}

ACCESSIBILITY: dict[str, Any] = {
    "slug": "accessibility",
    "title": "Accessibility",
    "seo_title": "Accessibility of This Site and of the Clinic",
    "search_description": (
        "How we try to make this site usable for everybody, what we know does not work well yet, and how to tell us "
        "about a barrier."
    ),
    "listing_summary": "How this site tries to be usable for everybody, and how to tell us when it is not.",
    "listing_image": Name("picture", "social-default"),
    "keywords": ("Medical spa",),
    "introduction": """
Everybody should be able to read this site and to ask us for help. We aim at the Web Content Accessibility Guidelines
2.2, level AA.
""",
    "body": [
        text("""
<h2>What should work?</h2>
<ul>
<li>Everything can be reached and used with a keyboard, and you can see where you are.</li>
<li>Screen readers find headings, landmarks, labels and a text for each picture.</li>
<li>Text can be enlarged to twice its size, and the pages fit a narrow screen.</li>
<li>Colors have enough contrast, in light and in dark.</li>
<li>Nothing blinks or moves if your device asks for less motion.</li>
<li>Pages and form work without JavaScript.</li>
</ul>
<h2>What may not work well?</h2>
<p>We test with tools and by hand, and we certainly miss things. Medical words can be hard. If a sentence is not clear,
ask us, and we explain it in other words.</p>
<h2>How do you tell us about a barrier?</h2>
<p>Call, write, or send us a request. Say which page it is and what happened. We answer within one opening day, give you
what you needed in another way, and mend it as soon as we can. You find us on the
<a href="page:contact">contact page</a>.</p>
<h2>And at the clinic?</h2>
<p>There is an elevator, and the doors are wide. Bring an assistance animal, an interpreter or a friend. If you need
more time, a quiet room or something in large print, tell us beforehand.</p>
"""),
    ],
}
