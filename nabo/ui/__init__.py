"""The app's views, one a file, and the parts that they share."""
