from clinic.demo.body import call_to_action, caution, note, picture, questions, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="acne-scars-what-can-improve",
    title="Acne scars: what can improve, and what stays?",
    seo_title="Acne Scars: What Can Improve, and What Stays",
    search_description=(
        "Tell marks from scars, and one kind of scar from another. Which methods help which, what they risk, and how "
        "long it takes to see."
    ),
    listing_summary="Marks fade, scars stay, and the kinds of scar differ. A guide for before you spend money.",
    picture="article-acne-scars",
    author="elena",
    categories=("Skin Care", "Laser Treatments"),
    days_ago=228,
    keywords=("Acne scar removal", "Laser Treatment", "skin medical spa", "face spa"),
    treatments=("acne-scar-treatment", "laser-treatments", "facials-and-skin-care"),
    intro="""
People ask us to remove their acne scars. We understand the wish, and we avoid the word. Scars can become shallower and
softer. Before anything else, it helps to know which kind you have.
""",
    body=(
        text("""
<h2>Is it a mark or a scar?</h2>
<p>Close your eyes and run a clean finger over it. If the skin is level, it is a mark. Red marks are leftover
inflammation. Brown ones are leftover pigment. Both fade over months, faster with daily sunscreen, and you can save your
money.</p>
<p>If you feel a dent or a ridge, it is a scar. The tissue itself has changed. Time makes it a little softer, and then
it stays.</p>
<h2>Which kinds are there?</h2>
<ul>
<li><b>Narrow and deep,</b> like the prick of a thick needle. Creams and gentle lasers hardly reach the bottom.</li>
<li><b>Wide with a clear edge.</b> Shallow ones improve well, deep ones less.</li>
<li><b>Soft waves,</b> where bands under the skin pull it down. Loosening these bands helps most.</li>
<li><b>Raised,</b> firm, sometimes itchy, often on the jaw, the chest or the back. They need other methods, and needles
or lasers can make them grow.</li>
</ul>
<p>Most faces have a mixture. That is why a plan often has more than one method in it.</p>
"""),
        picture("acne-scars", "Light from the side shows what light from the front hides."),
        note(
            "Calm the acne first",
            """
<p>As long as new pimples come, new scars can follow. A dermatologist or your doctor has good medicines for acne, from
creams to tablets. This is the treatment that spares you all the others. Try not to squeeze.</p>
""",
        ),
        text("""
<h2>What can be done?</h2>
<p><b>Microneedling</b> makes tiny channels with sterile needles. The skin answers with new collagen. It adds no light,
so the risk of dark patches is lower than with many lasers. Expect some days of redness, and three to six sessions.</p>
<p><b>Fractional laser</b> does something similar with columns of heat. Stronger forms do more and need longer to heal.
On brown and Black skin the risk of patches is higher, so settings are lower, or another method is the better one.</p>
<p><b>An acid placed into single deep scars</b> can raise their floor over several visits. It stings, leaves small
crusts, and needs a careful hand.</p>
<p><b>Loosening from below</b> with a needle frees the soft waves. Bruises are normal. A dermatologist often does
it.</p>
<p><b>Filler</b> lifts a soft scar for some months. It carries the risks of every filler, a blocked vessel among
them.</p>
<p><b>Creams</b> with a retinoid do a little for shallow scars and more for marks. They are the cheapest place to
start.</p>
<h2>How much better will it get?</h2>
<p>Nobody can tell you in percent. In studies many people have a clear improvement after a series, some a small one, and
some none. New collagen takes three to six months to build, so judge by photographs and by the calendar, not by the
mirror of next week. We take ours in the same light each time.</p>
"""),
        caution(
            "What can go wrong?",
            """
<p>Infection, a flare of acne or of cold sores, dark or light patches that can last for months or stay, and new scars.
Tell us if you took isotretinoin in the last months, if you form thick scars, if you are tanned, and if you are
pregnant. Each of these can be a reason to wait.</p>
""",
        ),
        text("""
<h2>What do we do at the first visit?</h2>
<p>We put a lamp at the side of your face and sort the scars with you, mirror in hand. We ask about your acne, your
medicines and your skin’s way of healing. Then you get a plan in steps: which scars first, how, how many sessions, what
each costs, and at which point we would stop. If your scars need a method that we do not offer, we name who does.</p>
<h2>And if you do nothing?</h2>
<p>Then nothing gets worse. Scars are no danger to your health. Many people find that a good light over the mirror and a
year of sunscreen change more than they expected. If scars weigh on your mood or keep you at home, say so. That deserves
help as well, and not only from a laser.</p>
<p>Prices as examples, side effects and the course of a visit are on our page about
<a href="page:acne-scar-treatment">acne scar treatment</a>.</p>
"""),
        questions(
            "Asked often",
            (
                "Which cream removes scars?",
                "<p>None. A retinoid can help a little. Be careful with bleaching creams "
                "that you buy online, since some hold mercury or strong steroids.</p>",
            ),
            (
                "Are home rollers fine?",
                "<p>We advise against them. They are hard to keep clean, and long needles can scar.</p>",
            ),
            (
                "How long after isotretinoin?",
                "<p>It depends on the treatment and the dose. Some can be done soon, "
                "strong resurfacing often waits six months. Ask before you book anything.</p>",
            ),
        ),
        call_to_action("Have your scars sorted", "A slanting light, a mirror and some time. The consultation is free."),
    ),
    sources="""
<ul>
<li>American Academy of Dermatology, patient pages on acne and acne scars, <a
href="https://www.aad.org/">aad.org</a></li>
<li>FDA: Microneedling Devices, <a href="https://www.fda.gov/">fda.gov</a></li>
</ul>
""",
)
