from clinic.demo.body import call_to_action, caution, questions, steps, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="when-to-plan-laser-treatments",
    title="When is a good time for laser treatment?",
    seo_title="When to Plan Laser Treatments in Orange County",
    search_description=(
        "Laser and tanned skin do not go together. How to plan laser hair removal or skin laser around the Orange "
        "County sun, week by week."
    ),
    listing_summary="The sun decides more than the calendar. How to plan laser where it shines all year.",
    picture="article-laser-seasons",
    author="jordan",
    categories=("Laser Treatments", "Patient Guide"),
    days_ago=176,
    keywords=("Laser Treatment", "Hair removal in orange county", "Orange County Med Spa", "skin medical spa"),
    treatments=("laser-treatments", "laser-hair-removal", "acne-scar-treatment"),
    intro="""
In much of the country laser is a winter matter. In Newport Beach people surf in January. The right time here depends
less on the month than on your next eight weeks.
""",
    body=(
        text("""
<h2>Why does a tan matter?</h2>
<p>Many lasers look for pigment: in a hair root, or in a brown spot. A tan is pigment as well, spread over the whole
skin. The light cannot tell the two apart. More of the heat then stays where it should not be, and the risk of burns
and of lighter or darker patches rises.</p>
<p>It does not matter whether the tan came from the beach, from a sunbed or from driving with an arm at the window.
Self-tanner counts, too. We wait until the color has gone, which usually takes about four weeks.</p>
<h2>What about naturally dark skin?</h2>
<p>The pigment is there all year, so the calendar changes little. The device does. Some lasers pass through pigment
better than others, and with them treatment can be possible at lower settings. The risk of patches stays higher, so a
test spot and a wait of some weeks come first. If we do not have the right laser for you, we say so and name who
might.</p>
<h2>Which months are easier?</h2>
<p>From October to March the sun stands lower and sleeves are longer. That is also when many people begin, so that a
series ends before summer. Summer is possible for places that never see the sun, and for people who work indoors and
like hats. It is a poor choice before a beach vacation.</p>
"""),
        steps(
            "How to plan a series",
            ("Eight weeks before", "Come for a consultation. Tell us about trips, weddings, sports and medicines."),
            (
                "Six weeks before",
                "Stop tanning and self-tanner. For hair removal, stop waxing and plucking as well; shaving is fine.",
            ),
            ("Four weeks before", "A test spot. We look at it again after some days or weeks, longer on darker skin."),
            ("The first session", "If skin and spot look well. We take more time for the first one."),
            (
                "Every four to eight weeks",
                "The next sessions, with sunscreen in between. Skip one instead of coming with a tan.",
            ),
            ("Four weeks after the last", "Strict sun protection until then. After that, ordinary good habits."),
        ),
        text("""
<h2>How many sessions should you count on?</h2>
<p>For hair, usually six to eight, because hair grows in turns and only growing hair is reached. For redness or sun
spots, often three to five. For scars, three to six with longer pauses. These are ranges and not promises. We look at
the result each time, and you decide whether to go on.</p>
<h2>What can go wrong?</h2>
<p>Redness, swelling and a feeling like sunburn are normal for some hours or days. Spots may look darker before they
flake. Less often there are blisters, burns, infections, scars, or changes of color that last for months and sometimes
stay. Hair can, in a few people, grow more at the edge of a treated area. Laser light can injure eyes, so everybody in
the room wears protection.</p>
"""),
        caution(
            "Tell us before every session",
            """
<ul>
<li>You have been in the sun, or used a sunbed or self-tanner, in the past four weeks.</li>
<li>You take a new medicine, above all an antibiotic, isotretinoin or something for acne.</li>
<li>You are pregnant, or have a cold sore, a wound or a rash there.</li>
<li>A spot in the area is new or has changed. A dermatologist has to see it before any laser does.</li>
</ul>
""",
        ),
        text("""
<h2>Is there a case for not doing it?</h2>
<p>Yes. If you love the beach more than you mind the spots, hat and sunscreen serve you better, and the spots would come
back anyway. If you cannot come every few weeks, a series will disappoint you. Shaving works on any day of the year.
And redness that comes and goes may be rosacea, for which a dermatologist has creams and tablets.</p>
<p>More about the two kinds of treatment: <a href="page:laser-treatments">laser for the skin</a> and
<a href="page:laser-hair-removal">laser hair removal</a>.</p>
"""),
        questions(
            "Short answers",
            (
                "I leave for Hawaii in two weeks. Can we start?",
                "<p>Please wait until you are back and the tan has "
                "faded. Fresh laser skin and tropical sun are a bad pair.</p>",
            ),
            (
                "Does sunscreen make it safe to tan?",
                "<p>No. It lowers the risk of burning. Skin that darkens under it has still taken in sun.</p>",
            ),
            ("Can I do my underarms in summer?", "<p>Often yes, since they see little sun. Swim shirts help.</p>"),
        ),
        call_to_action(
            "Plan it with us", "Tell us about your next two months. We work out whether a series fits into them."
        ),
    ),
    sources="""
<ul>
<li>American Academy of Dermatology, patient pages on laser hair removal and sun protection,
<a href="https://www.aad.org/">aad.org</a></li>
<li>FDA: Medical Lasers, <a href="https://www.fda.gov/">fda.gov</a></li>
</ul>
""",
)
