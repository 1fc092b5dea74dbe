"""Skerry Air, a small airline that sells flights, and hotel stays to go with them: its booking desk on a Wednesday morning in May."""
