"""Alder Road Clinic, the front desk of an outpatient clinic: appointments, referrals, cover, bills and repeat prescriptions."""
