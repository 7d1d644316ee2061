"""The encoder contract, over the bundled model and tiny models that are built here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from index.encoder import Encoder, TokenEncoder, load_encoder
from index.errors import EncoderError
from index.paths import BUNDLED_ENCODER

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "query",
    "passage",
    ":",
    "frivillighet",
    "skole",
    "vei",
]
TEXTS = [
    "Frivillighet i skole",
    "vei",
    "",
    "skole skole vei frivillighet vei vei skole",
    "passage: vei",
]


def word_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(
        models.WordLevel({word: row for row, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def make_static(folder: Path) -> Path:
    """A StaticEmbedding model of ten words, whose unknown token counts for nothing."""
    module = folder / "0_StaticEmbedding"
    module.mkdir(parents=True)
    table = np.random.default_rng(1).normal(size=(len(WORDS), 16)).astype(np.float32)
    table[1] = 0
    save_file({"embedding.weight": table}, str(module / "model.safetensors"))
    word_tokenizer().save(str(module / "tokenizer.json"))
    kind = "sentence_transformers.models."
    (folder / "modules.json").write_text(
        json.dumps(
            [
                {
                    "idx": 0,
                    "name": "0",
                    "path": "0_StaticEmbedding",
                    "type": kind + "StaticEmbedding",
                },
                {"idx": 1, "name": "1", "path": "1_Normalize", "type": kind + "Normalize"},
            ]
        )
    )
    (folder / "1_Normalize").mkdir()
    return folder


def make_bert(folder: Path, prompts: dict[str, str] | None = None) -> Path:
    """A one-layer BERT over ten words, as sentence-transformers saves it."""
    transformers = pytest.importorskip("transformers")
    sentence_transformers = pytest.importorskip("sentence_transformers")
    import sentence_transformers.models as modules
    import torch

    torch.manual_seed(1)
    raw = folder.with_name(folder.name + "-raw")
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    transformers.BertModel(config).eval().save_pretrained(raw)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=word_tokenizer(),
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=64,
    ).save_pretrained(raw)
    body = modules.Transformer(str(raw))
    model = sentence_transformers.SentenceTransformer(
        modules=[body, modules.Pooling(32)], prompts=prompts, device="cpu"
    )
    model.save(str(folder))
    return folder


@pytest.fixture(scope="module")
def models_by_kind(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Kind → folder of a tiny model, built once."""
    root = tmp_path_factory.mktemp("models")
    makers: dict[str, Callable[[Path], Path]] = {
        "bundled": lambda folder: BUNDLED_ENCODER,
        "static": make_static,
        "bert": make_bert,
        "prompted": lambda folder: make_bert(folder, {"query": "query: ", "document": "passage: "}),
    }
    built: dict[str, Path] = {}

    def get(kind: str) -> Path:
        if kind not in built:
            built[kind] = makers[kind](root / kind)
        return built[kind]

    return get


@pytest.fixture(params=["bundled", "static", "bert", "prompted"])
def encoder(request: pytest.FixtureRequest, models_by_kind: Callable[[str], Path]) -> Encoder:
    return load_encoder(str(models_by_kind(request.param)))


def test_vectors_are_float32_of_unit_length(encoder: Encoder) -> None:
    for encode in (encoder.encode_queries, encoder.encode_passages):
        vectors = encode(TEXTS)
        assert vectors.shape == (len(TEXTS), encoder.dim)
        assert vectors.dtype == np.float32
        norms = np.linalg.norm(vectors, axis=1)
        assert np.allclose(norms, [1, 1, 0, 1, 1], atol=1e-5)


def test_nothing_to_encode(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dim)
    assert encoder.encode_passages([]).shape == (0, encoder.dim)
    assert not encoder.encode_passages(["", "  \n\t"]).any()


def test_is_deterministic_and_independent_of_the_batch(encoder: Encoder) -> None:
    many = TEXTS * 60
    together = encoder.encode_passages(many)
    assert np.array_equal(together, encoder.encode_passages(many))
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    assert np.abs(together[: len(TEXTS)] - alone).max() < 1e-6
    assert np.abs(together[-len(TEXTS) :] - alone).max() < 1e-6


def test_survives_odd_text(encoder: Encoder) -> None:
    odd = ["\ud800 vei", "漢字 🙂", "\x00\ufffd", "vei " * 30_000, "\u00ad"]
    vectors = encoder.encode_passages(odd)
    assert np.isfinite(vectors).all()
    norms = np.linalg.norm(vectors, axis=1)
    assert (np.isclose(norms, 1, atol=1e-5) | (norms == 0)).all()


