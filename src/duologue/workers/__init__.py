"""The items of a run made by several processes, with the result of one.

    foreman    the process that was started: deals items out, writes what comes back, and is the only one that writes
    hand       a process that makes items: it reads the run's file and asks the foreman for all else
    generating what hands of `generate` do; those of `continue` and `branch` have their own (`continuing.hand`, `branching.hand`)
    away       what a hand has in the place of the store, the book of answers, the budget and the line
    frontier   whether what an item was drawn from is what it should have been drawn from
    messages   what they tell each other, over a socket that only the two have

**The same result.** Each item must know exactly what those before it have used, or two would ask the same. To wait for that would be to
work one after the other. So a hand draws with what it knows, and notes what it asked: was this used, was that. When all items
before have drawn, the foreman compares the answers with the truth. If they are the same, so is what was drawn; else the hand is told the
truth and draws again. Scripted items are compared once they are played (drawing again after a failed check is part of it), those
with models before they are played, so that no call is paid for twice.

**One writer.** Hands have no files: nothing is to be merged, copied, or found half made; limits hold for all hands together since there is one
budget; `stats` sees the run while it goes on. What a model answered, and the turn made of it, is in the run's
file before the hand asks for anything more.

**Ends.** Hands are started anew (`exec`), not forked: a forked process shares locks, database handles and the event loop. They don't hear
Ctrl-C, and end when the socket does, that is, whenever the foreman ends. A hand that dies is noticed by the same sign: what it had not
drawn for good is made by the others, the rest by the next run of the command.
"""
