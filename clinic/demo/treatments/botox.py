"""What holds for every botulinum toxin treatment, said in the same words on each of their pages."""

NOT_FOR = """
<li>You have an infection where we would inject, or you are allergic to any botulinum toxin product or to one of its
ingredients. Then we do not treat you with it.</li>
<li>You have a disease of the nerves or muscles, such as myasthenia gravis, ALS or Lambert-Eaton syndrome. Serious
side effects are more likely for you. We would need to hear from your neurologist first.</li>
<li>You already find it hard to swallow or to breathe.</li>
<li>You are pregnant, trying to be, or breastfeeding. Too little is known about its safety then, so we wait.</li>
<li>You are younger than 18.</li>
"""

TELL_US = """
<p>Please tell us about every medicine you take. It matters most for blood thinners, muscle relaxants, antibiotics
given by injection (aminoglycosides such as gentamicin), and any botulinum toxin product you had in the last four
months, for whatever reason and under whatever brand name.</p>
"""

SPREAD = """
<p><b>Rare but serious:</b> the effect of any botulinum toxin can spread beyond the place of the injection, hours to
weeks later. Trouble swallowing, speaking or breathing can be life-threatening. <b>Call 911 at once.</b> Get medical
help right away, too, for weakness all over, double or blurred vision, a drooping eyelid, a change of voice, loss of
bladder control, or signs of a serious allergy such as hives, wheezing or faintness.</p>
"""

AFTER = """
<li>Stay upright for about four hours, and do not rub or press the area that day.</li>
<li>Leave hard exercise, saunas and facials until the next day.</li>
<li>We contact you the day after to ask how you are. Your file stays open until you tell us all is well.</li>
"""

SOURCES = """
<ul>
<li>BOTOX Cosmetic (onabotulinumtoxinA), US prescribing information and Medication Guide, AbbVie</li>
<li>American Academy of Dermatology, patient pages on botulinum toxin therapy, <a
href="https://www.aad.org/">aad.org</a></li>
</ul>
"""
