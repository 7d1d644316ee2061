"""What turns text into vectors: the bundled Nordic model, or any sentence-transformers model.

Importing this module, and loading the bundled model, needs numpy and tokenizers only; torch is
imported when another kind of model is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError
from index.paths import BUNDLED_ENCODER

Floats = NDArray[np.float32]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text's tokens: `vectors` [t, dim] with learnt norms, `spans` [t, 2] in characters."""

    vectors: Floats
    spans: NDArray[np.int64]


@runtime_checkable
class Encoder(Protocol):
    """Texts → vectors of unit length, float32 [n, dim]; a text without a known word → zeros."""

    @property
    def name(self) -> str:
        """What the model is called: `nabo-nordic-static`, a hub name, or a folder."""

    @property
    def revision(self) -> str:
        """A short string that changes whenever the vectors may change."""

    @property
    def dim(self) -> int:
        """Numbers in a vector."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages the model was made for; empty where it does not say."""

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Questions, with the model's own question prompt → [n, dim]."""

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Passages, with the model's own passage prompt → [n, dim]; `progress(done)` as it goes."""


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder that also gives the vectors of single tokens, for late interaction."""

    @property
    def token_table(self) -> Floats:
        """The vectors of all tokens [tokens, dim] with learnt norms; zeros do not count."""

    def token_ids(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Texts → the rows of `token_table` that stand for their tokens, each [t]."""

    def token_vectors(self, texts: Sequence[str]) -> list[TokenVectors]:
        """One record per text; the mean of its vectors points where the text's vector points."""


def load_encoder(name: str | None = None) -> Encoder:
    """`None` → the bundled model; else a folder, or the name of a model on the Hugging Face hub.

    Raises EncoderError, with what happened, to which file, and what to do.
    """
    from index.static_encoder import StaticEncoder, is_static

    if name is None:
        return StaticEncoder.load(BUNDLED_ENCODER)
    name = name.strip()
    if not name:
        raise EncoderError("The encoder's name is empty: give a folder, a model name, or nothing.")
    folder = Path(name).expanduser()
    if folder.is_dir():
        if is_static(folder):
            return StaticEncoder.load(folder)
    elif _looks_like_path(name):
        raise EncoderError(
            f"There is no model folder at {folder}. Check the path, or leave the encoder out"
            " to use the bundled one."
        )
    from index.transformer_encoder import TransformerEncoder

    return TransformerEncoder.load(str(folder) if folder.is_dir() else name)


def encodable(text: str) -> str:
    """Half a surrogate pair, from a broken file, becomes `?`: character offsets stay."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def _looks_like_path(name: str) -> bool:
    """Hub names have at most one slash, and never begin like a path."""
    return name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1


def embedding_text(heading: Sequence[str], text: str) -> str:
    """What is embedded of a passage: its heading path, then its words."""
    return f"{' › '.join(heading)}\n{text}" if heading else text
