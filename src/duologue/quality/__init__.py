"""How varied conversations are, and what users do in them: figures for any run and any file.

`spoken` takes a conversation from wherever it comes, `masking` leaves only how it is worded, `counting` counts that, `forms` says what
turns do, `report` puts it all together. Nothing here judges whether a conversation is right; `verify` and `audit` do.
"""

from duologue.quality.forms import THIN, is_thin
from duologue.quality.report import FORMAT, NEAR, Source, quality
from duologue.quality.spoken import Spoken, labels_of, of_dialogue, of_talk

__all__ = ["FORMAT", "NEAR", "THIN", "Source", "Spoken", "is_thin", "labels_of", "of_dialogue", "of_talk", "quality"]
