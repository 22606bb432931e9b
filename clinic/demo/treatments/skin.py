"""Skin and scars: light, needles and clean hands."""

from clinic.demo.shapes import Treatment

AREA = "skin-and-scars"

LASER_NOT_FOR = """
<li>You are tanned, sunburned, or use self-tanner. We wait until it has faded, usually four weeks.</li>
<li>You take isotretinoin, or took it in the last months. Some treatments have to wait up to half a year.</li>
<li>You take medicine that makes skin sensitive to light, such as certain antibiotics.</li>
<li>You have an active infection, a cold sore or an open wound there, or you form thick scars.</li>
<li>You are pregnant. We wait, since there is no hurry.</li>
"""

LASER_RISKS = """
<p><b>Less common, and important:</b> burns, blisters, scars, infection, and lighter or darker patches that can last
months or stay. Brown, Black and tanned skin is at higher risk for changes of color. We choose the device and the
settings for it, test a small spot first, and sometimes advise against it.</p>
<p>Laser light can injure the eyes. You and everybody in the room wear eye protection made for that laser. We do not
treat inside the rim of the eye socket.</p>
"""

LASER = Treatment(
    slug="laser-treatments",
    title="Laser treatments",
    seo_title="Laser Treatments for Skin in Newport Beach",
    search_description=(
        "Laser for redness, sun spots and texture: how it works, why skin tone and sun matter, risks such as burns and "
        "pigment change, and alternatives."
    ),
    listing_summary="For redness, sun spots and uneven texture. Planned around your skin tone and the sun.",
    picture="laser-treatments",
    area=AREA,
    keywords=("Laser Treatment", "skin medical spa", "Orange County Med Spa", "Medical spa", "Med Spa in OC"),
    introduction="""
Laser is a word for many devices. Each sends light that is taken up by one thing in the skin: blood, pigment or water.
Choosing the right one, or none, is most of the work.
""",
    duration="30–60 minutes",
    price_from=250,
    price_note="Example price per session, small area",
    downtime="From some hours of redness to about a week, by type",
    results_show="Gradually, over weeks to months",
    results_last="Months to years; sun and time bring new spots and vessels",
    how_often="Often 3–5 sessions, about four weeks apart, then as needed",
    what_it_is="""
<p>Light turns to heat in the spot that absorbs it. Aimed at blood, it closes small visible vessels. Aimed at pigment,
it breaks up sun spots. Aimed at water, it makes tiny columns of heat that prompt the skin to form new collagen.</p>
<p>No laser does all three well. Some things that look alike need a diagnosis before any light: <b>a new or changing
spot has to be seen by a dermatologist first</b>, because it could be skin cancer. Melasma can get worse with heat.</p>
""",
    who_it_suits="""
<ul>
<li>Adults with small red vessels, lasting redness, sun spots or rough texture.</li>
<li>People who can keep out of the sun for weeks before and after.</li>
<li>People who have time: several sessions are the rule.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>The spot is new, changes, bleeds or has no diagnosis.</li>
{LASER_NOT_FOR}
</ul>
<p>Tell us about every medicine and supplement, about gold therapy in the past, and about tattoos or permanent makeup in
the area.</p>
""",
    how_it_goes=(
        (
            "We examine your skin",
            "Type, tone, tan, scars and medicines. We send you to a dermatologist first if anything is unclear.",
        ),
        ("A test spot", "We treat a small place and look at it again before we treat more."),
        (
            "Eyes covered, skin cooled",
            "Everyone in the room wears protection. A cooling tip or cold air eases the heat.",
        ),
        ("Short pulses", "Each feels like the snap of a rubber band with warmth. We stop when you say so."),
        ("Cooling and sunscreen", "Plus written instructions for the coming days."),
    ),
    afterwards="""
<ul>
<li>Redness and warmth for hours to days, like a sunburn. Dark spots may turn darker before they flake off.</li>
<li>Do not pick at crusts. Wash gently, and keep the skin moist.</li>
<li>Sunscreen of SPF 30 or more every day, a hat, and no tanning for at least four weeks.</li>
<li>We contact you the day after. Send us word at once for blisters or growing pain.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: redness, swelling, warmth, a feeling of dryness, small crusts.</li>
<li>Possible: less change than you hoped for, or spots that return with the next summer.</li>
</ul>
{LASER_RISKS}
""",
    alternatives="""
<p>Sunscreen and a hat prevent most new spots. Creams with a retinoid, vitamin C or azelaic acid can even out tone over
months; a dermatologist can prescribe stronger ones. Makeup covers redness well. Harmless spots may simply stay.</p>
""",
    questions=(
        (
            "Is laser safe for dark skin?",
            "<p>Some lasers can be used with care, others should not be. The risk of lighter or darker patches is "
            "higher. If we do not have the right device for your skin, we say so.</p>",
        ),
        (
            "When is a good time of year?",
            "<p>When you can avoid the sun for some weeks. In Orange County that takes planning; "
            '<a href="page:when-to-plan-laser-treatments">our article on timing</a> helps with it.</p>',
        ),
        (
            "Can you remove a mole?",
            "<p>No. Moles belong to a dermatologist, who can examine the tissue. Laser would destroy what has to be "
            "looked at.</p>",
        ),
        (
            "How many sessions will I need?",
            "<p>Often three to five. After the first we know more, and you decide again each time.</p>",
        ),
    ),
    sources="""
<ul>
<li>FDA: Medical Lasers, <a href="https://www.fda.gov/">fda.gov</a></li>
<li>American Academy of Dermatology, patient pages on laser treatment and sun protection,
<a href="https://www.aad.org/">aad.org</a></li>
</ul>
""",
)

