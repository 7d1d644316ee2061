"""Words of others on the user's terminal: made harmless, and errors made one line."""

from __future__ import annotations

import unicodedata

import click


def printable(text: str) -> str:
    """Without control characters, which a hostile document could use on the terminal.

    Soft hyphens and other invisible marks are dropped, so that they do not cut words in two.
    """
    return "".join(
        c if c.isprintable() or c in "\n\t" else "" if unicodedata.category(c) == "Cf" else " "
        for c in text
    )


def one_line(text: str) -> str:
    """The text in one printable line."""
    return " ".join(printable(text).split())


def say(message: str) -> None:
    """One line on standard error, whatever names and words of others stand in it."""
    click.echo(f"nabo: {one_line(message)}", err=True)
