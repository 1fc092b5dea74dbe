"""Amounts of money and time, for reading."""


def dollars(amount: float) -> str:
    """An amount of money, small ones to the hundredth of a cent."""
    return f"${amount:,.2f}" if amount >= 100 or not amount else f"${amount:.4f}"


def duration(seconds: float) -> str:
    """A time, in hours from one hour on."""
    return f"{seconds / 3600:,.2f} h" if seconds >= 3600 else f"{seconds:,.1f} s"