ACNE_SCARS = Treatment(
    slug="acne-scar-treatment",
    title="Acne scar treatment",
    seo_title="Acne Scar Treatment in Orange County",
    search_description=(
        "Acne scars can be improved, seldom erased. Microneedling, laser and peels by type of scar, with risks, number "
        "of sessions and alternatives."
    ),
    listing_summary="Different scars need different methods. The aim is a smoother surface, not a new skin.",
    picture="acne-scars",
    area=AREA,
    keywords=("Acne scar removal", "Laser Treatment", "skin medical spa", "Med Spa Near Me", "Orange County Med Spa"),
    introduction="""
Acne scars can usually be made less visible, and seldom disappear. Which method helps depends on the kind of scar and on
your skin tone. We begin with a good look, not with a device.
""",
    duration="45–60 minutes, numbing included",
    price_from=300,
    price_note="Example price per session, cheeks",
    downtime="2–7 days of redness, roughness or small crusts",
    results_show="Slowly: new collagen needs three to six months",
    results_last="What has improved tends to stay; new acne can make new scars",
    how_often="Often 3–6 sessions, four to eight weeks apart",
    what_it_is="""
<p>Sunken scars are places where acne destroyed some of the tissue that holds skin up. There are narrow deep ones,
wider ones with edges, and soft waves. Raised scars are the opposite: too much tissue. Brown or red marks are not scars
at all, and most fade by themselves.</p>
<p>Microneedling and fractional laser make many tiny injuries so that the skin builds collagen. Single deep scars may
need an acid placed into the point, or a needle that loosens them from below. Often methods are combined. Some of these
are done by dermatologists, and we tell you when that is the better place.</p>
""",
    who_it_suits="""
<ul>
<li>Adults whose acne has been calm for some months.</li>
<li>People with waves or shallow sunken scars, which respond best.</li>
<li>People who would be happy with a clear improvement and have the patience for it.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>You still have active acne. Treat that first, with your doctor or a dermatologist. It prevents new scars.</li>
<li>You tend to keloids or thick raised scars.</li>
{LASER_NOT_FOR}
</ul>
""",
    how_it_goes=(
        ("Light from the side", "Under slanting light we sort the scars by kind and take pictures, if you agree."),
        ("A plan in steps", "Which scars first, by which method, how many sessions, and what each costs."),
        (
            "Numbing",
            "A cream for 30 to 45 minutes, in a safe amount and only here. Never use it on large areas at home.",
        ),
        ("The treatment", "Depending on the method it prickles, scrapes or feels hot. We go on at your pace."),
        ("Soothing and sunscreen", "You leave with a gentle cream and written advice."),
    ),
    afterwards="""
<ul>
<li>Red and tight like after a day in the sun, for two days to a week.</li>
<li>Mild cleanser, plain moisturizer, no makeup on the first day, no acids or retinoids for about a week.</li>
<li>Strict sun protection for at least a month, or dark marks may form.</li>
<li>We contact you the day after. New pimples, pus or growing pain are reasons to call us.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: redness, swelling, pinpoint bleeding, dryness, a flare of pimples.</li>
<li>Possible: cold sores that return, little visible change, the need for more sessions than planned.</li>
</ul>
{LASER_RISKS}
""",
    alternatives="""
<p>Time alone fades red and brown marks within months, faster with sunscreen. A retinoid cream improves shallow scars a
little. Filler can lift a few soft ones for a time. Makeup helps on the days that matter to you. And scars are not a
flaw that anybody has to correct.</p>
""",
    questions=(
        (
            "Can scars be removed completely?",
            "<p>Seldom. Many people search for removal, and we use the word only to say this. A fair aim is scars that "
            "catch less light.</p>",
        ),
        (
            "I have brown marks, not dents. What helps?",
            "<p>Sunscreen, patience, and sometimes azelaic acid or a retinoid. Laser is rarely the first choice, "
            "above all on darker skin, where it can make marks worse.</p>",
        ),
        (
            "Is microneedling at home a good idea?",
            "<p>We advise against it. Needles long enough to change a scar can infect skin and make new scars.</p>",
        ),
        (
            "Does insurance pay?",
            "<p>Usually not, because it is seen as cosmetic. You get a written price before you decide.</p>",
        ),
    ),
    sources="""
<ul>
<li>American Academy of Dermatology, patient pages on acne scars, <a href="https://www.aad.org/">aad.org</a></li>
<li>FDA: Microneedling Devices, <a href="https://www.fda.gov/">fda.gov</a></li>
</ul>
""",
)

