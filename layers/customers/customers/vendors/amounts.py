"""Amounts in the smallest unit of a currency, and as decimals in its own."""

from decimal import Decimal
from typing import Any

_NO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_FOUR_DECIMALS = frozenset(["CLF", "UYW"])
"""ISO 4217's exponents; all others have two decimals."""


def decimal(minor_units: int, currency: str | None) -> str:
    """An amount in the currency's own unit: `-12.50`."""
    return str(Decimal(minor_units).scaleb(-_decimals(currency)))


def minor_units(amount: str, currency: str | None) -> Any:
    """The amount in a text; the text unchanged if it is no amount, or has a fraction of the smallest unit."""
    try:
        units = Decimal(amount).scaleb(_decimals(currency))
        return int(units) if units == units.to_integral_value() else amount
    except ArithmeticError:
        return amount


def _decimals(currency: str | None) -> int:
    return (
        0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 4 if currency in _FOUR_DECIMALS else 2
    )
