"""`python -m nabo …`: the command line where the `nabo` script is not on the path."""

from nabo.cli import main

main()
