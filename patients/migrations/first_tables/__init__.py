"""The tables that the first migration of patients creates, a module for each of patients/models.

Frozen as every migration is: what a model becomes later stands in the migrations after the first, not here.
"""
