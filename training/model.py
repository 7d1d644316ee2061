"""The static encoder while it learns, with its gradients written out.

A text is a bag of token ids, so a batch is a sparse matrix [texts, tokens] and the encoder one
sparse product. Written out in numpy and scipy, a step takes a third of the time that autograd
needs on a CPU, where most goes into the gradients of rows that no text has touched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from training.bags import Ints
from training.teacher import DIMENSION as TEACHER_DIMENSION

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The numbers of one training run."""

    dimension: int = 256
    vocabulary: int = 44_000
    steps: int = 600
    batch: int = 2048
    learning_rate: float = 0.03
    # Norm of a token vector before training. Tokens that are seldom or never drawn stay near it, so
    # a small one keeps their noise out of the means.
    spread: float = 0.1
    temperature: float = 0.05
    dropout: float = 0.15
    # The contrastive gradient is 1 / temperature times steeper: at 1 the teacher is hardly heard.
    distil: float = 4.0
    # A pair of English sides that the teacher finds this alike is no safe negative.
    same_meaning: float = 0.85
    seed: int = 13


class RowAdam:
    """Adam that moves only the rows of a table that have a gradient."""

    def __init__(self, table: Floats, beta1: float = 0.9, beta2: float = 0.99) -> None:
        self._table = table
        self._first = np.zeros_like(table)
        self._second = np.zeros_like(table)
        self._steps = np.zeros(len(table), dtype=np.int64)
        self._beta1, self._beta2 = beta1, beta2

    def step(self, rows: Ints, gradient: Floats, rate: float) -> None:
        """`rows` [r] of the table move against `gradient` [r, dim]."""
        self._steps[rows] += 1
        steps = self._steps[rows][:, None]
        first = self._beta1 * self._first[rows] + (1 - self._beta1) * gradient
        second = self._beta2 * self._second[rows] + (1 - self._beta2) * gradient**2
        self._first[rows], self._second[rows] = first, second
        correction = np.sqrt(1 - self._beta2**steps) / (1 - self._beta1**steps)
        move = (rate * correction).astype(np.float32) * first / (np.sqrt(second) + 1e-8)
        self._table[rows] -= move


@dataclass(slots=True)
class Pooled:
    """Unit vectors of a batch of texts, and what their gradient needs."""

    bags: sparse.csr_matrix  # [n, tokens], each row sums to one
    norms: Floats  # [n, 1]
    vectors: Floats  # [n, dim]

    def back(self, gradient: Floats) -> Floats:
        """Gradient of the unit vectors → gradient of the mean vectors, [n, dim]."""
        along = (gradient * self.vectors).sum(1, keepdims=True)
        result: Floats = (gradient - along * self.vectors) / self.norms
        return result


class StaticStudent:
    """Mean of token vectors; the vectors' norms are free and become term weights."""

    def __init__(
        self, tokens: int, dimension: int, unknown: int, seed: int, spread: float = 0.1
    ) -> None:
        rng = np.random.default_rng(seed)
        scale = dimension**-0.5
        self.table: Floats = rng.normal(0, scale, (tokens, dimension)).astype(np.float32)
        self.table *= spread
        self.table[unknown] = 0.0
        self._unknown = unknown
        self.to_teacher: Floats = rng.normal(0, scale, (dimension, TEACHER_DIMENSION)).astype(
            np.float32
        )

    def pool(self, ids: Ints, offsets: Ints) -> Pooled:
        """ids [tokens], offsets [n] → unit vectors."""
        ends = np.append(offsets, len(ids))
        shares = (1 / np.maximum(np.diff(ends), 1)).astype(np.float32)
        values = np.repeat(shares, np.diff(ends))
        values[ids == self._unknown] = 0.0
        bags = sparse.csr_matrix((values, ids, ends), shape=(len(offsets), len(self.table)))
        means = bags @ self.table
        norms = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-6)
        return Pooled(bags, norms, means / norms)


def contrastive(
    left: Floats, right: Floats, unsafe: Flags, temperature: float
) -> tuple[float, Floats, Floats]:
    """Symmetric InfoNCE over unit vectors [n, dim] → loss, gradients of left and right.

    `unsafe` [n, n] marks pairs that may not serve as negatives; never the diagonal.
    """
    count = len(left)
    scores = left @ right.T
    diagonal = np.arange(count)
    positive = scores[diagonal, diagonal].copy()
    # Cosines are at most 1, so subtracting 1 is all that the softmax needs to stay finite.
    scores -= 1
    scores *= 1 / temperature
    weights = np.exp(scores, out=scores)
    weights[unsafe] = 0.0
    rows, columns = weights.sum(1), weights.sum(0)
    loss = float((np.log(rows * columns) / 2 - (positive - 1) / temperature).mean())
    weights *= (0.5 / rows)[:, None] + (0.5 / columns)[None, :]
    weights[diagonal, diagonal] -= 1
    weights *= 1 / (count * temperature)
    return loss, weights @ right, weights.T @ left


def distillation(
    vectors: Floats, taught: Floats, to_teacher: Floats, known: Flags
) -> tuple[float, Floats, Floats]:
    """1 - cosine of the mapped vectors to the teacher's → loss, gradients of vectors and map."""
    gradient = np.zeros_like(vectors)
    if not known.any():
        return 0.0, gradient, np.zeros_like(to_teacher)
    mapped = vectors[known] @ to_teacher
    norms = np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), 1e-6)
    unit = mapped / norms
    cosine = (unit * taught[known]).sum(1, keepdims=True)
    slope = (cosine * unit - taught[known]) / (norms * len(mapped))
    gradient[known] = slope @ to_teacher.T
    return float(1 - cosine.mean()), gradient, vectors[known].T @ slope
