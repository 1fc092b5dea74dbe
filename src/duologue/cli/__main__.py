"""`python -m duologue.cli`."""

from duologue.cli import main

main()
