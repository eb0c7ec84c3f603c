"""Fixtures that every room of the tests shares."""
