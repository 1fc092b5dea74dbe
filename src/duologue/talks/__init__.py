"""Conversations that anybody wrote, read from whatever file holds them.

A file is read row by row (`files`), each row by its shape (`conversations`, `messages`, `offered`) into values that keep what was written,
wrong or right (`values`). What is made of them is for others: `audit` looks for what is wrong, `quality` for what repeats.
"""

from duologue.talks.conversations import conversations, conversations_or
from duologue.talks.values import Call, Offered, Place, Talk, Turn, Unreadable

__all__ = ["Call", "Offered", "Place", "Talk", "Turn", "Unreadable", "conversations", "conversations_or"]
