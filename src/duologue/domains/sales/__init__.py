"""Brackwater Instruments, a maker of measuring instruments that sells to businesses: its sales desk on a Thursday morning in June."""
