"""Trains the subword tokenizer: a unigram model whose pieces are the same inside and outside words.

Nordic words are compounds. Without a mark for the beginning of a word, *politikk* in
*frivillighetspolitikk* is the same piece, and so the same vector, as *politikk* alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

UNKNOWN = "[UNK]"


def train_tokenizer(texts: Iterable[str], size: int, word_marks: bool = False) -> Tokenizer:
    """Texts → a unigram tokenizer with at most `size` pieces; piece 0 is the unknown one."""
    tokenizer = Tokenizer(models.Unigram())
    # These two steps are as quick as they come (no regular expressions), drop soft hyphens and
    # other invisible characters, and keep every Nordic letter and its dots and rings.
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.BertNormalizer(
                clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=True
            ),
            normalizers.NFC(),
        ]
    )
    steps: list[pre_tokenizers.PreTokenizer] = [
        pre_tokenizers.BertPreTokenizer(),
        pre_tokenizers.Digits(individual_digits=False),
    ]
    if word_marks:
        steps.append(pre_tokenizers.Metaspace(prepend_scheme="always"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    trainer = trainers.UnigramTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        max_piece_length=20,
        n_sub_iterations=2,
        shrinking_factor=0.75,
        show_progress=False,
        initial_alphabet=list("abcdefghijklmnopqrstuvwxyzæøåäöüéáàčđŋšŧžóòôêíúðþß0123456789"),
    )
    tokenizer.train_from_iterator(texts, trainer)
    return slim(tokenizer)


def slim(tokenizer: Tokenizer) -> Tokenizer:
    """Rounds the pieces' log probabilities: the file shrinks, the segmentation stays."""
    state = json.loads(tokenizer.to_str())
    state["model"]["vocab"] = [[piece, round(score, 3)] for piece, score in state["model"]["vocab"]]
    return Tokenizer.from_str(json.dumps(state, ensure_ascii=False))
