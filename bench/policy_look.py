"""How long it takes to say what a changed policy would do to a payer's courses, a batch an answer.

Every course of the department belongs to one payer and was captured; then the policy asks for authorizations, which
holds nearly every line: the most that a look can find. Measured is each step as the page asks for it, through to the
sealed progress; the target is what a request may take, however many courses there are.

Run: python -m bench.policy_look [courses] with DATABASE_URL leading to a migrated database that may be emptied.
"""

import os
import resource
import statistics
import sys
import time
from datetime import date

COURSES = 2000
TARGET_SECONDS = 5.0
"""The longest step; a request is given thirty seconds."""


def measure(courses: int) -> bool:
    """Look at all courses step by step; print what it took and return whether each step met the target."""
    from bench.capture import fill
    from billing import policies
    from billing.capture import sweep
    from billing.policies import DEFAULTS, Settings, Wanted
    from patients.models import Coverage

    fill(courses)
    Coverage.objects.update(payer_id=2)
    sweep()
    asking = Settings(type(DEFAULTS.policy)(requires_authorization=True))
    plan = policies.planned(payer_id=2, wanted=Wanted(date(2020, 1, 1), None, asking))
    scope = policies.scope_of(plan, payer_id=2, today=date(2025, 4, 20))
    began = time.perf_counter()
    progress = policies.begun(plan, scope, revision=1)
    took: list[float] = []
    while not progress.is_done:
        step = time.perf_counter()
        policies.go_on(progress, scope)
        sealed = progress.sealed()
        took.append(time.perf_counter() - step)
    whole, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    totals = progress.totals
    print(f"{totals.courses} courses, {totals.lines} lines that change, {len(took)} steps of {policies.BATCH}")
    print(f"a step: median {statistics.median(took):.2f} s, longest {max(took):.2f} s (target {TARGET_SECONDS} s)")
    print(f"all of them: {whole:.1f} s; progress {len(sealed)} characters; peak memory {peak:.0f} MB")
    return totals.courses == courses and max(took) <= TARGET_SECONDS


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncocharge.settings")
    import django

    django.setup()
    sys.exit(0 if measure(int(sys.argv[1]) if len(sys.argv) > 1 else COURSES) else 1)
