"""Lines and expression: the same medicine, planned for a light touch or for a stronger face."""

from clinic.demo.shapes import Treatment

from .botox import AFTER, NOT_FOR, SOURCES, SPREAD, TELL_US
from .lines import AREA

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

TREATMENTS = (BABY, MEN)
