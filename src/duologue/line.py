"""The order in which items take tasks: each knows exactly what those before it have used, whoever is quicker.

An item joins the line, has its turn, draws with what it is then told is used, adds what it uses itself, and leaves. An item that breaks
off before it left takes all behind it along: they would draw without knowing what it will use once it is made.

`Line` is for the items of one process: whose turn it is waits for all before it. Where several processes make them, an item
draws at once with what is known there, and learns when it leaves whether that was enough (`workers.away`).
"""

import asyncio
from collections.abc import Container, Iterable
from typing import Protocol

from duologue.halt import HaltedError
from duologue.store import Store


class Known(Container[str], Protocol):
    """What is used, as far as it is known: ids of tasks, and names of what they ask."""

    def add(self, names: Iterable[str]) -> None:
        """Say that the item itself uses these."""


class Order(Protocol):
    """A line that items stand in."""

    def join(self, number: int) -> None:
        """Get in line, behind all that joined before."""

    async def turn(self, number: int) -> Known:
        """What those before the item have used. Raises `HaltedError` where one of them has broken off."""

    async def leave(self, number: int, known: Known, ran_out: bool = False) -> bool:
        """Say that the item has drawn; `ran_out`: and found nothing new. False: some of what it went by was wrong, it must have
        another turn. Leaving twice does nothing."""

    def break_off(self, number: int) -> None:
        """Say that the item will not be made now. Does nothing once it left."""


class Past:
    """What items used that had ended when the run was taken up.

    Looked up in the run's file name by name: a run of a hundred thousand conversations holds a million names, and the few items that
    are missing ask for some hundred each.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._any = store, store.uses_any()

    def holds(self, name: str, before: int) -> bool:
        """Whether an item before `before` used it."""
        return self._any and self._store.is_used(name, before)


class _AtTurn:
    """What is used at the turn of an item; what it adds is known to all behind at once."""

    def __init__(self, used: set[str], past: Past, number: int) -> None:
        self._used, self._past, self._number = used, past, number

    def __contains__(self, name: object) -> bool:
        return name in self._used or (isinstance(name, str) and self._past.holds(name, self._number))

    def add(self, names: Iterable[str]) -> None:
        """Say that these are used."""
        self._used.update(names)


class Line:
    """The line of one process: one item after the other."""

    def __init__(self, past: Past) -> None:
        self._past = past
        self._used: set[str] = set()
        """What items of this process have used."""
        self._waiting: dict[int, asyncio.Event] = {}
        self._broken = False

    def join(self, number: int) -> None:
        """See `Order`."""
        self._waiting[number] = asyncio.Event()
        self._call()

    async def turn(self, number: int) -> Known:
        """Wait until all before have left; what they used."""
        if number in self._waiting:
            await self._waiting[number].wait()
        if self._broken:
            raise HaltedError("An item before has not been made.")
        return _AtTurn(self._used, self._past, number)

    async def leave(self, number: int, known: Known, ran_out: bool = False) -> bool:
        """Let the next have its turn. What the item was told always stands."""
        self._waiting.pop(number, None)
        self._call()
        return True

    def break_off(self, number: int) -> None:
        """See `Order`."""
        self._broken = self._broken or number in self._waiting
        self._waiting.pop(number, None)
        self._call()

    def _call(self) -> None:
        if self._waiting:
            self._waiting[next(iter(self._waiting))].set()
