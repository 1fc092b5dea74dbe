"""What people do beside going on with their goals: each a small piece of its own, mixed by a profile.

Four kinds, by where they come in (`scene.py` has their protocols):

* an *answer* replies to something the assistant asked otherwise than plainly (another value after all, a wait);
* an *aside* takes a turn of its own between two requests (a follow-up, a doubt, a recap);
* a *shape* changes how the next request is put (by its place in a list, two at once, half of it first);
* a *remark* is a sentence at the end of an answer or a request (small talk, impatience).

A behaviour keeps nothing to itself. Whether there is occasion for it follows from the turns; whether it is taken up from the
profile (`profile.yaml` names every behaviour, with how often, and how often in one conversation) and the conversation's seed. Every turn
says which it holds (`Turn.behaviours`). Within a kind the order below is the order of asking.
"""

from duologue.simulate.behaviours.ask_first import AskFirst
from duologue.simulate.behaviours.check import Check
from duologue.simulate.behaviours.compare import Compare
from duologue.simulate.behaviours.doubt import Doubt
from duologue.simulate.behaviours.follow_up import FollowUp
from duologue.simulate.behaviours.impatience import Impatience
from duologue.simulate.behaviours.ordinal import Ordinal
from duologue.simulate.behaviours.out_of_scope import OutOfScope
from duologue.simulate.behaviours.partial import Partial
from duologue.simulate.behaviours.provoked import Provoked
from duologue.simulate.behaviours.push_back import PushBack
from duologue.simulate.behaviours.recap import Recap
from duologue.simulate.behaviours.scene import Answer, Aside, Remark, Shape
from duologue.simulate.behaviours.second_thought import FirstWish, SecondThought
from duologue.simulate.behaviours.short_name import ShortName, WhichName
from duologue.simulate.behaviours.slip import PutRight, Slip
from duologue.simulate.behaviours.small_talk import SmallTalk
from duologue.simulate.behaviours.trying import ComeBack, TryAgain
from duologue.simulate.behaviours.two import TwoAtOnce
from duologue.simulate.behaviours.waiting import HoldOn, PutOff, TakeUp

__all__ = ["ANSWERS", "ASIDES", "PARTING", "REMARKS", "SHAPES"]

ANSWERS: tuple[Answer, ...] = (PutRight(), WhichName(), SecondThought(), HoldOn(), PutOff(), AskFirst())
"""Tried before the plain answer to what the assistant asks."""
ASIDES: tuple[Aside, ...] = (
    PushBack(),
    TryAgain(),
    ComeBack(),
    TakeUp(),
    Doubt(),
    OutOfScope(),
    Compare(),
    Check(),
    Provoked(),
    FollowUp(),
)
"""Tried before the next request; the first that takes the turn has it."""
PARTING: tuple[Aside, ...] = (Recap(),)
"""Tried when all is asked, before the last words."""
SHAPES: tuple[Shape, ...] = (Partial(), Ordinal(), FirstWish(), Slip(), ShortName(), TwoAtOnce())
"""Applied to the next request, each to what the ones before made of it."""
REMARKS: tuple[Remark, ...] = (Impatience(), SmallTalk())
"""Tried on an answer or a request; the first that says something has the say."""
