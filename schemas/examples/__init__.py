"""Fjordnet, an operator made up for trying things out: its catalog, its customers, and a day of its CRM."""
