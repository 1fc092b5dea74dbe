"""Thistledown, the operations desk of an online ticket seller: alerts, incidents, on-call shifts, changes and what is learnt."""
