"""The checks, as far as they apply, for conversation files that anyone wrote."""
