"""Train the language model of `index/language_scores.py` and write data/language/.

    python -m training.train_language [--held-out]

Multinomial logistic regression over hashed n-grams, fitted with L-BFGS on all documents at once:
documents × words times words × n-grams stays two small sparse matrices, so an evaluation takes a
fraction of a second, and the result does not depend on any order of the examples.

Text: translations, term lists and single-language text of public sources, and this project's own
banks. Every source gives at most `SOURCE_WORDS` words per language, so that business software does
not drown the rest; every language weighs the same. Translations keep topics out of the weights:
what a nb and a da sentence share cannot tell them apart. Sources are noisy in language (menu texts
left in English, nynorsk labels in bokmål files), so a first model is fitted, the examples it is
sure are of another language are dropped, and the model is fitted again.

`--held-out` keeps the sources in `HELD_OUT` and a fifth of the banks out of the training text,
prints the accuracy on their sentences of 8+ words, and writes nothing: that is how the constants
here were chosen. FLORES takes no part.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.optimize import minimize
from tqdm import tqdm

from index.language_scores import BUCKET_BITS, KNOWN_BITS, MODEL_FILE, known_slots, ngrams, words_of
from index.records import LANGUAGES

SHARED: Final = Path(__file__).resolve().parent.parent.parent / "shared"
SOURCE_WORDS: Final = 60_000
LENGTHS: Final = (4, 8, 12, 16, 24, 40)  # words an example is cut to
PENALTY: Final = 1e-5  # L2, per squared weight
STEPS: Final = 80  # of L-BFGS; more fit the training text's own habits
DROP_BELOW: Final = 0.03  # probability of its own label under which an example is noise
KNOWN_COUNT: Final = 3  # times a word must stand in the training text to be known
HELD_OUT: Final = frozenset({"mozilla_www_l10n", "ndt_ud", "ndt_apertium_mt", "udhr"})
# Monolingual files whose text stands in parallel/ already, and titles without sentences.
SKIPPED: Final = frozenset({"mono/ms_d365operations", "mono/ms_businesscentral"})
SKIPPED_COMPARABLE: Final = frozenset({"sv_gov_title_passage"})

Floats = NDArray[np.float32]


class Example(NamedTuple):
    """A run of words of one language."""

    source: str
    language: int
    words: list[str]


def _pairs(shared: Path) -> Iterator[tuple[str, str, str]]:
    """(source, language, text) of the tables of text pairs; equal pairs teach nothing."""
    for folder in ("parallel", "lexicon", "comparable"):
        for path in sorted((shared / "training" / folder).glob("*.tsv.gz")):
            source = path.name.removesuffix(".tsv.gz")
            if source in SKIPPED_COMPARABLE:
                continue
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                for line in lines:
                    _, one, first, other, second = line.rstrip("\n").split("\t")[:5]
                    if first != second:
                        yield source, one, first
                        yield source, other, second


def _single(shared: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((shared / "training" / "mono").glob("*/*.txt.gz")):
        source = path.name.removesuffix(".txt.gz")
        if f"mono/{source}" in SKIPPED:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield source, path.parent.name, line


def _banks(shared: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((shared / "banks").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "passage" in row:
                yield "bank", row["lang"], f"{row['heading']}. {row['passage']}"
            for language in LANGUAGES:
                texts = [row["gist"][language]] if "gist" in row else row.get(language, [])
                for text in [*texts, *row["queries"].get(language, [])]:
                    yield "bank", language, text
    for path in sorted((shared / "banks").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                for language in LANGUAGES:
                    for term in row[language].split("|"):
                        yield "bank_terms", language, term


def examples(shared: Path, held_out: bool) -> tuple[list[Example], list[Example]]:
    """Examples to train on and, where asked for, sentences of 8+ words to measure on."""
    texts = dict.fromkeys([*_pairs(shared), *_single(shared), *_banks(shared)])
    order = [text for text in texts if text[1] in LANGUAGES]
    rng = random.Random(0)
    rng.shuffle(order)
    used: Counter[tuple[str, str]] = Counter()
    train: list[Example] = []
    measure: list[Example] = []
    for source, language, text in order:
        words, label = words_of(text), LANGUAGES.index(language)
        kept = source in HELD_OUT or (source == "bank" and zlib.crc32(text.encode()) % 5 == 0)
        if held_out and kept:
            if len(words) >= 8:
                measure.append(Example(source, label, words[:30]))
            continue
        if used[source, language] > (2 * SOURCE_WORDS if source == "bank" else SOURCE_WORDS):
            continue
        used[source, language] += len(words)
        begin = 0
        while begin < len(words):
            length = rng.choice(LENGTHS)
            if len(words) - begin - length < min(LENGTHS):
                length = len(words) - begin
            train.append(Example(source, label, words[begin : begin + length]))
            begin += length
    return train, measure


class Design(NamedTuple):
    """Sparse documents × words (rows scaled by 1/sqrt(length)) and words × buckets."""

    documents: sp.csr_matrix
    grams: sp.csr_matrix

    def logits(self, theta: Floats) -> Floats:
        """[documents, 5] from theta [buckets + 1, 5], whose last row is the bias."""
        product: Floats = self.documents @ (self.grams @ theta[:-1]) + theta[-1]
        return product


def design(sample: Sequence[Example]) -> Design:
    vocabulary: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, example in enumerate(sample):
        for word in example.words:
            rows.append(row)
            columns.append(vocabulary.setdefault(word, len(vocabulary)))
            values.append(len(example.words) ** -0.5)
    shape = (len(sample), len(vocabulary))
    documents = sp.csr_matrix((np.array(values, np.float32), (rows, columns)), shape=shape)
    words = list(vocabulary)
    parts = [ngrams(words[begin : begin + 20_000]) for begin in range(0, len(words), 20_000)]
    row_ids = np.concatenate([part[0] + 20_000 * i for i, part in enumerate(parts)])
    buckets = np.concatenate([part[1] for part in parts])
    scaled = np.concatenate([part[2] for part in parts])
    grams = sp.csr_matrix((scaled, (row_ids, buckets)), shape=(len(words), 1 << BUCKET_BITS))
    return Design(documents, grams)


def log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def fit(sample: Sequence[Example], steps: int) -> tuple[Floats, Floats]:
    """(theta [buckets + 1, 5], the probability [n] of each example's own label)."""
    matrices = design(sample)
    labels = np.array([example.language for example in sample])
    lengths = np.sqrt([len(example.words) for example in sample])
    per_language = np.bincount(labels, weights=lengths)
    weight = (lengths / per_language[labels] / len(LANGUAGES)).astype(np.float32)[:, None]
    target = np.eye(len(LANGUAGES), dtype=np.float32)[labels]
    documents_t, grams_t = matrices.documents.T.tocsr(), matrices.grams.T.tocsr()
    shape = ((1 << BUCKET_BITS) + 1, len(LANGUAGES))

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        theta = flat.astype(np.float32).reshape(shape)
        log_p = log_softmax(matrices.logits(theta))
        slope = weight * (np.exp(log_p) - target)
        gradient = 2 * PENALTY * theta
        gradient[:-1] += grams_t @ (documents_t @ slope)
        gradient[-1] += slope.sum(axis=0)
        value = PENALTY * float((theta**2).sum()) - float((weight * target * log_p).sum())
        return value, gradient.ravel().astype(np.float64)

    with tqdm(total=steps, desc="fitting", unit="step") as bar:
        result = minimize(
            loss,
            np.zeros(shape[0] * shape[1]),
            jac=True,
            method="L-BFGS-B",
            callback=lambda _: bar.update() and None,
            options={"maxiter": steps, "maxcor": 8},
        )
    theta = result.x.astype(np.float32).reshape(shape)
    log_p = log_softmax(matrices.logits(theta))
    return theta, np.exp(log_p[np.arange(len(labels)), labels])


def train(sample: Sequence[Example]) -> tuple[Floats, list[Example]]:
    """Fit, drop what is surely mislabelled, fit again. Returns theta and the examples kept."""
    _, probability = fit(sample, STEPS // 2)
    kept = [e for e, p in zip(sample, probability, strict=True) if p >= DROP_BELOW]
    print(f"{len(sample)} examples, {len(sample) - len(kept)} dropped as mislabelled")
    return fit(kept, STEPS)[0], kept


def save(theta: Floats, kept: Sequence[Example], path: Path) -> None:
    """Weights as int8 with a scale per language, the bias, and the filter of known words."""
    scales = np.abs(theta[:-1]).max(axis=0) / 127
    weights = np.clip(np.rint(theta[:-1] / scales), -127, 127).astype(np.int8)
    counts = Counter(word for example in kept for word in example.words)
    known = [word for word, count in counts.items() if count >= KNOWN_COUNT]
    filled = np.zeros(1 << KNOWN_BITS, dtype=np.uint8)
    filled[known_slots(known)] = 1
    tensors = {
        "weights": weights,
        "scales": scales.astype(np.float32),
        "bias": theta[-1].astype(np.float32),
        "known": np.packbits(filled, bitorder="little"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"languages": " ".join(LANGUAGES)})
    path.chmod(0o644)  # the writer leaves it readable by its owner alone
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {len(known)} known words")


def report(theta: Floats, measure: Sequence[Example]) -> None:
    predicted = design(measure).logits(theta).argmax(axis=1)
    right: defaultdict[tuple[int, str], list[bool]] = defaultdict(list)
    for example, language in zip(measure, predicted, strict=True):
        right[example.language, example.source].append(bool(language == example.language))
    for (language, source), hits in sorted(right.items()):
        print(f"{LANGUAGES[language]}  {source:20} {len(hits):6} {sum(hits) / len(hits):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of training text")
    parser.add_argument("--held-out", action="store_true", help="measure instead of writing")
    arguments = parser.parse_args()
    sample, measure = examples(arguments.shared, arguments.held_out)
    theta, kept = train(sample)
    if arguments.held_out:
        report(theta, measure)
    else:
        save(theta, kept, MODEL_FILE)


if __name__ == "__main__":
    main()
