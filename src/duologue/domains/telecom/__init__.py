"""Fellbrook Mobile, a small mobile network: its support desk on a Thursday morning in October, and the phones of its customers."""
