"""Decides: turns a request into order lines and answers for them."""
