"""What the checks of all claims ask alike: fields of letters, codes, identifiers, days, amounts, and the parties.

Not here: what only one guide asks. That is check_837p and check_837i.
"""
