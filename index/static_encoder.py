"""Static encoders: one vector per subword, a text is their mean. Read with numpy and tokenizers.

The folder is in sentence-transformers' StaticEmbedding format, so `SentenceTransformer(folder)`
gives the same vectors. A token's norm was learnt and is its weight in the mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.encoder import Floats, Progress, TokenVectors, encodable
from index.errors import EncoderError

_BLOCK = 512
# A text of more tokens is summed by counting them, which needs no memory per token.
_LONG = 20_000
_REMEMBERED = 200_000
_REMEDY = (
    "Copy the model again, or leave the encoder out to use the bundled one"
    " (`git checkout data/encoder` restores that)."
)


@dataclass(frozen=True, slots=True)
class StaticFolder:
    """Where a static model's files lie."""

    root: Path
    module: Path

    @property
    def config(self) -> Path:
        return self.root / "config_sentence_transformers.json"

    @property
    def weights(self) -> Path:
        return self.module / "model.safetensors"

    @property
    def tokenizer(self) -> Path:
        return self.module / "tokenizer.json"


def is_static(folder: Path) -> bool:
    """Whether `modules.json` says: a StaticEmbedding, and at most a Normalize after it."""
    try:
        types = [str(module["type"]) for module in _modules(folder)]
    except (EncoderError, KeyError, TypeError):
        return False
    return (
        bool(types)
        and types[0].endswith("StaticEmbedding")
        and (all(kind.endswith("Normalize") for kind in types[1:]))
    )


