"""Lines and expression: botulinum toxin where it is approved for the look of the face."""

from clinic.demo.shapes import Treatment

from .botox import AFTER, NOT_FOR, SOURCES, SPREAD, TELL_US

AREA = "lines-and-expression"

FOREHEAD = Treatment(
    slug="botox-forehead-lines",
    title="Botox for forehead lines",
    seo_title="Botox for Forehead Lines in Newport Beach",
    search_description=(
        "How Botox softens forehead lines, what it cannot do, who should wait, side effects, example price, and what "
        "the first two weeks are like."
    ),
    listing_summary="Softer lines across the forehead, with brows that can still move. We plan for both.",
    picture="forehead-lines",
    area=AREA,
    keywords=(
        "Forehead frown lines",
        "Botox in Newport beach",
        "Botox treatments",
        "natural botox",
        "Botox Near Me",
    ),
    introduction="""
Lines across the forehead come from raising the brows, thousands of times a year. Botox can soften them for some
months. Doing it well means leaving enough strength to hold your brows where they belong.
""",
    duration="20–30 minutes",
    price_from=280,
    price_note="Example price, forehead together with the frown area",
    downtime="None for most people; small marks for an hour or a day",
    results_show="From day 2 to 5, in full after about two weeks",
    results_last="About 3–4 months",
    how_often="No sooner than every 3 months, and only if you want it again",
    what_it_is="""
<p>Botox is the brand name of onabotulinumtoxinA. It is a purified protein, botulinum toxin type A, made by bacteria
called Clostridium botulinum, and it is a prescription medicine. In very small doses it blocks the signal from a nerve
to a muscle. The muscle pulls less, and the skin above it folds less.</p>
<p>Across the forehead runs one broad, thin muscle. It makes the lines, and it also lifts your brows. For this reason
the approved treatment includes the frown muscles between the brows, which pull down. Weakening only the lifting muscle
can leave the brows heavy.</p>
""",
    who_it_suits="""
<ul>
<li>Adults whose lines deepen when the brows go up and who would like that softened.</li>
<li>People who accept that the effect is temporary.</li>
<li>People with lines that are also there at rest, as long as they expect softening and not smooth skin.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>Your brows already sit low, or heavy lids make you raise your forehead to see well. Treatment could make
both worse.</li>
{NOT_FOR}
</ul>
{TELL_US}
""",
    how_it_goes=(
        (
            "We look at your face in motion",
            "You raise your brows, frown and rest. We note how high your brows sit and "
            "whether your lids rely on that muscle.",
        ),
        (
            "We agree on how much",
            "You tell us how much movement you want to keep. We suggest a dose, say what it "
            "costs, and write it into your plan.",
        ),
        (
            "A few small injections",
            "We clean the skin and inject tiny amounts at several points with a fine needle. "
            "Each one feels like a short sting.",
        ),
        (
            "You sit for a moment",
            "We press lightly where it bleeds, go through what to watch for, and give it to you in writing.",
        ),
    ),
    afterwards=f"""
<p>Small bumps at the points of injection flatten within an hour or so. You can go back to work and drive if you
feel well.</p>
<ul>
{AFTER}
<li>After two weeks you can come back to have the result looked at. We prefer to add a little then than to give too
much at first.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: a small bruise, redness, tenderness or a headache for a day or two.</li>
<li>Less common: a heavy or lowered brow, a drooping lid, brows of different height. These pass as the effect wears
off, which can take weeks.</li>
<li>Not what you hoped for: too little effect, or a forehead that moves less than you like.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>Daily sunscreen slows the damage that makes lines deeper. A retinoid cream can improve fine texture over months.
<a href="page:laser-treatments">Laser treatments</a> work on the surface of the skin, not on the muscle.
Bangs cost less than any of these. Leaving the lines alone is a good choice too: they do no harm.</p>
""",
    questions=(
        (
            "Will I still be able to raise my brows?",
            "<p>With a lower dose, usually yes, a little. Less dose means more movement, more of the line, and often a "
            "shorter effect. We decide on that balance together.</p>",
        ),
        (
            "Why do you want to treat the frown area as well?",
            "<p>Because the two work against each other. If only the lifting muscle is weakened, the frown muscles can "
            "pull the brows down. If your face calls for something else, we explain why.</p>",
        ),
        (
            "Does it hurt?",
            "<p>It stings briefly. Most people do without numbing cream. Ice helps if you dislike needles.</p>",
        ),
        (
            "What happens if I stop?",
            "<p>The muscle regains its strength over some months and your lines return as they would have been. "
            "Stopping does not make them worse.</p>",
        ),
    ),
    sources=SOURCES,
)


