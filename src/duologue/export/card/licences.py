"""Names of licences as the Hugging Face Hub wants them in a card (its documentation, "Licenses")."""

import re

from duologue.export.card.values import Given, Licence

BUILT_IN = "apache-2.0"
"""Of the built-in domains, whose rows were made up for Duologue."""
_NAMES = """
    afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bigcode-openrail-m bigscience-bloom-rail-1.0 bigscience-openrail-m bsd bsd-2-clause
    bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0
    cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0
    cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0
    etalab-2.0 eupl-1.1 gemma gfdl gpl gpl-2.0 gpl-3.0 isc lgpl lgpl-2.1 lgpl-3.0 lgpl-lr llama2 lppl-1.3c mit mpl-2.0 ms-pl ncsa
    odbl odc-by ofl-1.1 openrail openrail++ osl-3.0 pddl postgresql unlicense wtfpl zlib
"""
KNOWN = frozenset(_NAMES.split())


def licence_of(given: Given, built_in: bool) -> Licence:
    """The licence that was given, or the built-in domains' own where all sources are such."""
    name = " ".join(given.license.split()) or (BUILT_IN if built_in else "")
    if not name:
        return Licence("unknown", "")
    return Licence(name.lower() if name.lower() in KNOWN else "other", name)


def slug(name: str) -> str:
    """A licence's name as an identifier."""
    return re.sub(r"[^a-z0-9.+]+", "-", name.lower()).strip("-") or "other"
