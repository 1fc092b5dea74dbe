"""Conversations with known faults and known liberties, by which checks and judges are measured."""
