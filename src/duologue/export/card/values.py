"""What a dataset card says, as values: everything on it was computed from the run or given by the person."""

from msgspec import Struct

from duologue.store import Store

FORMAT = "duologue.card/1"


class Given(Struct, frozen=True, kw_only=True):
    """What only the person, or the program around, can say of a dataset."""

    license: str = ""
    """Of the rows: an identifier of the Hugging Face Hub ("cc-by-4.0"), or any other name."""
    source_names: tuple[str, ...] = ()
    """What the sources are called, in the order of the runs."""
    source_urls: tuple[str, ...] = ()
    duties: dict[str, str] = {}
    """Role → what it does, in the order roles are shown."""
    selecting: tuple[str, ...] | None = None
    """The words that make the selection again, its runs first; None = all that were accepted are in the dataset."""
    against: tuple[str, ...] = ()
    """Benchmarks that the selection left copies of out for."""
    copies: int = 0
    """How many it left out for that."""
    since: int = 0
    """Conversations that were accepted after the selection was made."""


class Part(Struct, frozen=True):
    """A run's share of a dataset."""

    store: Store
    name: str = "RUN"
    """What it is called on the page: never where it lies."""
    built_in: bool = False
    """Its database is one of Duologue's own."""
    kept: frozenset[str] | None = None
    """Ids of the conversations a selection keeps; None = all that were accepted."""


class Summary(Struct, frozen=True):
    """A count for each of several things."""

    mean: float
    max: int


class Often(Struct, frozen=True):
    """How often something happened, and in how many conversations."""

    times: int = 0
    conversations: int = 0


class TableFacts(Struct, frozen=True):
    """A table of the source."""

    name: str
    rows: int


class SourceFacts(Struct, frozen=True):
    """Where the data comes from. `kind`: file · built-in domain · invented · simulated."""

    kind: str
    name: str
    title: str
    """What the person calls it, else `name`."""
    url: str
    images: tuple[str, ...]
    """Hashes of the database images that the rows ran on; none where tools are simulated."""
    tables: tuple[TableFacts, ...]
    left_out: tuple[str, ...]
    """Tables that nobody is asked about, each with why: those only triggers write, among others."""
    runs: tuple[str, ...]
    """Runs that were made from it."""
    tools_given: bool
    """It is a list of tools without an implementation."""


class Licence(Struct, frozen=True):
    """`id` as the Hub wants it (`unknown`, `other`), `name` as it was given; empty where it was not."""

    id: str
    name: str


class Player(Struct, frozen=True):
    """A role, what it does, and which models play it; none = scripted."""

    role: str
    does: str
    models: tuple[str, ...]


class ModelUse(Struct, frozen=True):
    """What a role's calls came to, over the whole run."""

    role: str
    calls: int
    prompt: int
    completion: int
    dollars: float


class Made(Struct, frozen=True):
    """How a run was made."""

    run: str
    """What it is called here."""
    source: str
    accepted: int
    rows: int
    """Of its conversations, those in the dataset."""
    asked: int
    seed: int
    mode: str
    simulated: bool
    tools_given: bool
    """Tools were given as a list, without an implementation."""
    tools_by_hand: bool
    """Tools were written by hand for a domain, not derived or written by a model."""
    prompts: str
    """Marks prompts that replace the built-in ones; empty where none does."""
    players: tuple[Player, ...]
    versions: dict[str, str]
    """Program → version it was made with; empty where an older version made the run and did not say."""
    ran_out: bool
    """Distinct tasks ran out before all items that were asked for."""

    @property
    def models(self) -> tuple[str, ...]:
        """All models, each once."""
        return tuple(dict.fromkeys(name for player in self.players for name in player.models))

    def plays(self, role: str) -> tuple[str, ...]:
        """The models that play a role; none = scripted."""
        return next((p.models for p in self.players if p.role == role), ())


class Offer(Struct, frozen=True):
    """An environment: the tools that some of the rows were played with."""

    id: str
    tools: int
    rules: int
    guarded: int
    """Rules that a machine enforces."""
    confirms: bool
    rows: int


class Family(Struct, frozen=True):
    """Tools of one family (what they do in terms of the database), over all environments, and the calls made of them."""

    name: str
    does: str
    """Empty where it is not known."""
    tools: int
    calls: int