FROWN = Treatment(
    slug="botox-frown-lines",
    title="Botox for “eleven” frown lines",
    seo_title="Botox for Eleven Frown Lines in Newport Beach",
    search_description=(
        "Botox for the two upright lines between the brows: how it works, how long it lasts, side effects, who should "
        "not have it, and alternatives."
    ),
    listing_summary="For the two upright lines between the brows that look cross when you are not.",
    picture="frown-lines",
    area=AREA,
    keywords=(
        "Forehead frown lines",
        "Botox in orange county",
        "benefits of botox",
        "Botox treatments",
        "Botox in Irvine",
    ),
    introduction="""
Two upright lines between the brows, often called the eleven, can make a rested face look tired or cross. Botox has
been approved for them longer than for any other line of the face.
""",
    duration="15–20 minutes",
    price_from=260,
    price_note="Example price, usual dose for the frown area",
    downtime="None for most people; a small bruise is possible",
    results_show="From day 1 to 4, in full after about two weeks",
    results_last="About 3–4 months",
    how_often="No sooner than every 3 months, and only if you want it again",
    what_it_is="""
<p>Frown lines come from a group of small muscles that draw the brows together and down. Botox
(onabotulinumtoxinA) is a prescription medicine, a purified protein made by a bacterium, Clostridium botulinum. Injected
into these muscles, it weakens their pull for some months.</p>
<p>For this area it is an approved use in adults with moderate to severe lines. The usual dose is 20 units, divided
over five points.</p>
""",
    who_it_suits="""
<ul>
<li>Adults with lines that show when they frown, or already at rest.</li>
<li>People who are told that they look annoyed when they are not, and who mind it.</li>
<li>People who are content with softer. A deep crease at rest may soften over several rounds and still be seen.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>You have a drooping lid, or had one after an earlier treatment. We would discuss whether the risk is
worth it.</li>
{NOT_FOR}
</ul>
{TELL_US}
""",
    how_it_goes=(
        ("You frown, we look", "Everyone’s frown muscles lie a little differently. We mark where yours begin and end."),
        (
            "We go through the risks",
            "Benefits and drawbacks, with time for questions. You sign only when you are ready.",
        ),
        ("Five small injections", "Between and just above the brows, with a fine needle. It takes about a minute."),
        ("Written advice to take home", "What is normal, what is not, and how to reach us."),
    ),
    afterwards=f"""
<p>You may feel the first change within days. Judge the result after two weeks, not earlier.</p>
<ul>
{AFTER}
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: a headache, mild pain, redness or a bruise where the needle went in.</li>
<li>Less common: a drooping upper eyelid. In studies about 3 in 100 people had it. It passes, and can last some
weeks.</li>
<li>Also possible: uneven brows, or an outer brow that lifts too much. Both can often be adjusted.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>A pair of sunglasses or a new prescription helps if you frown against light or to see better. Sunscreen and a
retinoid improve the skin, though not the pull of the muscle. Filler in this spot carries a raised risk of blocking a
blood vessel, and we do not offer it there. You can also leave the lines as they are.</p>
""",
    questions=(
        (
            "How long does it last?",
            "<p>For most people three to four months. The first round may feel shorter. Coming back sooner than three "
            "months is not wise, because too little is known about it.</p>",
        ),
        (
            "Will I look frozen?",
            "<p>Not if we treat the frown and leave the rest to you. You will find it harder to scowl. Smiling and "
            "raising your brows use other muscles.</p>",
        ),
        (
            "Can it improve my mood?",
            "<p>There are studies on this, and the question is not settled. We treat the line, not the mood. If you "
            "feel low for weeks, please talk to your doctor.</p>",
        ),
    ),
    sources=SOURCES,
)

TREATMENTS = (FOREHEAD, FROWN)
