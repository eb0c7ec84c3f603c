"""Template tags of the dashboard: amounts without cents for axes, lags as people say them."""

from decimal import Decimal

from django import template

register = template.Library()
_THOUSAND = 1_000
_DAYS_IN_HOURS = 2
"""Below so many days a lag is said in hours."""


@register.filter
def axis_dollars(amount: Decimal) -> str:
    """Write an amount at an axis: no cents, thousands as K.

    >>> axis_dollars(Decimal("2500")), axis_dollars(Decimal("20000")), axis_dollars(Decimal("0"))
    ('$2.5K', '$20K', '$0')
    """
    thousands = amount / _THOUSAND
    if abs(amount) < _THOUSAND:
        return f"${amount:,.0f}"
    return f"${thousands:,.0f}K" if thousands == int(thousands) else f"${thousands:,.1f}K"


@register.filter
def lag(days: float | None) -> str:
    """Say a lag in hours below two days, in days with one decimal above.

    >>> lag(0.5), lag(3.25), lag(None)
    ('12 h', '3.2 days', 'none yet')
    """
    if days is None:
        return "none yet"
    return f"{days * 24:.0f} h" if abs(days) < _DAYS_IN_HOURS else f"{days:.1f} days"
