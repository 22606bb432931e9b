"""Ask the database how it runs the queries of a page, and find those that read a whole table."""

import re

from django.db import connection

# The tables that grow with the patients.
GROWING = (
    "case",
    "task",
    "appointment",
    "message",
    "event",
    "searchword",
    "slot",
    "casetreatment",
    "consent",
    "patient",
)
TABLE = re.compile(rf"\bbookings_({'|'.join(GROWING)})\b")
# SQLite says SCAN for a table or an index that it reads from end to end, PostgreSQL "Seq Scan on".
# A table in a subquery has an alias there, such as U0.
WHOLE = re.compile(rf"\b(SCAN|Seq Scan on) (bookings_({'|'.join(GROWING)})|[A-Z]\d+)\b")
ENDS = re.compile(r" LIMIT \d+( OFFSET \d+)?(\) subquery)?$")
# What sorts reads all rows before the limit counts.
SORTS = re.compile(r"\bSort\b|USE TEMP B-TREE FOR ORDER BY")
QUOTED = re.compile(r"'(?:[^']|'')*'(?:::[a-z ]+)?")
LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d+\b")


def is_about_patients(sql: str) -> bool:
    return sql.startswith("SELECT") and TABLE.search(sql) is not None


def get_plan(sql: str) -> list[str]:
    """Return the lines of the database's plan for a query."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}" if is_sqlite else f"EXPLAIN (COSTS OFF) {sql}")
        return [QUOTED.sub("?", row[-1]) for row in cursor.fetchall()]


def find_whole_tables(sql: str, plan: list[str]) -> list[str]:
    """Return the lines that read a whole table or index, unless a limit ends the query early."""
    ends_early = ENDS.search(sql) and not any(SORTS.search(line) for line in plan)
    return [] if ends_early else [line.strip() for line in plan if WHOLE.search(line)]


def shorten(sql: str) -> str:
    """Return a query without its columns and values: nothing of a patient stands in it."""
    sql = re.sub(r"^SELECT (DISTINCT )?\"bookings_.*? FROM ", r"SELECT … FROM ", sql, count=1)
    return re.sub(r"\?(, \?){2,}", "?, …", LITERAL.sub("?", sql)).replace('"', "")
