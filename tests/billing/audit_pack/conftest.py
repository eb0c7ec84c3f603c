"""Hands on the course that has something of everything."""

from tests.billing.audit_pack.whole_course import whole

__all__ = ["whole"]
