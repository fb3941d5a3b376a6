"""Plumbing: knows streams and messages, never orders."""
