"""What a course would charge before it is treated, or what is left of one: lines, totals, and units to ask for.

A planned course becomes facts, the rules say its lines, the price lists their amounts; nothing is stored. It is an
estimate of charges: what a payer allows and what a patient owes of it is no matter of this room.
"""
