"""Values that show by their form, whatever the conversation is about: dates and times, figures, codes, addresses, what stands in quotes.

A mask is one character of a range of Unicode that no text uses; `SHOWN` says how a person sees it. The kinds are few on purpose: an
amount is a number, a time a date, a code a name, because which of them stands in a sentence is a matter of the data and not of wording.
"""

import re

from duologue.language.days import MONTHS

__all__ = ["DATE", "LABEL", "LIST", "MASK", "NAME", "NUMBER", "SHOWN", "early", "late", "shown"]

NUMBER, DATE, NAME, LABEL, LINK, LIST = (chr(0xE000 + n) for n in range(6))
MASK = "[\ue000-\ue005]"
SHOWN = {NUMBER: "⟨number⟩", DATE: "⟨date⟩", NAME: "⟨name⟩", LABEL: "⟨label⟩", LINK: "⟨link⟩", LIST: "⟨list⟩"}
_TABLE = str.maketrans(SHOWN)
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_BLANKS = re.compile(r"[^\S\n]+")

_FULL = "|".join(m for m in MONTHS if m not in ("may", "march"))
_SHORT = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_MONTH = rf"(?:{_FULL}|may|march|(?:{_SHORT})\b\.?)"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_CLOCK = r"\d{1,2}(?::\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[ap]\.?m\b\.?)?|\s?(?:[ap]\.?m\b\.?|o['’]clock))"
_ZONE = r"(?:\s?(?:Z|UTC|GMT|CET|EST|PST)\b|[+-]\d\d:?\d\d\b)?"
_YEAR = r"(?:\d{4}|['’]\d\d)\b"
_PERIOD = r"(?:second|minute|hour|day|night|week|weekend|fortnight|month|quarter|season|year|decade)s?"
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a few|a couple of|several)"
_DATED = "|".join(
    (
        r"\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?",
        r"\d\d?([/.-])\d\d?\1\d{2,4}\b",
        rf"(?:{_DAY},?\s+)?(?:the\s+)?\d\d?(?:st|nd|rd|th)?\.?(?:\s+of)?[\s-]{_MONTH}(?:,?[\s-]{_YEAR})?",
        rf"(?:{_DAY},?\s+)?{_MONTH}\s+(?:the\s+)?\d\d?(?:st|nd|rd|th)?\b(?![:.,]\d)(?:,?\s+{_YEAR})?",
        rf"{_MONTH},?\s+(?:of\s+)?{_YEAR}",
        r"\d{4}-\d\d(?![-\d])",
        r"(?:Q[1-4]|H[12])(?:\s+(?:of\s+)?\d{4})?",
        rf"(?:this|last|next|past|previous|coming)\s+(?:{_PERIOD}|{_DAY}|{_MONTH}|(?:{_COUNT}\s+){_PERIOD})",
        rf"{_COUNT}\s+{_PERIOD}\s+(?:ago|earlier|later|from now)",
        rf"(?:{_FULL}|{_DAY}|today|tonight|yesterday|tomorrow)",
        rf"(?:in|since|until|till|by|of|from|for|during|to|before|after)\s+(?:the\s+)?(?:may|march|(?:{_SHORT}))(?=\s*(?:[,.;!?]|$))",
        rf"{_CLOCK}{_ZONE}",
    )
)
_DATES = re.compile(rf"(?<![\w.])(?:{_DATED})(?![\w])(?:(?:,|\s+at|\s+on|\s*[-–]|\s+to|\s+and|\s+through)?\s+{_CLOCK}{_ZONE}(?!\w))?", re.IGNORECASE)  # fmt: skip
_LEAD = re.compile(r"(?:in|since|until|till|by|of|from|for|during|to|before|after)\s+(?:the\s+)?", re.IGNORECASE)
_LINKS = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"')\]]+|\bwww\.[^\s<>\"')\]]+|(?<![\w.+%-])[\w.+%-]++@[\w-]+(?:\.[\w-]+)+"
)
_QUOTES = re.compile(
    r"```.*?```|`[^`\n]+`|\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|«[^»\n]{1,200}»|„[^“”\n]{1,200}[“”]"
    r"|(?<!\w)'[^'\n]{1,120}'(?!\w)|(?<!\w)‘[^’\n]{1,120}’(?!\w)",
    re.DOTALL,
)
_PHONES = re.compile(r"(?<![\w.])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,5}\)[\s.-]?)?\d{2,5}(?:[\s./-]\d{2,5}){2,4}(?![\w])|(?<![\w.])\(?\d{3}\)?[\s.-]\d{3,4}(?:[.-]\d{3,4})?(?!\w)")  # fmt: skip
_CODES = re.compile(r"#\s?[\w-]+|\b(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])(?!\d+(?:st|nd|rd|th|s|k|m|bn|x|kg|g|km|cm|mm|l|ml|lbs?|h|hrs?|min|gb|mb)\b)[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*\b")  # fmt: skip
_MONEY = r"(?:US|A|C|R)?[$£€¥₹]|(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|INR)\s?"
_UNITS = (
    r"%|percent|per cent|[$£€¥₹]|(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|INR|dollars?|euros?|pounds?|cents?|bucks)\b|(?:k|m|bn|million|billion|thousand|hundred|dozen)\b"
    r"|(?:km|cm|mm|m|miles?|feet|ft|inch(?:es)?|kg|g|grams?|kilos?|lbs?|oz|ml|l|lit(?:re|er)s?|mph|kmh|kwh|mb|gb|kb|bytes?|ms|s|sec|seconds?|min|minutes?|h|hours?|days?|weeks?|months?|years?)\b"
)
_ONES = "two|three|four|five|six|seven|eight|nine"
_WORDED = (
    rf"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|{_ONES}))?|{_ONES}|zero|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:a|one)\s+(?:hundred|thousand|million|dozen|couple))(?:\s+(?:hundred|thousand|million|billion|dozen)(?:\s+and)?)*"
)
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
_NUMBERS = re.compile(
    rf"(?<!\w)[-+−~≈]?(?:{_MONEY})?[-−]?\d+(?:[,.'\u00a0\u202f]\d+)*(?:st|nd|rd|th|s|x)?(?:\s?(?:{_UNITS})(?!\w))*%?"
    rf"|\b{_WORDED}\b(?:\s(?:{_UNITS})(?!\w))?|(?<=the\s){_ORDINAL}\b",
    re.IGNORECASE,
)


def early(text: str) -> str:
    """Links, dates and times masked: what must be seen before names and labels are looked for."""
    text = _BLANKS.sub(" ", _PRIVATE.sub(" ", text))
    if "@" in text or "www." in text or "://" in text:
        text = _LINKS.sub(LINK, text)
    return _DATES.sub(_dated, text)


def _dated(found: re.Match[str]) -> str:
    lead = _LEAD.match(found[0])
    return (lead[0] if lead else "") + DATE


def late(text: str) -> str:
    """Quotes, phone numbers, codes and figures masked, in what is left when names and labels are found."""
    text = _QUOTES.sub(NAME, text)
    if any(c.isdigit() for c in text):
        text = _CODES.sub(NAME, _PHONES.sub(LINK, text))
    return _NUMBERS.sub(NUMBER, text)


def shown(text: str) -> str:
    """A masked text as a person reads it."""
    return text.translate(_TABLE)
