"""mnistlab: the lab for recognizing handwritten digits, with Keras and with a network from scratch.

    >>> import mnistlab
    >>> result = mnistlab.run_experiment()           # doctest: +SKIP

The five steps by hand are load_data, build_model, compile_model, fit_model, evaluate_model.
Each public name is imported on first use (PEP 562), so that `import mnistlab` loads neither
NumPy nor TensorFlow.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {  # public name → the module that defines it
    "ClassicNetwork": "classic.network",
    "BackpropClassifier": "classic.estimator",
    "Perceptron": "classic.perceptron",
    "Rules": "classic.rules",
    "Adaline": "classic.perceptron",
    "Comparison": "comparison",
    "Dataset": "datasets",
    "Evaluation": "steps",
    "ExperimentConfig": "config",
    "ExperimentResult": "results",
    "History": "history",
    "MnistlabError": "errors",
    "build_model": "steps",
    "check_rule": "classic.rulecheck",
    "compare": "comparison",
    "compile_model": "steps",
    "evaluate_model": "steps",
    "fit_model": "steps",
    "load_data": "datasets",
    "run_experiment": "experiment",
    "Worksheet": "lab.worksheet",
    "check": "grading.checking",
    "grade": "grading.batch",
    "personal_seed": "lab.students",
    "submit": "lab.handingin",
}

__all__ = sorted(_HOME)

if TYPE_CHECKING:
    from mnistlab.classic.estimator import BackpropClassifier as BackpropClassifier
    from mnistlab.classic.network import ClassicNetwork as ClassicNetwork
    from mnistlab.classic.perceptron import Adaline as Adaline
    from mnistlab.classic.perceptron import Perceptron as Perceptron
    from mnistlab.classic.rulecheck import check_rule as check_rule
    from mnistlab.classic.rules import Rules as Rules
    from mnistlab.comparison import Comparison as Comparison
    from mnistlab.comparison import compare as compare
    from mnistlab.config import ExperimentConfig as ExperimentConfig
    from mnistlab.datasets import Dataset as Dataset
    from mnistlab.datasets import load_data as load_data
    from mnistlab.errors import MnistlabError as MnistlabError
    from mnistlab.experiment import run_experiment as run_experiment
    from mnistlab.grading.batch import grade as grade
    from mnistlab.grading.checking import check as check
    from mnistlab.history import History as History
    from mnistlab.lab.handingin import submit as submit
    from mnistlab.lab.students import personal_seed as personal_seed
    from mnistlab.lab.worksheet import Worksheet as Worksheet
    from mnistlab.results import ExperimentResult as ExperimentResult
    from mnistlab.steps import Evaluation as Evaluation
    from mnistlab.steps import build_model as build_model
    from mnistlab.steps import compile_model as compile_model
    from mnistlab.steps import evaluate_model as evaluate_model
    from mnistlab.steps import fit_model as fit_model


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mnistlab' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"mnistlab.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