FACIALS = Treatment(
    slug="facials-and-skin-care",
    title="Facials and skin care",
    seo_title="Facials and Skin Care in Newport Beach",
    search_description=(
        "A calm facial by a licensed esthetician and a short, affordable routine for home. What a facial can do, what "
        "it cannot, and who should wait."
    ),
    listing_summary="An unhurried cleaning, and a home routine of three products instead of ten.",
    picture="facials",
    area=AREA,
    keywords=("face spa", "Beauty Spa in OC", "skin medical spa", "beauty med spa", "med spa"),
    introduction="""
A facial cleans, soothes and gives you an hour of rest. Its effect is real and short. What you do at home each morning
matters more, so we plan that with you as well.
""",
    duration="60 minutes",
    price_from=120,
    price_note="Example price, facial with skin analysis",
    downtime="Usually none; some redness for a few hours",
    results_show="The same day: skin feels smoother and softer",
    results_last="Some days to a few weeks",
    how_often="Every 4–6 weeks if you enjoy it; there is no need to",
    what_it_is="""
<p>A licensed esthetician looks at your skin under a lamp, cleans it, loosens dead cells with a mild acid or enzyme, and
opens clogged pores where that makes sense. A mask and a moisturizer follow, and in daytime always sunscreen.</p>
<p>You also get a written routine for home: a gentle cleanser, a moisturizer, a sunscreen, and at most one active
product. You may buy these anywhere.</p>
""",
    who_it_suits="""
<ul>
<li>People with clogged pores, dull or dry skin.</li>
<li>People who are lost among products and would like to begin again with few.</li>
<li>Anybody who wants an hour of quiet.</li>
</ul>
""",
    who_should_not="""
<ul>
<li>You have an infection, a cold sore, a sunburn, open skin or a rash that nobody has looked at.</li>
<li>You have deep, painful acne, or rosacea that flares. A doctor’s treatment comes first.</li>
<li>You take isotretinoin, or had laser, a peel or injections in the past days or weeks. Tell us which and when.</li>
<li>You are allergic to fragrance, nuts, latex or preservatives. We can choose products for it if we know.</li>
</ul>
""",
    how_it_goes=(
        (
            "Questions first",
            "Your skin, your allergies, what you use, what you have tried. Bring your bottles, or pictures of them.",
        ),
        ("Cleaning and a mild peel", "You feel a tingle. If it burns, say so and we rinse it off."),
        ("Pores", "We open only what comes easily. Pressing hard leaves marks."),
        ("Mask, massage, sunscreen", "This is the part where many people fall asleep."),
        ("Your routine on paper", "Morning and evening, with the reason for each step."),
    ),
    afterwards="""
<ul>
<li>Skin may be pink for some hours. Leave makeup until the evening if you can.</li>
<li>Pause retinoids and acids for two or three days.</li>
<li>Use sunscreen daily: fresh skin burns faster.</li>
<li>We contact you the day after, here too.</li>
</ul>
""",
    side_effects="""
<ul>
<li>Common: redness, dryness, tingling for some hours.</li>
<li>Less common: a few new pimples, small marks where pores were opened, irritation.</li>
<li>Rare: an allergic reaction, infection, a cold sore that returns, or dark marks after irritation, more often on
darker skin.</li>
</ul>
""",
    alternatives="""
<p>A good routine at home does most of the work: gentle cleanser, moisturizer, sunscreen. It costs less in a year than
two facials. For acne, rosacea or eczema, a dermatologist can prescribe what no facial can replace. If your skin feels
fine, you need nothing from us.</p>
""",
    questions=(
        ("How often should I come?", "<p>As often as you enjoy it. Skin does not depend on facials.</p>"),
        (
            "Do I have to buy your products?",
            "<p>No. We note what to look for on the label, and a drugstore has most of it.</p>",
        ),
        (
            "Can a facial treat acne?",
            "<p>It can help with clogged pores. Inflamed acne needs medicine, and the sooner it gets that, the fewer "
            "scars remain.</p>",
        ),
        (
            "Can I have one right after Botox?",
            "<p>Please wait at least a day, and about two weeks after filler. Pressure and massage are what we want to "
            "avoid.</p>",
        ),
    ),
    sources="""
<ul>
<li>American Academy of Dermatology, patient pages on everyday skin care, <a
href="https://www.aad.org/">aad.org</a></li>
</ul>
""",
)

TREATMENTS = (LASER, ACNE_SCARS, FACIALS)
