"""``manage.py check_tables``: can the tables of the charge rules be trusted? Needs no database."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from billing.rules.codebook import TABLES, Codebook
from billing.rules.engine import RULE_NUMBERS
from billing.rules.rule_coverage import documented_rules, rule_faults, scenario_rules
from billing.rules.table_checks import table_faults
from billing.rules.table_rows import TableError


class Command(BaseCommand):
    """Tells every fault on stderr and leaves with 1; with none, says what was checked and leaves with 0."""

    help = "Finds gaps, overlaps, unknown codes and unsourced rows in the tables, and rules without words or scenario."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        root = Path(settings.BASE_DIR)
        parser.add_argument("--tables", type=Path, default=TABLES, help="folder of the tables")
        parser.add_argument("--rules", type=Path, default=root / "docs" / "rules.md", help="the page of the rules")
        parser.add_argument("--scenarios", type=Path, default=root / "tests" / "scenarios", help="their folder")

    def handle(self, *args: object, tables: Path, rules: Path, scenarios: Path, **options: object) -> None:
        try:
            codebook = Codebook(tables)
            faults = [*table_faults(codebook), *_faults_of_rules(codebook, rules, scenarios)]
        except TableError as error:
            faults = list(error.faults)
        if faults:
            self.stderr.write("\n".join(faults))
            sys.exit(1)
        self.stdout.write(f"{len(codebook.procedures)} rows of codes whole; {len(RULE_NUMBERS)} rules told and shown.")


def _faults_of_rules(codebook: Codebook, rules: Path, scenarios: Path) -> list[str]:
    page = rules.read_text(encoding="utf-8") if rules.is_file() else ""
    in_scenarios: set[str] = set()
    for path in sorted(scenarios.glob("*.toml")):
        in_scenarios |= scenario_rules(path.read_text(encoding="utf-8"))
    return rule_faults(RULE_NUMBERS, codebook, documented=documented_rules(page), in_scenarios=in_scenarios)
