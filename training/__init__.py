"""Training of the bundled Nordic encoder: banks and public text in, `data/encoder/` out."""
