"""Variety and behaviour of conversations, measured."""
