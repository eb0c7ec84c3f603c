"""Payers' policies: periods entered, changed and taken away, and what that would change before it is saved.

What a setting does to a line is the rules' business (billing/rules); what differs between two answers of the rules is
found by billing/capture.
"""

from billing.policies.entering import (
    CHANGED_MEANWHILE,
    faults_of,
    planned,
    planned_without,
    remove_period,
    save_period,
)
from billing.policies.explaining import explained
from billing.policies.filing import FilingConsequences, filing_consequences
from billing.policies.history import Change, history_of
from billing.policies.looking import (
    BATCH,
    WINDOW,
    Scope,
    Step,
    count_courses,
    count_older_courses,
    look,
    scope_of,
)
from billing.policies.progress import Progress, begun, go_on, opened
from billing.policies.standing import columns_of, period_of, settings_from, standing_periods
from billing.policies.timeline import DEFAULTS, Period, Plan, Settings, Wanted, settings_on

__all__ = [
    "BATCH",
    "CHANGED_MEANWHILE",
    "DEFAULTS",
    "WINDOW",
    "Change",
    "FilingConsequences",
    "Period",
    "Plan",
    "Progress",
    "Scope",
    "Settings",
    "Step",
    "Wanted",
    "begun",
    "columns_of",
    "count_courses",
    "count_older_courses",
    "explained",
    "faults_of",
    "filing_consequences",
    "go_on",
    "history_of",
    "look",
    "opened",
    "period_of",
    "planned",
    "planned_without",
    "remove_period",
    "save_period",
    "scope_of",
    "settings_from",
    "settings_on",
    "standing_periods",
]
