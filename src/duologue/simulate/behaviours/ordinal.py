"""The user points at a row by its place in the list just read out."""

from msgspec.structs import replace

from duologue.language.phrases import MANY
from duologue.simulate.behaviours.scene import Request, Scene
from duologue.types import Json, Mention, Pick

__all__ = ["Ordinal"]


class Ordinal:
    """ "the second one" """

    by_words = True

    def shape(self, scene: Scene, request: Request) -> None:
        """Replace the name of a row by its place."""
        listed = next((a for a in scene.past.heard if "names" in a.values and a.need is not None), None)
        if listed is None or listed.need is None or request.need.meaning.family in MANY:
            return  # conditions on many rows name what they are about
        names: list[Json] = listed.values["names"]
        table = listed.need.meaning.table
        out = []
        for mention in request.need.mentions:
            name = mention.by.get("@name")
            if mention.table == table and len(names) > 1 and names.count(name) == 1:
                place = Mention(mention.table, pick=Pick("ordinal", value=names.index(name) + 1))
                if _is_same(scene, mention, place) and scene.takes_up("ordinal"):
                    mention = place
                    request.behaviours.append("ordinal")
            out.append(mention)
        request.need = replace(request.need, mentions=tuple(out))


def _is_same(scene: Scene, one: Mention, other: Mention) -> bool:
    """Both mean the same row, as far as that is known: a namesake may stand in the list."""
    rows = [scene.mirror.meant(m, scene.view.turns) for m in (one, other)]
    return None in rows or len({row.key for row in rows if row is not None}) == 1
