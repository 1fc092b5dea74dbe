"""Plans: expected calls whose arguments may point into earlier results, and how they compare with the calls made."""
