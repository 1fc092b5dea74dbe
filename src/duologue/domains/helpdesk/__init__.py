"""Northmoor Instruments, the service desk of a company's IT: accounts, access, devices, tickets, and the computer on the caller's own desk."""
