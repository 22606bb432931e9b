"""Lines and expression: botulinum toxin for the look of the face."""

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

BABY = Treatment(
    slug="baby-botox",
    title="Baby Botox",
    seo_title="Baby (Preventative) Botox in Newport Beach",
    search_description=(
        "Baby or preventative Botox means smaller doses. What that can do, what is not proven about prevention, side "
        "effects and who can skip it."
    ),
    listing_summary="Smaller doses for more movement. What is known about prevention, and what is not.",
    picture="baby-botox",
    area=AREA,
    keywords=("natural botox", "benefits of botox", "Botox in Newport beach", "Botox Near Me", "Med Spa in OC"),
    introduction="""
Baby Botox, also called preventative Botox, means smaller doses than usual. It leaves more movement and wears off
sooner. Whether it prevents later lines is less certain than advertising suggests.
""",
    duration="15–20 minutes",
    price_from=180,
    price_note="Example price, small dose in one area",
    downtime="None for most people",
    results_show="From day 2 to 5, in full after about two weeks",
    results_last="About 2–3 months",
    how_often="No sooner than every 3 months; many people come once or twice a year",
    what_it_is="""
<p>The name sounds gentle, and it is only a name. It is the same prescription medicine, onabotulinumtoxinA, in smaller
amounts. A muscle is weakened a little instead of a lot.</p>
<p>The approved doses were tested on lines that are moderate to severe. Smaller doses, and treating lines that are not
there yet, go beyond the label. The idea behind prevention is sensible: skin that folds less creases less. Good long
studies on it are few.</p>
""",
    who_it_suits="""
<ul>
<li>Adults with early lines in motion who want a light touch.</li>
<li>People who are new to Botox and would like to start small.</li>
<li>People who need their expression at work, such as actors and teachers.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>You have no lines, and friends or pictures online make you feel that you should act. Waiting costs you
nothing.</li>
<li>Your lines are deep at rest. A small dose will disappoint you.</li>
{NOT_FOR}
</ul>
{TELL_US}
""",
    how_it_goes=(
        (
            "We ask what you see",
            "And we say honestly whether we see it too. Some people leave with sunscreen advice and nothing else.",
        ),
        ("We choose one area", "Forehead, frown or the corners of the eyes. Starting with one shows how you respond."),
        ("A few small injections", "Fewer points or less in each. It takes some minutes."),
        ("We compare after two weeks", "With pictures from before, if you agree to have them taken."),
    ),
    afterwards=f"""
<ul>
{AFTER}
<li>Expect a change that you notice and others do not.</li>
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: a sting, a dot of blood, a small bruise, a headache for a day.</li>
<li>Less common: a heavy brow, a drooping lid, a difference between left and right. A smaller dose makes these less
likely, and does not rule them out.</li>
<li>With many rounds over many years, some people form antibodies and the medicine works less. It is rare.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>Sunscreen every morning is the best-proven way to slow down lines, and it costs a few dollars a month. Not smoking
comes next, then a retinoid at night. You can also simply wait, and decide again in a year.</p>
""",
    questions=(
        (
            "At what age should I start?",
            "<p>There is no age at which you should. We treat adults only, and we look at your face and your reasons "
            "instead of your birthday.</p>",
        ),
        (
            "Does it really prevent wrinkles?",
            "<p>It may slow some of them while you keep it up. Small studies point that way. Nobody can tell you how "
            "your forehead would look in twenty years with or without it.</p>",
        ),
        ("Is it cheaper?", "<p>For each visit, yes. Since it wears off sooner, a year may cost about the same.</p>"),
        (
            "Is it safer because the dose is small?",
            "<p>Some side effects are less likely. The warnings for the medicine are the same at every dose.</p>",
        ),
    ),
    sources=SOURCES,
)

