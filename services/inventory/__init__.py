"""Holds: what customers own, who has reserved it, and what it becomes."""
