"""Fee schedules as people keep them: loaded from a file, computed from Medicare's own, changed a price at a time.

Which schedule prices a line is for billing/pricing. Here a change is drafted, shown and saved: prices.py, timeline.py,
price_file.py and formula.py are pure; saving.py is the only door that writes.
"""
