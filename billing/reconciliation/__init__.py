"""Expected against actual: what a course should have by simple counting, what stands in the ledger, what differs.

The expectation is counted from sessions and plans alone; it asks neither the rules nor their tables. So a rule that
goes wrong, or a line that was lost, shows here instead of agreeing with itself. Nothing is written.
"""
