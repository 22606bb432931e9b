import wagtail


def test_no_package_pulls_wagtail_back():
    assert wagtail.VERSION >= (8,)
