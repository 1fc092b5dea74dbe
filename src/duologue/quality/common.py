"""Words that belong to a sentence and not to its values, even where some row of the data is called so.

A film may be called "One" and a column "and". Taken for values wherever they are said, such words would make one sentence into two:
one with the word, where no row is called so, and one with a mask. So they are never masked alone; in a longer name they are. The list
holds what joins, points, asks and answers in any conversation, and no word for a thing that a database might be about.
"""

COMMON = frozenset(
    """
    a about above actually add after again against ago all almost along already alright also although always am among an and another any anybody
    anymore anyone anything anyway are aren around as ask asked at away back be because been before behind being below beside best better between beyond big
    both bring but by bye call called came can cannot care cheers check checked clear come confirm correct could couldn course cross
    d did didn different do does doesn doing don done double down during each either else enough even ever every everyone everything exactly
    fair few fine find first for forget from full further gave get gets give given glad go goes going gone good goodbye got gotcha great
    had happen happened happy has hasn have haven having he hear hello help hence her here hers hey hi him his hm hmm hold hope how however
    i if im in indeed instead into is isn it its itself just keep kind know last later least leave left less let like likely list little ll long look looked looking lot
    made make makes many matter may maybe me mean meant might mind mine miss moment more morning most much must my myself
    need needed needs neither never new next nice no nobody none nope nor not nothing now
    of off oh ok okay old on once one ones only onto or other others otherwise ought our ours out over own
    part perfect perhaps place please plus point possible pull put quick quickly quite rather re read ready really right run
    s said same save saw say says second see seem seems seen send set several shall she should shouldn show shows similar since single so some somebody
    someone something soon sorry sort sound sounds start still stop such sum sure
    t take taken talk tell than thank thanks that the their theirs them themselves then there these they thing things think third this those though
    through thus till to together told too took toward true try turn two under until up upon us use used ve very
    wait want wanted wants was wasn way we well went were weren what whatever when where whether which while who whole whom whose why will wish with within without
    won word work works would wouldn wrong yeah yep yes yet you your yours yourself
    """.split()  # noqa: SIM905 - a page of words reads better so
)