def test_progress_counts_to_the_end(encoder: Encoder) -> None:
    heard: list[int] = []
    encoder.encode_passages(["vei"] * 700, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 700


def test_says_who_it_is(encoder: Encoder) -> None:
    assert encoder.name
    assert len(encoder.revision) >= 8
    assert isinstance(encoder, Encoder)


def test_token_vectors_point_where_the_text_does(models_by_kind: Callable[[str], Path]) -> None:
    for kind in ("bundled", "static"):
        encoder = load_encoder(str(models_by_kind(kind)))
        assert isinstance(encoder, TokenEncoder)
        text = "Frivillighet 漢 i skole"
        empty, tokens = encoder.token_vectors(["", text])
        assert empty.vectors.shape == (0, encoder.dim)
        assert empty.spans.shape == (0, 2)
        assert tokens.vectors.dtype == np.float32
        assert len(tokens.vectors) == len(tokens.spans)
        mean = tokens.vectors.mean(axis=0)
        pooled = encoder.encode_passages([text])[0]
        assert np.allclose(mean / np.linalg.norm(mean), pooled, atol=1e-5)
        words = {text[start:end] for start, end in tokens.spans}
        assert "skole" in words
        assert "漢" not in words


def test_the_models_own_prompts_are_applied(models_by_kind: Callable[[str], Path]) -> None:
    plain = load_encoder(str(models_by_kind("bert")))
    prompted = load_encoder(str(models_by_kind("prompted")))
    assert np.allclose(
        prompted.encode_queries(["vei"]), plain.encode_queries(["query: vei"]), atol=1e-6
    )
    assert np.allclose(
        prompted.encode_passages(["vei"]), plain.encode_passages(["passage: vei"]), atol=1e-6
    )
    assert not np.allclose(prompted.encode_queries(["vei"]), prompted.encode_passages(["vei"]))
    assert plain.revision != prompted.revision


def test_prompts_of_a_family_are_known_by_its_name() -> None:
    from index.transformer_encoder import Prompts, find_prompts

    assert find_prompts(None, "intfloat/multilingual-e5-small") == Prompts("query: ", "passage: ")
    instruct = find_prompts(None, "intfloat/multilingual-e5-large-instruct")
    assert instruct.query.startswith("Instruct: ")
    assert instruct.passage == ""
    assert find_prompts(None, "BAAI/bge-small-en-v1.5").query.startswith("Represent this")
    for name in ("BAAI/bge-m3", "sentence-transformers/LaBSE", "all-MiniLM-L6-v2", "unheard-of"):
        assert find_prompts(None, name) == Prompts()


@pytest.mark.parametrize("kind", ["bundled", "static"])
def test_sentence_transformers_gives_the_same_vectors(
    kind: str, models_by_kind: Callable[[str], Path]
) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    folder = models_by_kind(kind)
    model = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    # Not the empty text: in half precision sentence-transformers divides its zeros by zero.
    texts = [text for text in TEXTS if text]
    theirs = model.encode(texts, convert_to_numpy=True).astype(np.float32)
    ours = load_encoder(str(folder)).encode_passages(texts)
    assert np.abs(theirs - ours).max() < 1e-3


def test_the_default_needs_no_torch() -> None:
    script = (
        "import sys; from index.encoder import load_encoder;"
        "load_encoder().encode_queries(['frivillighet']);"
        "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'faiss')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=BUNDLED_ENCODER.parent.parent,
    )
    assert done.stdout.strip() == "[]"


def test_the_bundled_model_crosses_languages() -> None:
    encoder = load_encoder()
    assert encoder.languages == ("nb", "nn", "da", "sv", "en")
    same = ["frivillighet", "frivilligheit", "frivillighed", "ideella sektorn", "volunteering"]
    other = ["avløpsrensing", "vejbelægning", "budgetunderskott", "dental care"]
    near = encoder.encode_queries(same) @ encoder.encode_passages(same).T
    far = encoder.encode_queries(same) @ encoder.encode_passages(other).T
    assert near.min() > far.max()


@pytest.mark.parametrize("pair", [("gate", "gåte"), ("for", "før"), ("hav", "häv")])
def test_nordic_letters_are_kept(pair: tuple[str, str]) -> None:
    one, other = load_encoder().encode_queries(list(pair))
    assert one @ other < 0.9


def test_composed_and_decomposed_letters_are_one() -> None:
    one, other = load_encoder().encode_queries(["påvirkning", "pa\u030avirkning"])
    assert one @ other > 0.999


def test_the_bundled_model_is_small() -> None:
    size = sum(path.stat().st_size for path in BUNDLED_ENCODER.rglob("*") if path.is_file())
    assert size <= 25_000_000


def _truncate(folder: Path) -> None:
    weights = folder / "0_StaticEmbedding" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _drop_tokenizer(folder: Path) -> None:
    (folder / "0_StaticEmbedding" / "tokenizer.json").unlink()


def _break_tokenizer(folder: Path) -> None:
    (folder / "0_StaticEmbedding" / "tokenizer.json").write_text("{")


def _drop_rows(folder: Path) -> None:
    path = folder / "0_StaticEmbedding" / "model.safetensors"
    save_file({"embedding.weight": load_file(str(path))["embedding.weight"][:-3]}, str(path))


def _make_nan(folder: Path) -> None:
    path = folder / "0_StaticEmbedding" / "model.safetensors"
    table = load_file(str(path))["embedding.weight"].copy()
    table[3, 3] = np.nan
    save_file({"embedding.weight": table}, str(path))


def _only_pickle(folder: Path) -> None:
    path = folder / "0_StaticEmbedding" / "model.safetensors"
    path.rename(path.with_name("pytorch_model.bin"))


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_truncate, "model.safetensors"),
        (_drop_tokenizer, "tokenizer.json"),
        (_break_tokenizer, "tokenizer.json"),
        (_drop_rows, "different models"),
        (_make_nan, "model.safetensors"),
        (_only_pickle, "pytorch_model.bin"),
    ],
)
def test_damage_is_named(tmp_path: Path, damage: Callable[[Path], None], named: str) -> None:
    folder = make_static(tmp_path / "model")
    damage(folder)
    with pytest.raises(EncoderError, match=named):
        load_encoder(str(folder))


def test_a_damaged_or_pickled_transformer_is_refused(
    tmp_path: Path, models_by_kind: Callable[[str], Path]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(models_by_kind("bert"), folder)
    weights = next(folder.rglob("model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(EncoderError, match="could not be loaded"):
        load_encoder(str(folder))
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(EncoderError, match=r"pytorch_model\.bin may run code"):
        load_encoder(str(folder))


def test_missing_models_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EncoderError, match="There is no model folder at"):
        load_encoder(str(tmp_path / "nowhere"))
    with pytest.raises(EncoderError, match="empty"):
        load_encoder("  ")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match="make transformers"):
        load_encoder("intfloat/multilingual-e5-small")