MEN = Treatment(
    slug="botox-for-men",
    title="Botox for men",
    seo_title="Botox for Men in Newport Beach and Irvine",
    search_description=(
        "Botox for men: why doses and brow shape differ, what to expect, what it costs here as an example, side "
        "effects and plain alternatives."
    ),
    listing_summary="The same medicine, planned for stronger muscles and a straighter brow.",
    picture="botox-for-men",
    area=AREA,
    keywords=("Mens Botox", "Botox in Irvine", "Botox in orange county", "natural botox", "Med Spa Near Me"),
    introduction="""
Men’s foreheads are often larger, their muscles stronger and their brows straighter. Botox works the same way. The plan
has to be a different one, so that you look rested and still like yourself.
""",
    duration="20–30 minutes",
    price_from=320,
    price_note="Example price, frown area; men often need more units",
    downtime="None for most people; back to work the same day",
    results_show="From day 2 to 5, in full after about two weeks",
    results_last="About 3–4 months, sometimes less",
    how_often="No sooner than every 3 months, and only if you want it again",
    what_it_is="""
<p>Botox (onabotulinumtoxinA) is a prescription medicine. It is a purified protein from a bacterium, and it weakens the
muscle it is injected into for some months. Approved areas for looks are the frown lines, the forehead, the crow’s feet
and the bands of the neck.</p>
<p>A stronger muscle may need more units, and more units cost more. Brows are the other difference: an arch that suits
one face can look odd on another. We plan the points so that your brows stay level, unless you ask for something
else.</p>
""",
    who_it_suits="""
<ul>
<li>Men who look tired or stern in pictures and do not feel that way.</li>
<li>Men who want to keep most of their expression.</li>
<li>Men who are ready to hear that one area is enough.</li>
</ul>
""",
    who_should_not=f"""
<ul>
<li>You have an event within two weeks. Wait: you would judge the result before it is there.</li>
<li>Heavy upper lids make you lift your brows to see. A weaker forehead could bother you.</li>
{NOT_FOR}
</ul>
{TELL_US}
""",
    how_it_goes=(
        (
            "A talk without a sales pitch",
            "You say what bothers you. We say what could help, what could not, and what it costs.",
        ),
        (
            "We watch the muscles work",
            "You frown, raise your brows and squint. We look at strength, hairline and brow position.",
        ),
        ("Injections", "Ten minutes at most, with a fine needle. No numbing is needed for most men."),
        ("Two weeks later", "We look at the result together and adjust it if that makes sense."),
    ),
    afterwards=f"""
<p>Nobody needs to know. Small bumps are gone before you are home.</p>
<ul>
<li>Skip the gym until the next day.</li>
{AFTER}
</ul>
""",
    side_effects=f"""
<ul>
<li>Common: a small bruise, tenderness, a headache for a day or two.</li>
<li>Less common: a drooping lid, a heavy brow, or an outer brow that lifts too high. The last can often be
corrected.</li>
<li>Possible: less effect than hoped for if the muscle is very strong.</li>
</ul>
{SPREAD}
""",
    alternatives="""
<p>Sunglasses and sunscreen do more over the years than most men believe. Sleep, a shave and a haircut change a tired
look as well. Laser can even out color and texture, see <a href="page:laser-treatments">laser treatments</a>. And a face
with lines is a fine face to keep.</p>
""",
    questions=(
        (
            "Will people notice?",
            "<p>They may say that you look rested. If they can name what you did, the dose was probably not right for "
            "you.</p>",
        ),
        (
            "Why do men pay more in your example prices?",
            "<p>You pay for units, not for being a man. The average dose is higher. If you need less, you pay "
            "less.</p>",
        ),
        ("Can I train afterwards?", "<p>From the next day on, yes. On the day itself, keep to walking.</p>"),
        (
            "Does it help against sweating?",
            "<p>Botox is approved for severe underarm sweating that creams do not control. We do not offer it at the "
            "moment. Your doctor or a dermatologist can advise you.</p>",
        ),
    ),
    sources=SOURCES,
)

TREATMENTS = (FOREHEAD, FROWN, BUNNY, CHIN, BABY, MEN)
