from pathlib import Path

import numpy as np
import pytest

from mnistlab.data import bundled
from mnistlab.data.housing import WARNING, housing_file, standardised
from mnistlab.errors import DataError
from tiny_data import housing_arrays, npz_of


def test_standardised_by_the_training_set() -> None:
    given = housing_arrays()
    arrays = housing_file(npz_of(given))
    order = np.arange(40)
    np.random.RandomState(113).shuffle(order)
    x, y = given["x"][order], given["y"][order]
    wanted = (x - x[:32].mean(axis=0)) / x[:32].std(axis=0)
    assert np.allclose(arrays["x_train"], wanted[:32], atol=1e-6)
    assert np.allclose(arrays["x_test"], wanted[32:], atol=1e-6)
    assert np.array_equal(arrays["y_test"], y[32:].astype(np.float32))
    assert all(array.dtype == np.float32 for array in arrays.values())
    assert abs(arrays["x_train"].mean(axis=0)).max() < 1e-6
    assert abs(arrays["x_train"].std(axis=0) - 1).max() < 1e-6


def test_mlxtend_has_keras_s_districts_in_keras_s_order() -> None:
    """The first prices, as the books that use Keras print them."""
    found = bundled.housing_table()
    assert found is not None
    table, path = found
    assert Path(path).name == "boston_housing.csv" and table.shape == (506, 14)
    arrays = standardised(table[:, :-1], table[:, -1], path)
    assert arrays["x_train"].shape == (404, 13) and arrays["x_test"].shape == (102, 13)
    assert arrays["y_train"][:3].tolist() == pytest.approx([15.2, 42.3, 50.0])
    assert arrays["y_test"][:3].tolist() == pytest.approx([7.2, 18.8, 19.0])


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.zeros((40, 12)), np.zeros(40)),
        (np.zeros((40, 13)), np.zeros(39)),
        (np.zeros(40), np.zeros(40)),
        (np.ones((40, 13)), np.ones(40)),
        (np.full((40, 13), np.nan), np.ones(40)),
    ],
    ids=["12 inputs", "39 prices", "one row", "no difference", "NaN"],
)
def test_what_is_refused(x: np.ndarray, y: np.ndarray) -> None:
    with pytest.raises(DataError, match="^the file (has x|holds)"):
        standardised(x, y, "the file")


def test_the_warning_is_in_scikit_learn_s_words() -> None:
    import sklearn.datasets

    with pytest.raises(ImportError) as error:
        _ = sklearn.datasets.load_boston
    theirs = " ".join(str(error.value).split())
    part = "racial self-segregation had a positive impact on house prices"
    assert part in theirs and part in WARNING and '"B" assuming that' in WARNING


def test_another_table_in_mlxtend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "boston_housing.csv"
    whole = Path(bundled.housing_table_file() or "").read_text()
    monkeypatch.setattr(bundled, "housing_table_file", lambda: str(file))
    other = whole.replace("3.968999", "3.868999", 1)
    tables = {"1,2\n3,4\n": r"shape is \(2, 2\)", "a,b": "can't be read", other: "numbers differ"}
    for content, wanted in tables.items():
        file.write_text(content)
        with pytest.raises(DataError, match=f"{wanted}.*pip install"):
            bundled.housing_table()
    monkeypatch.setattr(bundled, "housing_table_file", lambda: None)
    assert bundled.housing_table() is None
