"""Any sentence-transformers model as an encoder, with its own prompts. Imports torch when used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Floats, Progress, encodable
from index.errors import EncoderError

_BATCH = 32
_REPORT_EVERY = 256
_SAFE = ".safetensors"
_PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
# Model files that end like pickles but hold no weights.
_HARMLESS = ("training_args.bin",)
_QUERY_NAMES = ("query", "queries", "web_search_query", "s2p_query", "search_query")
_PASSAGE_NAMES = ("document", "passage", "corpus", "search_document")


@dataclass(frozen=True, slots=True)
class Prompts:
    """Text put before each question and each passage."""

    query: str = ""
    passage: str = ""


_INSTRUCT = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
)
_BGE = "Represent this sentence for searching relevant passages: "
# Families whose configurations often lack their prompts. The first pattern found in the name wins.
_FAMILIES: tuple[tuple[str, Prompts], ...] = (
    (r"e5-.*instruct|qwen3-embedding|gte-qwen", Prompts(_INSTRUCT, "")),
    (r"(^|[/_-])e5-", Prompts("query: ", "passage: ")),
    (r"bge-m3", Prompts()),
    (r"bge-.*-en", Prompts(_BGE, "")),
    (r"arctic-embed-.*v2", Prompts("query: ", "")),
    (r"arctic-embed", Prompts(_BGE, "")),
    (
        r"embeddinggemma",
        Prompts("task: search result | query: ", "title: none | text: "),
    ),
    (r"nomic-embed", Prompts("search_query: ", "search_document: ")),
    (r"labse|minilm|gte-|mpnet|distiluse", Prompts()),
)


class TransformerEncoder:
    """A sentence-transformers model; questions and passages get its own prompts."""

    def __init__(self, model: Any, name: str, revision: str, prompts: Prompts) -> None:
        self._model = model
        self.name = name
        self.revision = revision
        self.prompts = prompts
        self.languages: tuple[str, ...] = ()
        self.dim = int(_dimension(model))

    @classmethod
    def load(cls, name: str) -> TransformerEncoder:
        """A folder, or a hub name; raises EncoderError where it cannot be had or is not safe."""
        folder = Path(name)
        local = folder.is_dir()
        if local:
            _refuse_pickles(folder)
        model = _open(name, local)
        prompts = find_prompts(model, f"{folder.resolve().name}" if local else name)
        # The prompts decide the vectors as much as the weights do.
        revision = _hash_folder(folder) if local else _hub_revision(model)
        stamp = hashlib.sha256(f"{revision}|{prompts}".encode()).hexdigest()[:8]
        return cls(model, name, f"{revision[:16]}-{stamp}", prompts)

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Questions → unit vectors [n, dim]."""
        return self._encode(texts, self.prompts.query, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Passages → unit vectors [n, dim]; `progress` hears how many texts are done."""
        return self._encode(texts, self.prompts.passage, progress)

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> Floats:
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), _REPORT_EVERY):
            rows = [
                row
                for row in range(start, min(start + _REPORT_EVERY, len(texts)))
                if texts[row].strip()  # an empty text means nothing: zeros, not the prompt's vector
            ]
            if rows:
                vectors[rows] = self._model.encode(
                    [encodable(texts[row]) for row in rows],
                    prompt=prompt,
                    batch_size=_BATCH,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                ).astype(np.float32)
            if progress is not None:
                progress(min(start + _REPORT_EVERY, len(texts)))
        vectors = np.nan_to_num(vectors)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Floats = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9)
        return unit


def find_prompts(model: Any, name: str) -> Prompts:
    """The prompts of the model's configuration, else those of its family, else none."""
    known: dict[str, str] = {
        key: value for key, value in (getattr(model, "prompts", None) or {}).items() if value
    }
    if known:
        default = known.get(getattr(model, "default_prompt_name", None) or "", "")
        return Prompts(
            query=next((known[key] for key in _QUERY_NAMES if key in known), default),
            passage=next((known[key] for key in _PASSAGE_NAMES if key in known), default),
        )
    for pattern, prompts in _FAMILIES:
        if re.search(pattern, name.lower()):
            return prompts
    return Prompts()


def _open(name: str, local: bool) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderError(
            f"The encoder {name} needs the package sentence-transformers, which is not installed."
            " Run `make transformers`, or leave the encoder out to use the bundled one."
        ) from error
    try:
        return SentenceTransformer(
            name,
            local_files_only=local,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # whatever the many libraries beneath raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        advice = (
            "Copy the model again"
            if local
            else "Check the name and the network, download the model once while online"
        )
        raise EncoderError(
            f"The encoder {name} could not be loaded: {reason}. {advice},"
            " or leave the encoder out to use the bundled one."
        ) from error


def _refuse_pickles(folder: Path) -> None:
    """Weights that are only there as a pickle are refused: reading one can run any code."""
    for path in sorted(folder.rglob("*")):
        pickled = path.suffix in _PICKLED and path.name not in _HARMLESS
        if pickled and not any(near.suffix == _SAFE for near in path.parent.iterdir()):
            raise EncoderError(
                f"{path} may run code when it is read, so it is not. Save the model again with"
                " safetensors, or choose another one."
            )


def _hash_folder(folder: Path) -> str:
    """A hash over the configuration, tokenizer and weights in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".json", ".txt", ".model", _SAFE) and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _hub_revision(model: Any) -> str:
    """The hub's commit where the model knows it, else a hash over the weights in memory."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    commit = getattr(config, "_commit_hash", None)
    if commit:
        return str(commit)
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()


def _dimension(model: Any) -> int:
    # Renamed in sentence-transformers 5.3; both versions are in use.
    ask = getattr(model, "get_embedding_dimension", None) or (
        model.get_sentence_embedding_dimension
    )
    return int(ask())
