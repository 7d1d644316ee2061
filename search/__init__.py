"""One engine over a library: `SearchEngine(library).search(query, k, filters) -> list[Hit]`."""

from search.engine import SearchEngine
from search.filters import Filters
from search.hits import Hit

__all__ = ["Filters", "Hit", "SearchEngine"]
