"""Lowther Bay Catering Supplies, the back office of its finance team: bills and payment runs, invoices and the bank, journals, expenses."""
