"""The contract of a vector store, which any engine behind the protocol must keep."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import LibraryError
from index.library.vectors import FlatVectors, VectorStore

STORES = [FlatVectors]


@pytest.fixture(params=STORES, ids=lambda store: store.__name__)
def make(request: pytest.FixtureRequest) -> type[FlatVectors]:
    return request.param


def unit(n: int, dim: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(make: type[FlatVectors], ids: np.ndarray, vectors: np.ndarray) -> VectorStore:
    store = make(vectors.shape[1])
    store.add(ids, vectors)
    return store


def nearest(
    ids: np.ndarray, vectors: np.ndarray, query: np.ndarray, k: int, allowed: set[int] | None
) -> list[int]:
    """What numpy says: by score, then by id."""
    scores = vectors @ query
    order = sorted(
        (i for i in range(len(ids)) if allowed is None or int(ids[i]) in allowed),
        key=lambda i: (-scores[i], ids[i]),
    )
    return [int(ids[i]) for i in order[:k]]


@pytest.mark.parametrize("k", [1, 7, 100, 1500, 5000])
@pytest.mark.parametrize("share", [None, 0.001, 0.03, 0.5, 1.0])
def test_exact_and_filtered_before_the_search(
    make: type[FlatVectors], k: int, share: float | None
) -> None:
    rng = np.random.default_rng(5)
    ids = rng.choice(10_000, 2000, replace=False).astype(np.int64)
    vectors = unit(2000, 16)
    allowed = None if share is None else np.sort(rng.choice(ids, int(2000 * share), replace=False))
    store = filled(make, ids, vectors)
    query = unit(1, 16, seed=9)[0]
    found, scores = store.search(query, k, allowed)
    available = 2000 if allowed is None else len(allowed)
    assert len(found) == min(k, available)
    expected = nearest(ids, vectors, query, k, None if allowed is None else set(allowed.tolist()))
    assert found.tolist() == expected
    by_id = dict(zip(ids.tolist(), vectors @ query, strict=True))
    np.testing.assert_allclose(scores, [by_id[i] for i in expected], atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_filter_gives_as_many_as_there_are(data: st.DataObject) -> None:
    ids = data.draw(st.lists(st.integers(0, 300), min_size=1, max_size=60, unique=True))
    allowed = data.draw(st.lists(st.sampled_from(ids), unique=True))
    k = data.draw(st.integers(1, 80))
    store = filled(FlatVectors, np.array(ids), unit(len(ids), 4))
    query = unit(1, 4, seed=3)[0]
    found, _ = store.search(query, k, np.array(sorted(allowed), np.int64))
    assert len(found) == min(k, len(allowed))
    assert set(found.tolist()) <= set(allowed)


@pytest.mark.parametrize("n", [5, 90, 400, 3000])
@pytest.mark.parametrize("k", [1, 50, 100, 250])
@pytest.mark.parametrize("filtered", [False, True])
def test_ties_go_to_the_lower_id_even_at_the_border(
    make: type[FlatVectors], n: int, k: int, filtered: bool
) -> None:
    """Repeated sentences have one vector: which of them are found must not be chance."""
    ids = np.random.default_rng(1).permutation(n).astype(np.int64)
    vectors = np.repeat(unit(1, 8), n, axis=0)
    vectors[ids % 3 == 0] = unit(1, 8, seed=2)
    store = filled(make, ids, vectors)
    allowed = np.arange(0, n, 2) if filtered else None
    query = unit(1, 8, seed=2)[0]
    found, _ = store.search(query, k, allowed)
    permitted = None if allowed is None else set(allowed.tolist())
    assert found.tolist() == nearest(ids, vectors, query, k, permitted)


def test_nothing_to_find(make: type[FlatVectors]) -> None:
    query = unit(1, 8)[0]
    empty = make(8)
    assert len(empty) == 0 and empty.dim == 8
    for store, k, allowed in [
        (empty, 5, None),
        (empty, 5, np.array([1, 2])),
        (filled(make, np.array([4]), unit(1, 8)), 0, None),
        (filled(make, np.array([4]), unit(1, 8)), 5, np.zeros(0, np.int64)),
        (filled(make, np.array([4]), unit(1, 8)), 5, np.array([3, 9])),
    ]:
        ids, scores = store.search(query, k, allowed)
        assert len(ids) == len(scores) == 0
        assert ids.dtype == np.int64 and scores.dtype == np.float32


def test_remove_and_add_again(make: type[FlatVectors]) -> None:
    vectors = unit(100, 8)
    store = filled(make, np.arange(100), vectors)
    store.remove(range(10, 90))
    store.remove([10, 500])  # not there: no error
    store.remove([])
    assert len(store) == 20
    query = vectors[50]
    assert set(store.search(query, 100)[0].tolist()) == {*range(10), *range(90, 100)}
    store.add([50], vectors[50:51])
    assert store.search(query, 1)[0].tolist() == [50]
    np.testing.assert_array_equal(store.get([95, 50, 3]), vectors[[95, 50, 3]])
    assert store.get([]).shape == (0, 8)


def test_save_and_load_give_the_same_answers(make: type[FlatVectors], tmp_path: Path) -> None:
    store = filled(make, np.arange(50) * 7, unit(50, 8))
    store.remove([7, 14])
    store.save(tmp_path / "v")
    again = make.load(tmp_path / "v")
    assert (len(again), again.dim) == (48, 8)
    query = unit(1, 8, seed=4)[0]
    for one, other in zip(store.search(query, 20), again.search(query, 20), strict=True):
        np.testing.assert_array_equal(one, other)
    again.add([1], unit(1, 8, seed=4))  # a loaded index can be written to
    again.remove([21])
    assert again.search(query, 1)[0].tolist() == [1]
    np.testing.assert_array_equal(again.get([28]), store.get([28]))


def test_an_empty_index_can_be_saved(make: type[FlatVectors], tmp_path: Path) -> None:
    make(8).save(tmp_path / "v")
    assert len(make.load(tmp_path / "v")) == 0


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "half", "folder", "zeros", "other"])
def test_a_damaged_file_is_a_clear_error(
    make: type[FlatVectors], tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "vectors.faiss"
    filled(make, np.arange(50), unit(50, 8)).save(path)
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "other":
        import faiss

        faiss.write_index(faiss.IndexFlatIP(8), str(path))
    else:
        path.write_bytes(
            {
                "empty": b"",
                "text": b"These are not vectors. " * 40,
                "half": data[: len(data) // 2],
                "zeros": bytes(len(data)),
            }[damage]
        )
    with pytest.raises(LibraryError, match=r"vectors\.faiss"):
        make.load(path)


def test_any_cut_is_noticed(make: type[FlatVectors], tmp_path: Path) -> None:
    path = tmp_path / "v"
    filled(make, np.arange(20), unit(20, 4)).save(path)
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(LibraryError):
            make.load(path)


def test_a_file_that_cannot_be_written_is_a_clear_error(
    make: type[FlatVectors], tmp_path: Path
) -> None:
    with pytest.raises((LibraryError, OSError)):
        filled(make, np.arange(5), unit(5, 8)).save(tmp_path / "nowhere" / "v")


def test_threads_get_the_same_answers(make: type[FlatVectors]) -> None:
    store = filled(make, np.arange(3000), unit(3000, 32))
    queries = unit(64, 32, seed=8)
    allowed = np.arange(0, 3000, 3)

    def ask(at: int) -> list[int]:
        found = store.search(queries[at], 20, allowed if at % 2 else None)[0]
        assert len(store.get(found)) == 20
        return found.tolist()

    alone = [ask(at) for at in range(64)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, [*range(64)] * 4)) == alone * 4


def test_the_fingerprint_tells_indexes_apart(make: type[FlatVectors], tmp_path: Path) -> None:
    store = filled(make, np.arange(300), unit(300, 8))
    print_of_it = store.fingerprint()
    store.save(tmp_path / "v")
    assert make.load(tmp_path / "v").fingerprint() == print_of_it
    assert filled(make, np.arange(1, 301), unit(300, 8)).fingerprint() != print_of_it
    assert filled(make, np.arange(300), unit(300, 8, seed=1)).fingerprint() != print_of_it
    store.remove([299])
    assert store.fingerprint() != print_of_it
    assert make(8).fingerprint()
