"""From documents to a library: readers, cleaning, passages, language, kinds, encoder, catalogue."""
