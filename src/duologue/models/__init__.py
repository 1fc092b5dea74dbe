"""Language models behind the OpenAI chat protocol, and what it takes to rely on them.

A model is anything with `ask(request)` (`protocols.ChatModel`); what it takes to rely on one is added by wrapping:

    endpoint   what a person says of a model: addresses, limits, price
    http       the protocol over HTTP: retries, replicas, what a server takes found out by asking
    budget     the limits of the person: the worst case of a call is set aside before it is sent
    recording  every answer kept by the request's key, and given again instead of asking again
    voice      a model in a role: its prompt, and answers that must be valid before they count

Beneath `http`, each knowing nothing of the others above it: `wire` (requests and answers as bytes), `structured` (asking for JSON),
`transport` (one exchange), `refusals` (what a server's no means), `replicas` (which server), `pace` (how many calls at once).
"""
