"""The families of derived tools. Each module turns a table, a link or a column into drafts.

A family offers *candidates*: a meaning with a recipe. Recipes are cheap to offer and only run for the tools that are picked.
"""
