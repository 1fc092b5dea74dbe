"""Linden House Tuition, a tuition centre: classes and their waiting lists, one-to-one lessons on credit, homework, absences and fees."""
