"""Where things lie: the project's own data, and the library that is used when none is named."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT / "data"
DEMO_PLANS = DATA / "plans"
BUNDLED_ENCODER = DATA / "encoder"


def default_library() -> Path:
    """The folder named by `NABO_LIBRARY`, else `library/` in the project's folder."""
    named = os.environ.get("NABO_LIBRARY", "").strip()
    return Path(named) if named else PROJECT / "library"
