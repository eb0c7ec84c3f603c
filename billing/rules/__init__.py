"""The charge rules: clinical facts of a course in, charge lines and findings out.

    outcome = charge_lines(facts, load_codebook())

``facts`` is everything known of one course (facts.py); ``outcome`` every line that it should have today, each with
its reason, and every finding (lines.py). Derived anew each time, from nothing but the facts and the tables: no
framework, no database, no clock, no settings. Knowledge with dates and sources stands in tables/, counting in
functions, and docs/rules.md says it in words.
"""

from billing.rules.codebook import load_codebook
from billing.rules.engine import charge_lines

__all__ = ["charge_lines", "load_codebook"]
