"""Marks that models are steered with: where a turn begins and ends in a chat template, and where a call or its result does.

They are nobody's words. Trained on inside a message, one would end the turn there.
"""

import re

__all__ = ["MARKS"]

MARKS = re.compile(r"<\|[a-z_0-9]{2,30}\|>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</?tool_calls?>|<functioncall>|</?tool_response>|<｜[^｜>]{2,30}｜>")  # fmt: skip
