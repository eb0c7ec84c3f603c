"""The audit pack of a course: everything that was planned, delivered, charged, claimed, answered and changed.

``pack`` reads it in a fixed number of queries as sections of plain cells; ``csv_text`` and ``document`` write the same
sections as CSV and PDF; ``making`` puts both into a ZIP and records who looked. Nothing else is changed.
"""