class StaticEncoder:
    """The mean of token vectors, of unit length. Deterministic; independent of the batch."""

    def __init__(
        self,
        name: str,
        revision: str,
        tokenizer: Tokenizer,
        table: Floats,
        languages: tuple[str, ...] = (),
    ) -> None:
        """`table` [tokens, dim]: a row of zeros is a token that does not count."""
        self.name = name
        self.revision = revision
        self.languages = languages
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._table = table
        self._words: dict[str, list[int]] = {}
        self._by_word = _splits_at_whitespace(tokenizer)

    @classmethod
    def load(cls, folder: Path) -> StaticEncoder:
        """Reads a folder; raises EncoderError where a file is missing, damaged or does not fit."""
        if not folder.is_dir():
            raise EncoderError(f"There is no encoder at {folder}. {_REMEDY}")
        files = StaticFolder(folder, folder / str(_modules(folder)[0].get("path", "")))
        tokenizer = _read_tokenizer(files.tokenizer)
        table = _read_table(files.weights)
        pieces = tokenizer.get_vocab_size()
        if pieces > len(table):
            raise EncoderError(
                f"{files.tokenizer} knows {pieces} pieces, but {files.weights} holds"
                f" {len(table)} vectors: they are of different models. {_REMEDY}"
            )
        config = _read_json(files.config) if files.config.exists() else {}
        return cls(
            name=str(config.get("name") or folder.resolve().name),
            revision=_revision(files),
            tokenizer=tokenizer,
            table=table,
            languages=tuple(str(language) for language in config.get("languages") or ()),
        )

    @property
    def dim(self) -> int:
        return int(self._table.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Texts → unit vectors [n, dim]; a static model has no prompts."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Texts → unit vectors [n, dim]; `progress` hears how many texts are done."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), _BLOCK):
            block = [encodable(text) for text in texts[start : start + _BLOCK]]
            self._pool(self._ids(block), vectors[start : start + _BLOCK])
            if progress is not None:
                progress(min(start + _BLOCK, len(texts)))
        return _unit(vectors)

    def token_vectors(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Texts → their known tokens' vectors [t, dim] with learnt norms, and character spans."""
        encodings = self._tokenizer.encode_batch(
            [encodable(text) for text in texts], add_special_tokens=False
        )
        result = []
        for encoding in encodings:
            vectors = self._table[np.asarray(encoding.ids, dtype=np.int64)]
            spans = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
            known = vectors.any(axis=1)
            result.append(TokenVectors(vectors[known], spans[known]))
        return result

    @property
    def token_table(self) -> Floats:
        """The vectors of all tokens [tokens, dim] with learnt norms; zeros do not count."""
        return self._table

    def token_ids(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Texts → the rows of `token_table` that stand for their tokens, each [t]."""
        found = self._ids([encodable(text) for text in texts])
        return [np.asarray(ids, dtype=np.int64) for ids in found]

    def _ids(self, texts: list[str]) -> list[list[int]]:
        """Texts → token ids of each. A word is segmented once and then remembered."""
        if not self._by_word:
            batch = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
            return [encoding.ids for encoding in batch]
        words = [text.split() for text in texts]
        if len(self._words) > _REMEMBERED:
            self._words.clear()
        new = [word for word in set(chain.from_iterable(words)) if word not in self._words]
        found = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        self._words.update(zip(new, (encoding.ids for encoding in found), strict=True))
        return [list(chain.from_iterable(map(self._words.__getitem__, text))) for text in words]

    def _pool(self, texts: list[list[int]], into: Floats) -> None:
        """Token ids of some texts → the sums of their vectors, written to `into` [n, dim].

        The sum points where the mean does. Each row depends on its own text alone.
        """
        for row, ids in enumerate(texts):
            if len(ids) > _LONG:
                tokens, counts = np.unique(ids, return_counts=True)
                into[row] = counts.astype(np.float32) @ self._table[tokens]
            elif ids:
                # One text at a time is quicker than np.add.reduceat over a batch, which walks
                # down the columns and misses the cache.
                self._table.take(ids, axis=0).sum(axis=0, out=into[row])


def _splits_at_whitespace(tokenizer: Tokenizer) -> bool:
    """Whether a text's tokens are those of its words, one by one: then words can be remembered."""
    normalizer = _types(tokenizer.normalizer)
    splitter = _types(tokenizer.pre_tokenizer)
    return (
        normalizer <= {"BertNormalizer", "NFC", "NFKC", "Lowercase", "StripAccents"}
        and bool(splitter & {"BertPreTokenizer", "Whitespace", "WhitespaceSplit"})
        and splitter <= {"BertPreTokenizer", "Whitespace", "WhitespaceSplit", "Digits"}
        and tokenizer.truncation is None
    )


def _types(component: Any) -> set[str]:
    """Names of a tokenizer component's steps."""
    if component is None:
        return set()
    state = json.loads(component.__getstate__())
    steps = state.get("normalizers") or state.get("pretokenizers") or [state]
    return {str(step["type"]) for step in steps}


def _unit(vectors: Floats) -> Floats:
    """Rows of unit length; a row of zeros stays zeros."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9)
    return unit


def _modules(folder: Path) -> list[dict[str, Any]]:
    """The modules that the folder's `modules.json` lists, at least one."""
    path = folder / "modules.json"
    modules = _read_json(path)
    if not isinstance(modules, list) or not modules or not isinstance(modules[0], dict):
        raise EncoderError(f"{path} lists no modules: it is damaged. {_REMEDY}")
    return modules


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EncoderError(f"The encoder's file {path} is missing. {_REMEDY}") from error
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"The encoder's file {path} cannot be read: {error}. {_REMEDY}"
        ) from error


def _read_tokenizer(path: Path) -> Tokenizer:
    if not path.is_file():
        raise EncoderError(f"The encoder's file {path} is missing. {_REMEDY}")
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers package raises bare Exception
        raise EncoderError(f"The tokenizer {path} is damaged: {error}. {_REMEDY}") from error


def _read_table(path: Path) -> Floats:
    """The token vectors [tokens, dim], as float32."""
    if not path.is_file():
        pickled = path.with_name("pytorch_model.bin")
        if pickled.exists():
            raise EncoderError(
                f"{pickled} may run code when it is read, so it is not. Save the model again with"
                " safetensors, or choose another one."
            )
        raise EncoderError(f"The encoder's file {path} is missing. {_REMEDY}")
    try:
        stored = load_file(str(path))
    except (SafetensorError, OSError, ValueError) as error:
        raise EncoderError(f"The weights {path} are damaged: {error}. {_REMEDY}") from error
    if "embedding.weight" in stored:
        table = stored["embedding.weight"].astype(np.float32)
    elif "embeddings" in stored:  # as model2vec writes it
        rows = stored["embeddings"].astype(np.float32)
        if "mapping" in stored:
            rows = rows[stored["mapping"].astype(np.int64)]
        if "weights" in stored:
            rows *= stored["weights"].astype(np.float32)[:, None]
        table = rows
    else:
        raise EncoderError(f"{path} holds no token vectors, but {sorted(stored)}. {_REMEDY}")
    if table.ndim != 2 or not np.isfinite(table).all():
        raise EncoderError(f"The weights {path} are not a table of finite numbers. {_REMEDY}")
    return table


def _revision(files: StaticFolder) -> str:
    """A hash over everything that decides the vectors."""
    digest = hashlib.sha256()
    for path in (files.tokenizer, files.weights):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
