"""The doors: the command line (`nabo`) and the views of the app."""
