"""What indexing did: every file met, what became of it, and the library's totals."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Report:
    """What `build` did. Every file met is counted once, in one of the lists."""

    library: str = ""
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # its source is out of reach: last text kept
    skipped: list[tuple[str, str]] = field(default_factory=list)  # (path, reason)
    warnings: list[tuple[str, str]] = field(default_factory=list)  # (path, warning)
    plans: int = 0
    passages: int = 0
    languages: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    furniture: dict[str, int] = field(default_factory=dict)  # path → characters out of search
    encoder: str = ""
    changed: bool = False

    def as_dict(self) -> dict[str, object]:
        """The report as plain data, for JSON."""
        data = asdict(self)
        for name in ("skipped", "warnings"):
            data[name] = [{"path": path, "reason": reason} for path, reason in data[name]]
        return data
