"""The rules that order judges alone, one file a subject."""
