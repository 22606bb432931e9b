from clinic.demo.body import call_to_action, note, picture, questions, quote, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="baby-botox-small-doses-honest-limits",
    title="Baby Botox: small doses, honest limits",
    seo_title="Baby Botox: What Small Doses Can and Cannot Do",
    search_description=(
        "Does preventative Botox work? What a smaller dose changes, what has been studied, what it costs over a year, "
        "and when to wait."
    ),
    listing_summary="A smaller dose keeps more movement. Whether it prevents lines is a more careful story.",
    picture="article-baby-botox",
    author="jordan",
    categories=("Injectables",),
    days_ago=40,
    keywords=("natural botox", "benefits of botox", "Botox Near Me", "Botox in Newport beach"),
    treatments=("baby-botox", "botox-forehead-lines"),
    intro="""
Many people in their late twenties ask us whether they should begin with Botox now, to save themselves lines later. Our
answer is often: not yet. Here is how we think about it.
""",
    body=(
        text("""
<h2>What does the word mean?</h2>
<p>Baby Botox is a nickname. There is no special product behind it. It is the same prescription medicine,
onabotulinumtoxinA, in a smaller dose, sometimes in fewer places. Preventative Botox is another nickname. It means
treating a line before it can be seen at rest.</p>
<p>The approved doses were tested on adults whose lines were moderate to severe. Smaller doses and lines that are not
there yet go beyond that. Doctors may do so when they judge it sensible, and they should tell you.</p>
<h2>What does a smaller dose change?</h2>
<ul>
<li><b>More movement stays.</b> You can still raise your brows. Friends see you, and not a treatment.</li>
<li><b>Some side effects become less likely,</b> a heavy brow above all. Less likely is not the same as impossible.</li>
<li><b>It wears off sooner,</b> often after two to three months.</li>
<li><b>Deep lines hardly change.</b> If that is what you hope for, a small dose will let you down.</li>
</ul>
"""),
        picture("baby-botox", "Less dose, more movement: a balance to choose, and not a rank."),
        text("""
<h2>Does it prevent wrinkles?</h2>
<p>The idea makes sense. A fold that is made less often should leave less of a crease. There are small studies and a
few well-known pairs of twins in which the treated face showed fewer lines. There is no large study over decades, and
nobody can show you your own face in twenty years, once with treatment and once without.</p>
<p>So we say it like this: it may slow some lines while you keep it up. The moment you stop, your face goes on aging at
its own pace. It does not catch up all at once, and you have not made it worse.</p>
<p>Lines also have other causes: sun, smoking, weight changes, and the parents you happen to have. Botox does nothing
about those.</p>
"""),
        note(
            "What we suggest before any needle",
            """
<p>Sunscreen of SPF 30 or more every morning, sunglasses, no cigarettes, and a retinoid at night if your skin agrees
with it. Do that for a year. If a line still bothers you then, come and see us.</p>
""",
        ),
        text("""
<h2>When is it a reasonable choice?</h2>
<p>You are an adult. You see early lines when you frown or raise your brows, and they bother you, not somebody else.
You know that the effect fades. You can afford it without giving up something that matters more. Then a small dose in
one area is a fair way to find out how you respond.</p>
<h2>When would we advise against it?</h2>
<p>When we cannot see the line you describe. When you feel pressed by pictures online, by a partner or by an offer that
ends on Friday. When you are pregnant or breastfeeding, have a disease of nerves or muscles, or have an infection where
we would inject. And when you are unhappy in a way that has little to do with your forehead. We say this kindly, and we
mean it.</p>
<h2>What about the risks?</h2>
<p>The usual ones are small: a bruise, a headache, some tenderness. Now and then a lid or a brow droops for some weeks.
The rare serious risk is the same at any dose. If you have trouble swallowing, speaking or breathing in the hours or
weeks after an injection, call 911.</p>
"""),
        quote("noor"),
        questions(
            "Short answers",
            (
                "What does a year of it cost?",
                "<p>Each visit costs less than a full dose, and you may want more "
                "visits. Over a year the sum is often about the same. We write it out for you before you begin.</p>",
            ),
            (
                "Can my body get used to it?",
                "<p>A few people form antibodies, and then it works less. Long "
                "intervals and low doses keep the chance small.</p>",
            ),
            ("Will anybody notice?", "<p>With a small dose, probably only you.</p>"),
        ),
        text("""
<p>You will find the facts at a glance, with side effects and an example price, on our page about
<a href="page:baby-botox">Baby Botox</a>. If the forehead is your only concern, the page on
<a href="page:botox-forehead-lines">forehead lines</a> explains why we look at the brows first.</p>
"""),
        call_to_action(
            "Ask us whether to wait", "A good part of our consultations end with “not now”. They are free all the same."
        ),
    ),
    sources="""
<ul>
<li>BOTOX Cosmetic (onabotulinumtoxinA), US prescribing information and Medication Guide, AbbVie</li>
<li>American Academy of Dermatology, patient pages on wrinkles and sun protection, <a
href="https://www.aad.org/">aad.org</a></li>
</ul>
""",
)
