"""The tables that the first migration of courses creates, a module for each of courses/models.

Frozen as every migration is: what a model becomes later stands in the migrations after the first, not here.
"""
