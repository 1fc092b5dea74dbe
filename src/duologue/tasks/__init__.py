"""Proven tasks, sampled over what tools give and what tools need (stages C and F)."""
