"""The dashboard: numbers of a period and of today, and the rows behind each. Reads only, stores nothing.

``asked`` and ``plots`` are pure; ``relations`` says once in SQL what is counted, ``figures`` counts it, ``rows`` lists
it. What the page shows of authorizations, missing answers and the nightly proof is counted by their own rooms.
"""
