"""Larkfield Home, an online shop for kitchen and home goods: what `generate` uses when it is given nothing else."""
