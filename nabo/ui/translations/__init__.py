"""The interface's words, one language a file. Every file has the same keys and placeholders."""
