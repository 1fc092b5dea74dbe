"""Is this something a user would say? Asked of every user turn before it enters a conversation, and again of the finished one.

| a user                                                   | where               |
|----------------------------------------------------------|---------------------|
| keeps to their own voice, and names no tool and no column | `speech`            |
| gives no hidden fact away and no value from nowhere        | `values`            |
| makes at most two new requests at once                     | `crowd`             |
| does not ask for what has just been told                   | `repeats`           |
| wants what their goal wants: that value, that row, that way | `contradictions`    |
| ends when everything is done, not before and not long after | `ending`            |

Scripted users are known by their acts as well, models' users by their words alone; what can be asked of words is asked of both. Precision
goes first: an objection is one that a reader would share. A bad user is never blamed on the assistant.
"""

from duologue.checks.gate.keeper import UserGate, gate, toolset_names, user_gate

__all__ = ["UserGate", "gate", "toolset_names", "user_gate"]
