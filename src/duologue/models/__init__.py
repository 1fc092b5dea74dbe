"""Language models behind the OpenAI chat protocol, and what it takes to rely on them.

A model is anything with `ask(request)` (`protocols.ChatModel`); what it takes to rely on one is added by wrapping:

    http       the protocol over HTTP: retries, replicas, concurrency that finds its own level
    budget     the limits of the person: the worst case of a call is set aside before it is sent
    recording  every answer kept by the request's key, and given again instead of asking again
    voice      a model in a role: its prompt, and answers that must be valid before they count
"""
