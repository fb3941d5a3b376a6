"""The public language of Aftersale: messages, topics, catalog entries. Imports nothing of ours."""
