"""The `aftersale` command: the composition root."""
