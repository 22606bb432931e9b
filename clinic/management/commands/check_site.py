import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinic.models import SiteCheck
from clinic.sitecheck.checking import check_site


class Command(BaseCommand):
    help = (
        "Check all public pages: broken links, missing alt texts, pages that nothing links to, chains of redirects, "
        "titles that occur twice, structured data. Ends with code 1 if something is found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="write the findings as JSON")

    def handle(self, *, as_json: bool, **options: Any) -> None:
        run = SiteCheck()  # stored when it has ended: a worker would run what waits as well
        for _step in check_site(run):
            pass
        findings = list(run.findings.all())
        if as_json:
            self.write_json(run, findings)
        else:
            for finding in findings:
                self.stdout.write(f"{finding.get_kind_display()}: {finding.place}: {finding.detail}")
            self.stdout.write(f"{run.pages} pages, {len(findings)} findings")
        if findings:
            sys.exit(1)

    def write_json(self, run: SiteCheck, findings: list) -> None:
        names = ("kind", "place", "detail", "fix_url")
        rows = [{name: getattr(finding, name) for name in names} for finding in findings]
        self.stdout.write(json.dumps({"pages": run.pages, "findings": rows}, ensure_ascii=False, indent=2))
