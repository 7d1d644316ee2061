"""The training loop: draws batches from the sources and moves the token vectors."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from tokenizers import Tokenizer
from tqdm import tqdm

from training.bags import Bags, Ints, PairSampler
from training.groups import Source
from training.model import Floats, Recipe, RowAdam, StaticStudent, contrastive, distillation
from training.teacher import DIMENSION as TEACHER_DIMENSION
from training.teacher import Teacher
from training.tokenizer import UNKNOWN

_log = logging.getLogger(__name__)
# The teacher reads at most this many groups of one source: beyond it adds time, not sense.
_TAUGHT = 12_000


class Batches:
    """Batches of fixed composition: each source fills its share."""

    def __init__(self, sources: Sequence[Source], recipe: Recipe, rng: np.random.Generator) -> None:
        self._rng = rng
        self._counts = [round(source.share * recipe.batch) for source in sources]
        self._samplers: list[PairSampler] = []
        self._group_starts: list[int] = []
        texts = groups = 0
        for source in sources:
            self._samplers.append(PairSampler(source.groups, texts))
            self._group_starts.append(groups)
            texts += sum(len(group.texts) for group in source.groups)
            groups += len(source.groups)

    def draw(self) -> tuple[Ints, Ints, Ints]:
        """→ group numbers, left text rows, right text rows, each [batch]."""
        parts = [
            (chosen + start, left, right)
            for sampler, start, count in zip(
                self._samplers, self._group_starts, self._counts, strict=True
            )
            for chosen, left, right in [sampler.draw(count, self._rng)]
        ]
        groups, left, right = (np.concatenate(column) for column in zip(*parts, strict=True))
        return groups, left, right


def teach(sources: Sequence[Source], teacher: Teacher) -> tuple[Floats, NDArray[np.bool_]]:
    """→ a unit vector per group from its English texts [groups, 384], and which have one."""
    english: list[list[str]] = []
    for source in sources:
        budget = _TAUGHT
        for group in source.groups:
            texts = group.in_language("en") if budget > 0 else []
            budget -= bool(texts)
            english.append(texts)
    flat = [text for texts in english for text in texts]
    vectors = teacher.embed(flat)
    counts = np.array([len(texts) for texts in english])
    owner = np.repeat(np.arange(len(english)), counts)
    taught = np.zeros((len(english), TEACHER_DIMENSION), dtype=np.float32)
    np.add.at(taught, owner, vectors)
    taught /= np.maximum(np.linalg.norm(taught, axis=1, keepdims=True), 1e-9)
    return taught, counts > 0


def train(
    sources: Sequence[Source], tokenizer: Tokenizer, teacher: Teacher, recipe: Recipe
) -> StaticStudent:
    """Sources → a trained student; the same for the same seed."""
    rng = np.random.default_rng(recipe.seed)
    texts = [text.text for source in sources for group in source.groups for text in group.texts]
    _log.info("tokenising %d texts", len(texts))
    bags = Bags.of(tokenizer, texts)
    same_text = _numbers(texts)
    taught, has_teacher = teach(sources, teacher)
    batches = Batches(sources, recipe, rng)
    student = StaticStudent(
        tokenizer.get_vocab_size(),
        recipe.dimension,
        _unknown(tokenizer),
        recipe.seed,
        recipe.spread,
    )
    words, bridge = RowAdam(student.table), RowAdam(student.to_teacher)
    every_row = np.arange(len(student.to_teacher))
    with tqdm(total=recipe.steps, desc="training", unit="step") as bar:
        for step in range(recipe.steps):
            groups, left_rows, right_rows = batches.draw()
            left = student.pool(*bags.take(left_rows, rng, recipe.dropout))
            right = student.pool(*bags.take(right_rows, rng, recipe.dropout))
            known, target = has_teacher[groups], taught[groups]
            unsafe = _unsafe(groups, same_text[left_rows], same_text[right_rows])
            both_known = np.ix_(known, known)
            unsafe[both_known] |= _alike(target[known], recipe.same_meaning)
            np.fill_diagonal(unsafe, False)
            loss, left_slope, right_slope = contrastive(
                left.vectors, right.vectors, unsafe, recipe.temperature
            )
            distilled = 0.0
            map_slope = np.zeros_like(student.to_teacher)
            for side, slope in ((left, left_slope), (right, right_slope)):
                part, vector_slope, part_slope = distillation(
                    side.vectors, target, student.to_teacher, known
                )
                slope += recipe.distil * vector_slope
                map_slope += part_slope
                distilled += part / 2
            rate = recipe.learning_rate * _rate(step, recipe.steps)
            both = sparse.vstack([left.bags, right.bags], format="csr")
            slopes = np.concatenate([left.back(left_slope), right.back(right_slope)])
            rows = np.unique(both.indices)
            words.step(rows, both[:, rows].T @ slopes, rate)
            bridge.step(every_row, map_slope, rate / 10)
            bar.update()
            if step % 100 == 99 or step == 0:
                bar.set_postfix(loss=f"{loss:.3f}", distil=f"{distilled:.3f}")
                _log.info("step %d: contrastive %.4f, distillation %.4f", step + 1, loss, distilled)
    return student


def _rate(step: int, steps: int) -> float:
    """A short warm-up, then a straight line down to a hundredth."""
    return min(1.0, (step + 1) / 50) * max(0.01, 1 - step / steps)


def _numbers(texts: Sequence[str]) -> Ints:
    """A number per text that equal texts share."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text.lower(), len(seen)) for text in texts], dtype=np.int64)


def _unsafe(groups: Ints, left: Ints, right: Ints) -> NDArray[np.bool_]:
    """[n, n] pairs that are no negatives: those of the same concept, or with the same words."""
    unsafe: NDArray[np.bool_] = groups[:, None] == groups[None, :]
    for one, other in ((left, right), (left, left), (right, right)):
        unsafe |= one[:, None] == other[None, :]
    return unsafe


def _alike(taught: Floats, threshold: float) -> NDArray[np.bool_]:
    """[n, n] pairs whose English sides the teacher finds alike."""
    alike: NDArray[np.bool_] = np.greater(taught @ taught.T, threshold)
    return alike


def _unknown(tokenizer: Tokenizer) -> int:
    found = tokenizer.token_to_id(UNKNOWN)
    if found is None:
        raise ValueError(f"the tokenizer has no piece {UNKNOWN}")
    return int(found)
