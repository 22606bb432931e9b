"""The people of the demo clinic. All of them are invented."""

from typing import Any

from .body import Name

PEOPLE: dict[str, dict[str, Any]] = {
    "elena": {
        "name": "Elena Example",
        "credentials": "MD",
        "role": "Supervising physician",
        "bio": """
Dr. Example sees every new plan before it is carried out, and looks after patients with chronic migraine herself. She
likes short answers to long questions, and she says so when a treatment is not worth its risk. Before she came to
Newport Beach she worked in internal medicine. An invented person, for this demonstration.
""",
        "photo": Name("picture", "person-1"),
    },
    "jordan": {
        "name": "Jordan Sample",
        "credentials": "RN",
        "role": "Nurse injector and laser nurse",
        "bio": """
Jordan gives most of the injections and laser treatments here. After years on a hospital ward, a calm voice and clean
hands come naturally. Jordan asks twice about medicines, and calls or writes to each patient the day after. An invented
person, for this demonstration.
""",
        "photo": Name("picture", "person-2"),
    },
    "priya": {
        "name": "Priya Demo",
        "credentials": "",
        "role": "Licensed esthetician",
        "bio": """
Priya does facials and helps people find a routine with few products. She reads the small print on bottles for pleasure
and keeps a list of good sunscreens under twenty dollars. She is also the first to notice when a spot should be seen by
a dermatologist. An invented person, for this demonstration.
""",
        "photo": Name("picture", "person-3"),
    },
}
