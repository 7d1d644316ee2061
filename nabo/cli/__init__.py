"""The command line: arguments in, one documented call, a table or JSON out."""

from nabo.cli.main import main, nabo

__all__ = ["main", "nabo"]
