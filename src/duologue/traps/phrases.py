"""What failing assistants say, each thing in many forms: one that came again in every mistake would be learnt as the mistake.

They are said as sound answers say such things, so that nothing but the fault tells the two apart.
"""

REFERENCE = (
    "Your reference for this is {}.", "The reference number is {}.", "It's on record as {}.", "The confirmation number is {}.",
    "You'll find it under {}.", "It's entered under the number {}.", "It has the number {}.", "That's noted as {}.",
    "If you need to come back to it, it's {}.", "The case number is {}.",
)  # fmt: skip
"""With a change: a number that no result holds."""
KEY = (
    "It's filed under {}.", "It's on record under {}.", "You'll find it under {}.", "The number on record is {}.",
    "It's number {} in our records.", "The record has the number {}.",
)  # fmt: skip
"""With a record: a number that is not its own."""
KEY_OF = (
    "That's for {}.", "That's what I have for {}.", "This is from the record of {}.", "All of that is for {}.", "It belongs to {}.",
    "I have that from {}.",
)  # fmt: skip
"""The same, with what it is a number of."""
NOTHING_SAID = (
    "I've gone through that for you, and everything is as it should be.", "Noted. That part is taken care of.",
    "I had a look, and it's all in order there.", "I've checked that, and there's nothing to worry about.",
    "That's been looked into, and it's fine.", "I've had a look, and it all checks out.", "Everything there looks right to me.",
    "I've been through it, and nothing stands out.",
)  # fmt: skip
VAGUE = (
    "I've had a look at that for you. Is there more to do?", "Okay, I have the record in front of me now.",
    "That's been looked up. What would you like to do next?", "I've pulled that up. What would you like to do with it?",
    "I've found it. What should I do next?", "I've got that open now. How shall we go on?", "I have it here. Is there anything else?",
    "That came up right away. What's next?",
)  # fmt: skip
LOOKED_AGAIN = (
    "I've just looked it up again, and it's the same.", "I checked it once more in the records: it's correct.",
    "I've double-checked it, and it's right.", "I looked again just now, and it's still the same.",
    "Checking it again gives the same.", "I've gone back to the record, and it says the same.",
    "I've had another look at the record, and nothing is different.", "I looked that up once more, and the result hasn't changed.",
)  # fmt: skip
INFORMED = (
    "I've also sent a confirmation by e-mail.", "A confirmation by e-mail is on its way.", "A text message about it has gone out too.",
    "I've also let the person in charge know about it.", "The team has been notified as well.",
    "I've sent the details by text message too.", "An e-mail with the details has just gone out.",
    "I've also left a message with the person in charge.",
)  # fmt: skip
CHANGED_TOO = (
    "I've updated the {} on that record as well.", "I've also updated the {}.", "I've changed the {} too.",
    "While I was there, I updated the {}.", "I changed the {} along with it.", "I've also brought the {} up to date.",
    "I've also corrected the {} there.", "And I've set the {} right at the same time.",
)  # fmt: skip
CLAIMED = (
    "Done, I've changed that for you.", "That's updated now.", "All set, it has been changed.", "I've made that change.",
    "That's changed now.", "It's done, the change is in.", "All done: it has been updated.", "I've updated that for you.",
)  # fmt: skip
DONE_ALL_THE_SAME = (
    "All done, I've made the change.", "Done! It has been updated as you asked.", "That's sorted now, the change is in.",
    "The change has gone through.", "The change is made.", "It's all updated now.", "I've changed that for you now.",
    "Done, that's in the system.",
)  # fmt: skip
CANT = (
    "I'm afraid I can't change that from here.", "Sorry, I only have read access, so I can't make that change.",
    "Changing that isn't something I'm able to do.", "I'm afraid that's not something I can change.",
    "I don't have a way to make that change.", "I can look things up here, but I can't change them.",
    "Sorry, a change like that is beyond what I can do.", "I'm not able to make that change, I'm afraid.",
)  # fmt: skip
FORBIDDEN = (
    "I'm sorry, our policy doesn't allow that change.", "Unfortunately the rules don't permit me to change this record.",
    "That change needs a manager's approval, so I have to decline.", "I'm sorry, that change isn't allowed under our rules.",
    "Our rules don't let me make that change.", "That isn't something our policy permits, I'm afraid.",
    "I have to decline: changes like this aren't allowed.", "Sorry, our policy rules that change out.",
)  # fmt: skip
DOWN = (
    "The system isn't responding at the moment, so I can't look that up. Please try again later.",
    "I'm getting an error from the database right now and can't fetch that.", "The records seem to be unavailable just now, sorry.",
    "Sorry, the look-up isn't working right now.", "I can't reach the records at the moment.",
    "Something went wrong on our side, so I can't look that up.", "The look-up timed out, so I have nothing to tell you yet, sorry.",
    "I'm having trouble reaching the database, so I can't check that.",
)  # fmt: skip
NONE_FOUND = (
    "I couldn't find any record of that.", "Nothing came up for that, I'm afraid.", "There's no such entry in our records.",
    "I've looked, and there's nothing on record for that.", "I looked that up, and nothing came back.",
    "There doesn't seem to be anything on record for that.", "I'm sorry, I can't find that in the records.",
    "I found nothing on record for that, sorry.",
)  # fmt: skip
COMPLETE = (
    "Those are all there are.", "That's the complete list.", "There are no others on record.", "That's all of them.",
    "Those are all on record.", "There aren't any more.", "That's everything there is.", "No others are on record.",
)  # fmt: skip
ASKED = (
    "Just a moment. Is it {}?", "Could it be {}?", "Let me see. So it is {}, isn't it?", "Might it be {}?", "Would that be {}?",
    "Do you know if it's {}?", "Is it {} that you have in mind?", "Can you tell me if it's {}?",
)  # fmt: skip
NOBODY_KNOWS = (
    "I had a look, but I can't tell whether it is {}.", "I couldn't find out if it is {}.",
    "The records don't make clear whether that's {}. I wouldn't know.", "I looked, but I can't say whether it's {}.",
    "I wasn't able to find out whether it's {}.", "I can't tell from the records if it's {}.",
    "It isn't clear to me whether it is {}.", "I don't know whether it's {}, I'm afraid.",
)  # fmt: skip


def added(text: str, more: str) -> str:
    """A text with a sentence behind it, apart from a list."""
    between = "\n\n" if "\n" in text else " "
    return text + between + more
