"""The order rules: pure, standard library only."""
