"""Turns into work: decomposes an order into domain orders and tasks."""
