"""Write how the database runs the queries of the desk's pages into ``docs/query-plans.md``.

It runs on a filled database (``make perf``). Ends with status 1 when a query without a limit reads
a whole table.
"""

import logging
import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "query-plans.md"
INTRODUCTION = """\
# Query plans

How the database runs the queries of the desk's pages that read tables which grow with the patients. `make plans` writes
this page from a database with 100,000 made-up cases or more; run it on each engine (`DATABASE_URL`). Values are left
out.
"""


def main() -> int:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.performance.measure import ask, desk_addresses
    from tests.performance.plans import find_whole_tables, get_plan, is_about_patients, shorten

    logging.disable(logging.WARNING)
    user, _made = User.objects.get_or_create(
        username=f"measure-{os.getpid()}", defaults={"is_superuser": True, "is_staff": True}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    lines, known, whole = [f"## {name}", ""], set(), 0
    try:
        for page, path in desk_addresses().items():
            if ask(client, path).status_code != 200:
                raise SystemExit(f"{path} is not shown")
            with CaptureQueriesContext(connection) as captured:
                ask(client, path)
            for sql in filter(is_about_patients, (query["sql"] for query in captured)):
                plan, short = get_plan(sql), shorten(sql)
                for line in find_whole_tables(sql, plan):
                    whole += 1
                    print(f"{page}: {line}")  # noqa: T201
                if short not in known:
                    known.add(short)
                    lines += [f"### {page}", "", "```", short, "", *(f"    {line}" for line in plan), "```", ""]
    finally:
        user.delete()
    write_section(f"## {name}", lines)
    print(f"{len(known)} queries, {whole} that read a whole table")  # noqa: T201
    return 1 if whole else 0


def write_section(heading: str, lines: list[str]) -> None:
    """Replace the section of this engine."""
    text = PAGE.read_text() if PAGE.exists() else INTRODUCTION
    introduction, *sections = text.split("\n## ")
    kept = [section for section in sections if not f"## {section}".startswith(heading)]
    sections = sorted([*kept, "\n".join(lines).removeprefix("## ").rstrip("\n")])
    PAGE.write_text("\n\n## ".join([introduction.rstrip("\n"), *(section.strip("\n") for section in sections)]) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings.dev")
    django.setup()
    sys.exit(main())
