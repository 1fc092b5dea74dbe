"""What a row of a list goes by that has no name of its own: its key, in the words people have for it ("order item 2 of order 40211")."""

from collections.abc import Sequence
from functools import cached_property

from duologue.language.grammar import listed
from duologue.language.phrases import Phrases
from duologue.plans.gist import owner_slots
from duologue.types import Json, Mention

Told = tuple[str, Json]
"""A slot and its value."""


class Keyed:
    """Words keys of the rows of one table."""

    def __init__(self, phrases: Phrases, subject: str) -> None:
        self.phrases, self.subject = phrases, subject

    def name(self, naming: Sequence[Told]) -> str:
        """A row by its key: "order 40211", "order item 2 of order 40211", "bell 2 of Christ Church"."""
        own = [(s, v) for s, v in naming if not self.refers(s)]
        others = [self._other(s, v) for s, v in naming if self.refers(s)]
        if len(own) == 1 and others:
            return f"{self._numbered(*own[0], alone=True)} of {listed(others)}"
        return listed(others) or listed([self._numbered(s, v, len(naming) == 1) for s, v in naming])

    def refers(self, slot: str) -> bool:
        """A part of the key that is another row's: a reference, or the name of what one refers to."""
        column = self.phrases.slot(slot)[2]
        return self.is_owner(slot) or (column is not None and column.role == "reference")

    def is_owner(self, slot: str) -> bool:
        """The name of a row that a part of the key refers to."""
        return slot in self.owners.values()

    @cached_property
    def owners(self) -> dict[str, str]:
        """Parts of the key → the slots of the names of the rows they refer to (see `owner_slots`)."""
        return owner_slots(self.phrases.catalog, self.subject)

    def _other(self, slot: str, value: Json) -> str:
        if self.is_owner(slot):
            plain = " " in str(value).strip()  # in a list several words are seen to be a name
            return self.phrases.row(Mention(slot.removesuffix(".@name"), by={"@name": value}), bare=plain)
        return self._numbered(slot, value, alone=False)

    def _numbered(self, slot: str, value: Json, alone: bool) -> str:
        """A row that goes by its number: "order 40211"; by several, each with what it is."""
        if alone and isinstance(value, str) and not value.strip().isdigit():
            return self.phrases.value(slot, value)
        label = self.phrases.table(self.subject)[0] if alone else self.phrases.label(slot, self.subject)
        return f"{label} {self.phrases.value(slot, value)}"
