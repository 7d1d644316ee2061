"""Errors that speak to the user: each message says what happened, where, and what to do."""


class NaboError(Exception):
    """Base of every error that a door (CLI, app, notebook) turns into one line for the user."""


class ReadError(NaboError):
    """A source file could not be read; the message is the reason that the report shows."""


class EncoderError(NaboError):
    """An encoder is missing, damaged, or needs a package that is not installed."""


class LibraryError(NaboError):
    """A library cannot be opened or written: missing, damaged, locked, unwritable."""


class LibraryMismatch(LibraryError):
    """A library was built by another encoder, or by other passage rules, than are in use."""


class QueryError(NaboError):
    """A question, a filter or a number of hits makes no sense."""
