"""Decomposition and plans: pure, standard library only."""
