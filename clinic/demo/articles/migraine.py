from clinic.demo.body import call_to_action, caution, note, questions, steps, text
from clinic.demo.shapes import Article

ARTICLE = Article(
    slug="botox-for-chronic-migraine-what-to-know",
    title="Can Botox help with chronic migraine?",
    seo_title="Botox for Chronic Migraine: What to Know First",
    search_description=(
        "When Botox is used against chronic migraine, how the 31 injections work, how long to wait, side effects, "
        "limits and insurance, in plain words."
    ),
    listing_summary="For whom it is meant, what a round looks like, how long to wait, and when to stop.",
    picture="article-migraine",
    author="elena",
    categories=("Injectables", "Patient Guide"),
    days_ago=12,
    keywords=("Botox treatments", "benefits of botox", "Botox in orange county", "Medical spa"),
    treatments=("botox-chronic-migraine",),
    intro="""
Botox is known for smoothing lines. It is also an approved medicine to prevent headaches in adults with chronic
migraine. Here is what it can do, what it asks of you, and where its limits are.
""",
    body=(
        text("""
<h2>What makes a migraine chronic?</h2>
<p>Migraine is an illness of the nervous system. Head pain is the best-known part of it. Nausea, and pain from light,
sound or movement, can be as hard to bear, and some people see flickering lights before an attack.</p>
<p>Doctors use the word chronic when there is headache on <b>15 or more days a month</b>, for more than three months,
and at least eight of those days have the features of migraine. Women are affected about three times as often as men. If
you are not sure where you stand, keep a diary for a month: one line a day is enough.</p>
<h2>How is Botox thought to work?</h2>
<p>Botox is onabotulinumtoxinA, a purified protein. A bacterium called Clostridium botulinum makes it. As a medicine it
is given in tiny doses, and only on prescription.</p>
<p>In a wrinkle, it relaxes a muscle. In migraine, relaxing muscles does not seem to be the point. It is thought to be
taken up by pain nerves and to keep them from releasing substances that carry pain. It does not stop an attack. It is
meant to make attacks rarer and milder.</p>
"""),
        note(
            "Approved for chronic migraine only",
            """
<p>With 14 or fewer headache days a month, Botox has not been shown to help. Other preventive medicines have. Your
doctor can tell you which of them fit you.</p>
""",
        ),
        steps(
            "What happens at a visit?",
            (
                "A talk, and your diary",
                "We look at your headache days, your diagnosis, what you have tried, your other "
                "illnesses and every medicine you take.",
            ),
            (
                "Seven areas",
                "Forehead, the area above the nose, temples, back of the head, neck and upper back. With "
                "the two muscle groups between the brows counted apart, that makes seven.",
            ),
            (
                "31 injections",
                "Usually 5 units each, 155 units in all, with a very fine needle. Each one stings for a "
                "moment. It takes 10 to 15 minutes.",
            ),
            ("Home again", "You can usually return to your day. We contact you the next day and ask how you are."),
        ),
        text("""
<h2>How long until it helps?</h2>
<p>Longer than most people hope. It can take weeks, and often more than one round. The usual interval is about 12 weeks.
Many headache doctors judge it after the second round, some after the third. Going faster is not wise: shorter intervals
have not been studied enough.</p>
<p>For some people it does not help at all. We think that you should know this before the first needle. In the studies
for its approval, headache days also fell in people who were given salt water. Botox did better, by about two days a
month on average. Behind an average there are people with great relief and people with none.</p>
<h2>What are the side effects?</h2>
<p>Neck pain and a stiff neck are the ones we hear of most. A headache in the first days is common. So is soreness
where the needle went in. Some people feel weak in the neck and shoulders for a while, or have a drooping eyelid or
uneven brows. These pass, though it can take weeks.</p>
"""),
        caution(
            "When to get help at once",
            """
<p>In rare cases the effect spreads beyond the place of the injection, hours to weeks later. <b>Call 911</b> if you find
it hard to swallow, speak or breathe. That can be life-threatening. Seek help right away as well for weakness all over,
double or blurred vision, loss of bladder control, hives or wheezing.</p>
<p>A sudden, violent headache, or one with fever, confusion, numbness or weakness, also belongs in an emergency room. It
may not be migraine.</p>
""",
        ),
        text("""
<h2>Who should not have it?</h2>
<ul>
<li>People with an infection at the place of an injection, or with an allergy to any botulinum toxin product.</li>
<li>People with a disease of nerves or muscles, such as myasthenia gravis, ALS or Lambert-Eaton syndrome, unless their
neurologist agrees.</li>
<li>People who already have trouble swallowing or breathing.</li>
<li>Pregnant and breastfeeding women should wait, since too little is known.</li>
</ul>
<p>Tell us about blood thinners, muscle relaxants, injected antibiotics, and any other botulinum toxin of the last four
months, lines on the forehead included.</p>
"""),
        questions(
            "What people ask about money and time",
            (
                "Does insurance pay?",
                "<p>Often, under conditions. Many insurers want proof that two or three "
                "preventive tablets failed or were not tolerated, and a headache diary that shows at least 15 days a "
                "month. Ask in writing before the first round. We help with the papers.</p>",
            ),
            (
                "Do I have to go on for good?",
                "<p>No. If two or three rounds bring nothing, we advise you to stop. "
                "If you have done well for a long time, it makes sense to pause and see.</p>",
            ),
            ("Can I keep my tablets?", "<p>Usually yes. Change nothing without the doctor who prescribed them.</p>"),
        ),
        text("""
<h2>What else is there?</h2>
<p>Preventive tablets, newer medicines that act on CGRP, regular sleep, training in relaxation, and fewer days with pain
relievers. Some people need one of these, some need several. If you have not seen a neurologist, that visit comes before
ours. And if your headaches are getting rarer, waiting is a sound plan.</p>
<p>You can read how we go about it on the page about <a href="page:botox-chronic-migraine">Botox for chronic
migraine</a>.</p>
"""),
        call_to_action(
            "Bring your diary, or only your questions",
            "The consultation is free. If we think that a neurologist should see you first, we say so.",
        ),
    ),
    sources="""
<ul>
<li>BOTOX (onabotulinumtoxinA), US prescribing information and Medication Guide, AbbVie</li>
<li>ICHD-3, International Classification of Headache Disorders, <a href="https://ichd-3.org/">ichd-3.org</a></li>
<li>American Migraine Foundation, <a
href="https://americanmigrainefoundation.org/">americanmigrainefoundation.org</a></li>
</ul>
""",
)
