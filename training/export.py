"""Writes the trained vectors as a sentence-transformers folder, in one swap."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

MODULE = "0_StaticEmbedding"
_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": MODULE,
        "type": "sentence_transformers.models.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.models.Normalize",
    },
]


def export(
    folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32], card: str | None, name: str
) -> None:
    """Table [tokens, dim] → float16 weights; the old folder stays until the new one is whole."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / MODULE).mkdir(parents=True)
    (fresh / "1_Normalize").mkdir()
    save_file(
        {"embedding.weight": table.astype(np.float16)}, str(fresh / MODULE / "model.safetensors")
    )
    # The library writes it for its owner alone; the folder is to be shared.
    (fresh / MODULE / "model.safetensors").chmod(0o644)
    tokenizer.save(str(fresh / MODULE / "tokenizer.json"), pretty=False)
    _write_json(fresh / "modules.json", _MODULES)
    _write_json(
        fresh / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "name": name,
            "languages": ["nb", "nn", "da", "sv", "en"],
            "prompts": {"query": "", "document": ""},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )
    # An empty folder does not survive version control, and sentence-transformers looks for one.
    _write_json(fresh / "1_Normalize" / "config.json", {})
    old_card = folder / "README.md"
    if card is not None:
        (fresh / "README.md").write_text(card, encoding="utf-8")
    elif old_card.exists():
        shutil.copy(old_card, fresh / "README.md")
    retired = folder.with_name(folder.name + ".old")
    shutil.rmtree(retired, ignore_errors=True)
    if folder.exists():
        folder.rename(retired)
    fresh.rename(folder)
    shutil.rmtree(retired, ignore_errors=True)


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
