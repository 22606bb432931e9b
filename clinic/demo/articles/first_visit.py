from clinic.demo.body import call_to_action, note, questions, quote, steps, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="your-first-consultation",
    title="What happens at a first consultation?",
    seo_title="Your First Consultation at a Med Spa, Step by Step",
    search_description=(
        "A free consultation without hurry: what we ask, what to bring, which questions you should ask us, and why "
        "going home to think is a good result."
    ),
    listing_summary="What we ask, what you should ask us, and why going home without a date is fine.",
    picture="article-first-visit",
    author="elena",
    categories=("Patient Guide",),
    days_ago=131,
    keywords=("Med Spa Near Me", "Orange County Med Spa", "Medical spa", "med spa"),
    treatments=("facials-and-skin-care", "botox-for-men"),
    intro="""
Most people are a little nervous before their first visit. It helps to know what will happen, and that nothing has to.
A consultation here is a talk. It costs nothing and leads to a plan, or to a good reason for having none.
""",
    body=(
        steps(
            "How does it go?",
            (
                "You talk, we listen",
                "What brings you here, since when, and what you hope for. Also what you fear. There "
                "is no wrong way to say it.",
            ),
            (
                "We ask about your health",
                "Illnesses, allergies, medicines, pregnancy, earlier treatments, cold sores, "
                "scars. Some answers change everything, so please do not leave any out.",
            ),
            (
                "We look closely",
                "Your face at rest and in motion, your skin under good light. Photographs only if you "
                "agree, and they stay in your file.",
            ),
            (
                "We explain every option",
                "Each with its benefits and its drawbacks, what it costs, how long it lasts. "
                "Doing nothing is always one of the options.",
            ),
            (
                "You get it in writing",
                "Your plan has your name on it: steps, prices, risks. Take it home. It does "
                "not expire at the end of the month.",
            ),
        ),
        text("""
<h2>How long does it take?</h2>
<p>As long as your questions need. We set aside 45 minutes. Some talks take twenty, some take more than an hour, and
nobody looks at a clock on the wall behind you.</p>
<h2>What should you bring?</h2>
<ul>
<li>A list of your medicines and supplements, with doses. A photograph of the boxes will do.</li>
<li>Names and dates of earlier treatments, if you know them.</li>
<li>A picture of yourself from some years ago, if you would like to show what has changed.</li>
<li>For headaches: a diary of at least a month.</li>
<li>Somebody you trust, if that makes it easier. A second pair of ears is useful.</li>
</ul>
<p>Come without makeup if you can, or allow a few minutes for taking it off here.</p>
"""),
        note(
            "You can also walk in",
            """
<p>You are welcome during our opening hours without an appointment. If somebody is free, you can have your
consultation then. If not, we find a time together. The hours are at the foot of every page.</p>
""",
        ),
        text("""
<h2>Which questions should you ask us?</h2>
<p>Ask us, and ask any other clinic in the same words. The answers tell you a lot.</p>
<ol>
<li>Who will treat me, and what is that person’s license?</li>
<li>Which physician supervises, and can I speak with that physician?</li>
<li>What is the product called, and is it approved for this use, or off-label?</li>
<li>What are the common side effects, and what are the rare serious ones?</li>
<li>What do you do if something goes wrong, and whom do I call in the evening?</li>
<li>What will it cost in all, repeat visits included?</li>
<li>What happens if I do nothing?</li>
</ol>
<p>If somebody is annoyed by such questions, you have learned something useful at no cost.</p>
<h2>Will you be treated the same day?</h2>
<p>Sometimes that is possible, when the treatment is simple, your health allows it and you want it. We never suggest it
first. A night of sleep has improved many decisions. For fillers, laser and anything off-label, we like you to think it
over at home.</p>
<h2>What if we say no?</h2>
<p>It happens. The treatment would not do what you hope for, or the risk is too high for you, or the
timing is wrong. Then we explain why, and name who could help: a dermatologist, a neurologist, a dentist, or your own
doctor. We would rather disappoint you for an hour than for a year.</p>
<h2>What comes after a treatment?</h2>
<p>Whoever is treated here hears from us the next day. We ask how you are, and we mean it as a question. Your file stays
open on our desk after you have gone home, so that whoever answers your call knows what was done. If you have a
complaint, we deal with it as quickly as we can.</p>
"""),
        quote("dana"),
        questions(
            "Small worries",
            (
                "Do I have to undress?",
                "<p>Only as far as the area in question, and you may bring somebody into the room.</p>",
            ),
            (
                "Will you point out things I had not noticed?",
                "<p>No. You tell us what bothers you. We speak of the "
                "rest only if you ask, or if a spot on your skin should be seen by a doctor.</p>",
            ),
            (
                "Who reads what I write in the form?",
                "<p>The people at our desk and those who look after you. Our "
                '<a href="page:privacy">privacy page</a> says what is stored and for how long.</p>',
            ),
        ),
        call_to_action("Ready to talk?", "A few lines are enough. We answer within one opening day."),
    ),
    sources="""
<ul>
<li>American Academy of Dermatology, patient pages on choosing who performs a cosmetic treatment,
<a href="https://www.aad.org/">aad.org</a></li>
</ul>
""",
)
