"""What other rules, or today's, would say of days that are past, held against what stands in the ledger.

Nothing is stored: every look runs in a transaction that PostgreSQL lets read alone, and how far one has come travels
with whoever asks. What is posted when facts change is capture's business.
"""