class Figures(Struct, frozen=True):
    """The counts of the rows, as the paper counts them."""

    steps: Summary
    turns: Summary
    tasks: Summary
    user_turns: Summary
    tool_calls: Summary
    writes: int
    calls: int
    difficulty: dict[str, int]
    user_roles: dict[str, int]


class ActFacts(Struct, frozen=True):
    """A dialogue act of one speaker, with what it means where that is known."""

    role: str
    act: str
    means: str
    often: Often


class Behaviours(Struct, frozen=True):
    """What users and assistants do in the rows."""

    messages: dict[str, int]
    """Role → messages."""
    with_acts: dict[str, int]
    """Role → messages whose acts were recorded."""
    acts: tuple[ActFacts, ...]
    parallel: Often
    """Messages with several calls at once."""
    rounds: Often
    """Requests answered in several rounds of calls."""
    errors: Often
    """Calls that came back with an error."""
    error_types: dict[str, int]
    refused: int
    """Errors by which a rule of the policy, or of the tool, refuses a call."""
    recovered: int
    """Errors after which a call of the same tool for the same task went through."""
    changes: Often
    """Calls that changed rows."""
    asked: int
    """Of those, the ones in conversations whose goal is revealed bit by bit."""
    after_yes: int
    """Of these, made right after a user's yes."""
    trained: int
    """Assistant messages to learn from."""
    untrained: int


class CheckFacts(Struct, frozen=True):
    """A check: what it asks and can't see, what it said of all conversations played, and how many rows it passed."""

    check: str
    asks: str
    blind: str
    asked: int
    passed: int
    failed: int
    unsure: int
    rows: int


class KindFacts(Struct, frozen=True):
    """A kind of spoiled plan: how many were made, which checks caught how many, how many nothing caught."""

    kind: str
    made: int
    by: dict[str, int]
    survived: int


class SparedFacts(Struct, frozen=True):
    """A kind of variation that spoils nothing: how many were made, and how many a check wrongly objected to."""

    kind: str
    made: int
    objected: int


class Proofs(Struct, frozen=True):
    """The proofs of the rows' tasks: the kill matrix."""

    tasks: int
    proven: int
    kinds: tuple[KindFacts, ...]
    spared: tuple[SparedFacts, ...]

    @property
    def made(self) -> int:
        """Spoiled plans in all."""
        return sum(kind.made for kind in self.kinds)

    @property
    def survived(self) -> int:
        """Those that no check caught."""
        return sum(kind.survived for kind in self.kinds)


class Counts(Struct, frozen=True):
    """What became of the items of all runs."""

    items: int
    accepted: int
    rejected: int
    unfinished: int
    selected: int | None
    """None where no selection was followed."""
    against: tuple[str, ...]
    """Benchmarks whose copies the selection left out."""
    copies: int
    """How many conversations those were."""
    since: int
    """Conversations that were accepted after the selection was made."""


class Example(Struct, frozen=True):
    """A conversation, shortened."""

    id: str
    lines: tuple[tuple[str, str], ...]
    """Who speaks (or a mark for calls, results, changes, what is left out) and what."""


class Card(Struct, frozen=True):
    """The whole card."""

    format: str
    title: str
    rows: int
    language: str
    """Empty where models speak: nothing measures what they speak."""
    to_fill: tuple[str, ...]
    """What only a person can say, and nobody has."""
    counts: Counts
    sources: tuple[SourceFacts, ...]
    licence: Licence
    runs: tuple[Made, ...]
    commands: tuple[str, ...]
    """What makes it again."""
    use: tuple[ModelUse, ...]
    """What the calls of each role's models came to, over all runs."""
    offers: tuple[Offer, ...]
    families: tuple[Family, ...]
    figures: Figures
    behaviours: Behaviours
    checked: bool
    """What checks said of conversations that were not kept was written down."""
    played: int
    """Conversations that came to the checks, redraws included."""
    counted: int
    """Of those, the ones whose verdicts were counted."""
    checks: tuple[CheckFacts, ...]
    blame: dict[str, int]
    proofs: Proofs
    example: Example

    @property
    def models(self) -> tuple[str, ...]:
        """All models, each once."""
        return tuple(dict.fromkeys(name for run in self.runs for name in run.models))
