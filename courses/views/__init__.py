"""The clinical pages: a machine's day, a session, a course, a plan, an event.

Each view reads the request, calls a step, answers.
"""
