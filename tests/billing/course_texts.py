"""One course file in its parts, for the tests of the import."""

HEAD = """
format = 1
id = "lung-2025"
title = "Lung, five fractions"
[practice]
setting = "freestanding"
bills = "global"
[payer]
kind = "commercial"
[patient]
mrn = "F-3001"
birth_date = 1950-05-06
[course]
diagnoses = ["C34.11", "Z85.3"]
opened_on = 2025-03-03
"""
PLAN = """
[[plan]]
key = "P1"
site = "lung"
technique = "imrt"
isocenters = 1
static_fields = 7
approved_on = 2025-03-07
fractions = 30
"""
SESSIONS = """
[[session]]
key = "s1"
at = 2025-03-10T09:00:00
plans = ["P1"]
fraction = 1
[[session]]
key = "s2"
at = 2025-03-11T09:00:00
plans = ["P1"]
status = "partial"
[[session]]
key = "s3"
at = 2025-03-11T11:00:00
plans = ["P1"]
resumes = "s2"
[[session_run]]
plans = ["P1"]
first = 2025-03-12
count = 2
times = [09:00:00]
"""
BESIDES = """
[[event]]
code_family = "simulation_complex"
on = 2025-03-04
site = "brain"
[[event]]
code_family = "visit"
on = 2025-03-11
by = "physician"
[[authorization]]
codes = ["77385", "77386"]
units = 30
effective_from = 2025-03-01
effective_to = 2025-06-30
[[manual_line]]
code = "77299"
on = 2025-03-12
narrative = "Biological planning, see report."
"""
WHOLE = HEAD + PLAN + SESSIONS + BESIDES
