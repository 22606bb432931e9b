import time
from itertools import pairwise

import pytest
from PIL import ImageStat

from clinic.demo import art

SMALL = (160, 120)
NEEDED = [
    "home-hero",
    "about",
    "contact",
    "social-default",
    "person-1",
    "person-2",
    "person-3",
    "forehead-lines",
    "frown-lines",
    "bunny-lines",
    "dimpled-chin",
    "baby-botox",
    "botox-for-men",
    "chronic-migraine",
    "dermal-fillers",
    "lip-fillers",
    "laser-treatments",
    "laser-hair-removal",
    "acne-scars",
    "facials",
    "article-migraine",
    "article-baby-botox",
    "article-fillers-or-botox",
    "article-first-visit",
    "article-laser-seasons",
    "article-acne-scars",
    "article-sun",
    "article-after-care",
]


def test_every_needed_picture_has_a_motif():
    assert set(art.MOTIFS) == set(NEEDED)


@pytest.mark.parametrize("name", NEEDED)
def test_picture_is_quick_and_not_flat(name):
    start = time.process_time()
    picture = art.draw(name, SMALL)
    assert time.process_time() - start < 2
    assert (picture.mode, picture.size) == ("RGB", SMALL)
    assert max(ImageStat.Stat(picture).stddev) > 5


def test_same_name_gives_the_same_picture():
    assert art.draw("home-hero", SMALL).tobytes() == art.draw("home-hero", SMALL).tobytes()


def test_pictures_differ_from_each_other():
    pictures = sorted(art.draw(name, SMALL).tobytes() for name in NEEDED)
    assert all(one != other for one, other in pairwise(pictures))


@pytest.mark.parametrize(
    ("name", "size"), [("person-1", (800, 800)), ("social-default", (1200, 630)), ("facials", (1600, 1200))]
)
def test_picture_has_its_own_size_unless_told(name, size):
    assert art.draw(name).size == size


@pytest.mark.parametrize("size", [(96, 120), (213, 120), (7, 5)])
def test_any_shape_can_be_drawn(size):
    assert art.draw("home-hero", size).size == size


def test_unknown_name_says_which_pictures_there_are():
    with pytest.raises(KeyError, match=r"No picture is called 'sunset'.*home-hero"):
        art.draw("sunset")
