"""Runs the benchmarks one after another, each in a process of its own; fails if one misses its target.

``python -m bench [NAME ...]`` with DATABASE_URL and CELERY_BROKER_URL set; ``make bench`` sets them.
"""

import subprocess
import sys

BENCHES = (
    "capture",
    "x12_write",
    "x12_read",
    "export",
    "remittance",
    "session_save",
    "load_cms",
    "policy_look",
    "prove",
    "worklist",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, all without a name; return 1 if one failed or missed its target."""
    missed = []
    for name in names or BENCHES:
        print(f"\n=== {name} ===", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0:
            missed.append(name)
    print(f"\n{'Every target is met.' if not missed else 'Missed or failed: ' + ', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
