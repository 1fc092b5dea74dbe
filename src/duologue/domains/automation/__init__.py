"""Ravensbeck Automation, the platform desk of a delivery company: hosts, releases, playbook runs, certificates and backups on a Wednesday afternoon."""
