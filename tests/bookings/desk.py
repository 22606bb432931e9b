"""What tests of the desk's pages share."""

from bs4 import BeautifulSoup
from django.urls import reverse

LIST = "/admin/case/"


def page_of(case) -> str:
    return reverse("case:inspect", args=[case.pk])


def press(client, case, **data):
    """Post the form of the case's page as it stands now, with ``data``."""
    case.refresh_from_db()
    return client.post(page_of(case), {"expected_version": case.version, **data})


def listed(response) -> list[str]:
    """Return the patients' names in the list, in order."""
    return [case.name for case in response.context["object_list"]]


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "lxml")


def text_of(response, selector="main") -> str:
    """Return what the first such element says, in one line."""
    return " ".join(soup(response).select_one(selector).get_text(" ").split())


def buttons(response) -> list[tuple[str, str]]:
    return [(button["name"], button["value"]) for button in soup(response).select("button[name]")]
