"""Lines and expression: botulinum toxin in places for which it is not approved, and said so."""

from clinic.demo.shapes import Treatment

from .botox import AFTER, NOT_FOR, SOURCES, SPREAD, TELL_US
from .lines import AREA

BUNNY = Treatment(
    slug="botox-bunny-lines",
    title="Botox for bunny lines",
    seo_title="Botox for Bunny Lines on the Nose, Newport Beach",
    search_description=(
        "Bunny lines at the sides of the nose: what a small, off-label dose of Botox can do, what can go wrong, and "
        "when to leave them be."
    ),
    listing_summary="A small dose for the fine slanting lines beside the nose. An off-label use, and we say so.",
    picture="bunny-lines",
    area=AREA,
    keywords=("Botox Near Me", "natural botox", "Botox in Newport beach", "beauty med spa"),
    introduction="""
Bunny lines are the fine slanting lines beside the upper nose that show when you laugh or scrunch it up. A very small
dose of Botox can soften them. It is an off-label use, and often the lines are best left alone.
""",
    duration="10–15 minutes",
    price_from=120,
    price_note="Example price; less when added to another area",
    downtime="None for most people",
    results_show="From day 2 to 5, in full after about two weeks",
    results_last="About 3 months, often a little less",
    how_often="No sooner than every 3 months",
    what_it_is="""
<p>A thin muscle on each side of the nose wrinkles the skin. A small amount of Botox (onabotulinumtoxinA, a
prescription medicine) weakens it.</p>
<p><b>This is an off-label use.</b> The US approval for wrinkles covers frown lines, forehead lines, crow’s feet and
neck bands. It does not cover the nose. Doctors may use approved medicines in other places when they judge it sensible,
but there is less research on it, and you should know that before you decide.</p>
""",
    who_it_suits="""
<ul>
<li>Adults whose nose lines bother them, often after the frown area was treated and the nose seems to take over.</li>
<li>People who are satisfied with a small change.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>You play a wind instrument or sing for a living: even slight weakness near the upper lip can matter.</li>
<li>You had nose operations or fillers there. Tell us first.</li>
{NOT_FOR}
</ul>
{TELL_US}
""",
    how_it_goes=(
        (
            "We watch you laugh",
            "Some people scrunch the nose, others lift the lip. Only the first is a matter for this treatment.",
        ),
        ("One or two points a side", "High on the nose, away from the muscles that lift the lip."),
        ("A look after two weeks", "If it needs a little more, we add it then."),
    ),
    afterwards=f"""
<p>There is little to see. A dot of redness fades within the hour.</p>
<ul>
<li>If you wear glasses, keep them light on the nose until the evening.</li>
{AFTER}
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: a brief sting, watery eyes during the injection, a small bruise.</li>
<li>Less common: the effect reaches the muscles that lift the lip, and the smile becomes uneven or weaker. It wears
off, but it can take weeks.</li>
<li>Lines may move elsewhere: when one muscle rests, a neighbor can work more.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>Bunny lines are signs of laughter, and few people notice them. Doing nothing is what we suggest most often. Daily
sunscreen keeps the skin from creasing faster. If another area bothers you more, start there.</p>
""",
    questions=(
        (
            "What does off-label mean?",
            "<p>The medicine is approved, but not for this exact purpose. It is legal and common. It also means that "
            "dose and risks have been studied less, so we say it plainly and write it into your consent.</p>",
        ),
        (
            "Can I have it together with frown lines?",
            "<p>Yes, often in the same visit. We count the units of all areas together.</p>",
        ),
        ("Is it worth it on its own?", "<p>Sometimes. We will tell you if we think that the money is better kept.</p>"),
    ),
    sources=SOURCES,
)


CHIN = Treatment(
    slug="botox-dimpled-chin",
    title="Botox for a dimpled chin",
    seo_title="Botox for a Dimpled Chin in Orange County",
    search_description=(
        "A chin that dimples like orange peel when you talk: what a small, off-label dose of Botox can change, its "
        "risks, and other options."
    ),
    listing_summary="Calms the muscle that makes the chin pebble when you speak. A small dose, used off-label.",
    picture="dimpled-chin",
    area=AREA,
    keywords=("Botox in orange county", "Botox Near Me", "Botox treatments", "natural botox"),
    introduction="""
Some chins pebble like orange peel in speech or at rest, because one muscle works harder than it needs to. A small dose
of Botox can calm it. This is an off-label use.
""",
    duration="10–15 minutes",
    price_from=140,
    price_note="Example price, chin only",
    downtime="None for most people; a bruise is possible",
    results_show="From day 3 to 7, in full after about two weeks",
    results_last="About 3–4 months",
    how_often="No sooner than every 3 months",
    what_it_is="""
<p>The chin muscle pulls the skin up and in. When it is tense, the skin dimples. Botox (onabotulinumtoxinA, a
prescription medicine made of a purified protein) lowers that tension, and the skin lies smoother.</p>
<p><b>This is an off-label use:</b> the medicine is approved for certain lines of the face and for neck bands, and the
chin is not among them. We tell you what is known and what is not, and you decide.</p>
""",
    who_it_suits="""
<ul>
<li>Adults whose chin dimples when they talk, purse their lips or concentrate.</li>
<li>People who have tried creams for it. Creams cannot reach a muscle.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>Your lips do not close easily at rest. Weakening the chin can make that harder.</li>
<li>You depend on fine control of the lower lip at work, for example as a brass player or a speaker.</li>
{NOT_FOR}
</ul>
{TELL_US}
""",
    how_it_goes=(
        (
            "We look at bite, lips and chin",
            "Sometimes the dimples come from the position of the teeth. Then a dentist "
            "is the better address, and we say so.",
        ),
        ("One or two injections", "Low in the middle of the chin, away from the muscles of the lower lip."),
        ("Two weeks later", "We look again. The chin is often done best in two small steps."),
    ),
    afterwards=f"""
<p>The chin may feel a little tight or odd for some days.</p>
<ul>
{AFTER}
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: a sting, a small bruise, tenderness.</li>
<li>Less common: a lower lip that moves unevenly, a changed smile, trouble with certain sounds, or drops when drinking
from a cup. These pass, and can take weeks.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>If the chin is set far back, <a href="page:dermal-fillers">filler</a> or a visit to an orthodontist may suit the
cause better. Many people only have to learn where they hold tension. And nobody has to treat a chin at all.</p>
""",
    questions=(
        (
            "Will my smile change?",
            "<p>It should not, if the dose is small and sits in the right place. It can happen, and then you wait "
            "until it wears off. There is no antidote for it.</p>",
        ),
        (
            "Is filler better for this?",
            "<p>Filler adds shape, Botox takes away pull. A few chins need both, most only one of the two. You can "
            "read "
            'more on the page about <a href="page:dermal-fillers">dermal fillers</a>.</p>',
        ),
        (
            "How many units do I need?",
            "<p>Usually few. We decide when we see the muscle at work, and we note the number in your file.</p>",
        ),
    ),
    sources=SOURCES,
)

TREATMENTS = (BUNNY, CHIN)
