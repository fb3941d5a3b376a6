"""The installed base: pure, standard library only."""
