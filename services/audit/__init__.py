"""Proves: that nothing stored was altered, what was true when, and what would be decided today."""
