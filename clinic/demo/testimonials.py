"""Example voices, marked as examples wherever they are shown, and the reasons to choose this clinic."""

from typing import Any

TESTIMONIALS: dict[str, dict[str, Any]] = {
    "dana": {
        "quote": """
I came with a list of three things and went home with a plan for one. Nobody hurried me, and the price was on paper
before I had made up my mind.
""",
        "attribution": "Dana, first consultation",
    },
    "noor": {
        "quote": """
They told me to wait a year and to wear sunscreen. I came back because of that.
""",
        "attribution": "Noor, asked about baby Botox",
    },
    "luis": {
        "quote": """
The first round did little for my headaches, and they had warned me that it might not. After the second I had some
weeks in which I could plan again.
""",
        "attribution": "Luis, chronic migraine",
    },
    "grace": {
        "quote": """
A message came the next morning to ask how I was. I had a bruise and a silly question, and both were taken seriously.
""",
        "attribution": "Grace, lip filler",
    },
    "tom": {
        "quote": """
The scars are still there, and I see them less. That is what they had said it would be like.
""",
        "attribution": "Tom, acne scars",
    },
}

WHY_US: dict[str, dict[str, Any]] = {
    "how-we-work": {
        "name": "How we work",
        "heading": "What you can expect of us",
        "introduction": "Six things we do for everybody, whether you have one question or a long plan.",
        "reasons": [
            ("reason", {"title": title, "text": words})
            for title, words in (
                (
                    "We listen first",
                    "A free consultation without hurry. You talk about your goals, we look at your face "
                    "and skin, and no question is too small.",
                ),
                (
                    "Both sides of every option",
                    "You hear the benefits and the drawbacks of each treatment, what it costs, "
                    "and what happens if you do nothing.",
                ),
                (
                    "A plan of your own",
                    "Written for you, with steps and prices. Take it home and think about it as long as you like.",
                ),
                (
                    "We ask how you are",
                    "The day after each treatment we get in touch with you, whoever you are and however small it was.",
                ),
                (
                    "Your file stays open",
                    "It remains on our desk after you have gone home. Whoever answers your call knows what was done.",
                ),
                (
                    "Complaints come first",
                    "If something is not right, tell us. We deal with it as quickly as we can, and we "
                    "tell you what we are doing.",
                ),
            )
        ],
    },
}
