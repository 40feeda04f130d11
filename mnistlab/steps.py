"""The five steps of the Keras workflow, for both engines.

    the lecture                           here
    acquire, prepare and load the data    load_data         (datasets.py)
    design and build the model            build_model
    compile: optimizer, loss, metric      compile_model
    train / fit: epochs, batch size       fit_model
    test / validate                       evaluate_model

A model of either engine is what it is, a ClassicNetwork or a keras.Model; a Keras model written
by hand goes through the same steps. The Keras call that a step stands for:

    build_model      keras.Sequential([keras.Input((784,)), Dense(512, …), Dense(10, …)])
    compile_model    model.compile(optimizer=SGD(β), loss=…, metrics=["accuracy"])
    fit_model        model.fit(x_train, y_train, epochs=5, batch_size=32)
    evaluate_model   model.evaluate(x_test, y_test)

Example:
    >>> from mnistlab import build_model, compile_model, evaluate_model, fit_model, load_data
    >>> iris = load_data("iris")
    >>> model = build_model(iris, engine="classic", hidden_units=4)
    >>> compile_model(model, learning_rate=0.5)
    >>> history = fit_model(model, iris, epochs=60, batch_size=4, verbose=0)
    >>> evaluate_model(model, iris).accuracy > 0.9
    True
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistlab import checks, choices, deformations, identity, seeding, stopping
from mnistlab.ahead import Ahead
from mnistlab.checkpoint import Checkpoint, usable_folder
from mnistlab.classic import arrays, schedules
from mnistlab.classic.network import ClassicNetwork
from mnistlab.classic.schedules import Schedule
from mnistlab.datasets import Dataset
from mnistlab.environment import missing_for_keras
from mnistlab.errors import InputError, OutOfMemoryError, TrainingInterrupted
from mnistlab.history import History
from mnistlab.notices import notice
from mnistlab.progress import Progress

SMALL_BATCH, LARGE_RATE = 8, 0.2  # below the one with the other or more, β is too large
CHECKPOINT_EVERY = 5000  # batches
# How TensorFlow, JAX and PyTorch say that memory is short.
OUT_OF_MEMORY = ("ResourceExhausted", "RESOURCE_EXHAUSTED", "OutOfMemory", "can't allocate memory")


@dataclass(frozen=True)
class Evaluation:
    """What the test patterns say of a model; unpacks as `loss, accuracy = …`.

    Of a regression it unpacks as `loss, mean_absolute_error = …`.

    Attributes:
        loss: the mean loss over the test patterns.
        accuracy: the share recognised, in [0, 1]; None for a regression.
        metrics: any other figure, by name, such as "mean_absolute_error".
    """

    loss: float
    accuracy: float | None
    metrics: dict[str, float] = field(default_factory=dict)

    def __iter__(self) -> Iterator[float]:
        figure = self.accuracy
        return iter((self.loss, self.metrics["mean_absolute_error"] if figure is None else figure))


def engine_to_use(engine: str) -> str:
    """Return the engine: the one named, or for "auto" Keras where it is installed."""
    engine = checks.choice("engine", engine, ("auto", *choices.ENGINES))
    if engine != "auto":
        return engine
    missing = missing_for_keras()
    if missing is None:
        return "keras"
    notice(f"{missing} isn't installed, so the network from scratch does the work "
           f"(engine='classic'). For Keras: pip install {missing}")  # fmt: skip
    return "classic"


def build_model(
    dataset: Dataset,
    engine: str = "auto",
    hidden_units: int | Sequence[int] = 512,
    hidden_activation: str = "sigmoid",
    output_activation: str | None = None,
    seed: int = 0,
    *,
    input_dropout: float = 0.0,
    dropout: float = 0.0,
    dtype_policy: str | None = None,
) -> Any:
    """Design and build the network: as many inputs and outputs as the data set has.

    Args:
        dataset: what it will learn.
        engine: "keras", "classic", or "auto": Keras where it is installed.
        hidden_units: units of the hidden layer, or of each, such as (128, 64); () for none.
        hidden_activation: "sigmoid", "relu", "tanh", "exponential" or "linear".
        output_activation: these or "softmax"; None: softmax for classes, linear for values.
        seed: decides the initial weights, the same for both engines.
        input_dropout, dropout: the share of the inputs, and of each hidden layer's units, that
            is left out at random for each pattern while training, in [0, 1).
        dtype_policy: "float32", or for Keras "mixed_bfloat16" or "mixed_float16" (whose losses
            aren't scaled up); None: what Keras is set to.

    Returns:
        A keras.Sequential or a ClassicNetwork, compiled with the lecture's choices.

    Raises:
        InputError: a name or a number that can't be used.
        MissingDependencyError: engine="keras" where Keras isn't installed.

    Example:
        >>> from mnistlab import load_data
        >>> build_model(load_data("iris"), engine="classic", hidden_units=4).count_params()
        35
    """
    must_be_dataset(dataset)
    hidden = checks.units("hidden_units", hidden_units)
    sizes = (dataset.n_inputs, *hidden, dataset.n_outputs)
    hidden_f = choices.hidden_activation(hidden_activation)
    if output_activation is None:
        output_activation = choices.default_output_activation(dataset.task)
    output_f = choices.output_activation(output_activation, sizes[-1])
    seed = checks.whole("seed", seed)
    left_out: dict[str, Any] = {"input_dropout": checks.fraction("input_dropout", input_dropout),
                "dropout": checks.fraction("dropout", dropout)}  # fmt: skip
    policy = None if dtype_policy is None else checks.choice("dtype_policy", dtype_policy,
                                                             choices.POLICIES)  # fmt: skip
    if engine_to_use(engine) == "classic":
        _must_be_float32(policy)
        return ClassicNetwork(sizes, hidden_f, output_f, seed, **left_out)
    from mnistlab.keras_engine import building

    model = building.build(sizes, hidden_f, output_f, seed, **left_out, dtype_policy=policy)
    building.compile_model(model)
    return model


def _must_be_float32(policy: str | None) -> None:
    """Raise InputError where the network from scratch should calculate in mixed precision."""
    if policy not in (None, "float32"):
        raise InputError(
            f"dtype_policy={policy!r} is Keras's, and the network from scratch calculates in "
            "float32. Take engine='keras', or leave it out."
        )


def seed_of(model: Any) -> int | None:
    """Return the seed that a model's first weights are from; None where nobody knows it."""
    known = isinstance(model, ClassicNetwork)
    return model.seed if known else getattr(model, "mnistlab_seed", None)


def must_be_dataset(dataset: Any) -> None:
    """Raise InputError where something else than a Dataset was given."""
    if not isinstance(dataset, Dataset):
        raise InputError(f"dataset must come from mnistlab.load_data, but got "
                         f"{checks.shown(dataset)}. Load it first: "
                         "dataset = mnistlab.load_data('mnist').")  # fmt: skip


def must_be_model(model: Any) -> None:
    """Raise InputError where something else than a model of either engine was given."""
    if not all(hasattr(model, name) for name in ("fit", "get_weights", "count_params")):
        raise InputError(f"model must be a ClassicNetwork or a Keras model, but got "
                         f"{checks.shown(model)}. Build it first: "
                         "model = mnistlab.build_model(dataset).")  # fmt: skip
    if not isinstance(model, ClassicNetwork) and not hasattr(model, "input_shape"):
        raise InputError("The Keras model doesn't know the shape of its inputs. Make it with "
                         "keras.Sequential, and start it with keras.Input((784,)), or as many "
                         "inputs as a pattern has.")  # fmt: skip


def must_fit(model: Any, dataset: Dataset) -> None:
    """Raise InputError where a Keras model has not one output for each class, or for the value."""
    if isinstance(model, ClassicNetwork):
        return  # it checks the labels itself
    outputs, wanted = model.output_shape[-1], dataset.n_outputs
    if outputs != wanted and (outputs, dataset.n_classes) != (1, 2):
        has = f"{wanted} classes" if dataset.n_classes else "one value for each pattern"
        raise InputError(f"The model has {outputs} outputs, but {dataset.name} has {has}. End it "
                         f"with keras.layers.Dense({wanted}).")  # fmt: skip


def compile_model(
    model: Any,
    optimizer: str = "sgd",
    learning_rate: float | None = None,
    loss: str | None = None,
    metrics: str | Sequence[str] | None = None,
    *,
    weight_decay: float = 0.0,
    ema_momentum: float = 0.0,
) -> None:
    """Choose how the model learns.

    Args:
        model: of either engine.
        optimizer: the learning rule by name; "sgd" is the lecture's.
        learning_rate: β, above 0; None: 0.5 for SGD, Keras's default for the others.
        loss: None: categorical cross-entropy for softmax, "lecture" for sigmoid outputs, mean
            squared error for one linear output.
        metrics: "accuracy" or "mean_absolute_error"; None: the one that belongs to the outputs.
        weight_decay: each step takes β · weight_decay of every weight away, at least 0.
        ema_momentum: how slowly the average of the weights follows them, in [0, 1); above 0 the
            average is what the model has after training.

    Raises:
        InputError: a name or number that can't be used, or a loss or metric that doesn't belong
            to the output units.
    """
    must_be_model(model)
    for name, given in (("optimizer", optimizer), ("loss", loss or "")):
        if not isinstance(given, str):
            raise InputError(f"{name}={checks.shown(given)} is no name. Give one, such as "
                             "'adam'; or, with objects of Keras's own, call model.compile(…) "
                             "itself: fit_model trains that model too.")  # fmt: skip
    averaging = {"weight_decay": weight_decay, "ema_momentum": ema_momentum}
    if isinstance(model, ClassicNetwork):
        model.compile(optimizer, loss, metrics, learning_rate=learning_rate, **averaging)
        return
    from mnistlab.keras_engine import building

    building.compile_model(model, optimizer, learning_rate, loss, metrics, **averaging)


def fit_model(
    model: Any,
    dataset: Dataset,
    epochs: int = 5,
    batch_size: int | str = 32,
    order: str = "random",
    seed: int | None = None,
    validation_split: float = 0.0,
    verbose: int | str = "auto",
    initial_epoch: int = 0,
    callbacks: Any = (),
    on_epoch_end: Callable[[int], Any] | None = None,
    schedule: Schedule | str | Callable[[int], float] | None = None,
    *,
    deformation: str | None = None,
    patience: int | None = None,
    acceptable_error: float | None = None,
    checkpoint: str | os.PathLike[str] | Checkpoint | None = None,
    checkpoint_every: int | None = CHECKPOINT_EVERY,
    tensorboard: str | os.PathLike[str] | None = None,
) -> History:
    """Train the model on the training patterns.

    Args:
        model: of either engine, compiled.
        dataset: its training patterns are learnt.
        epochs: how many times every pattern is presented, at least 0.
        batch_size: patterns before each update: 1 is true SGD, "full" full batch.
        order: "random" (without replacement), "stored", or "sorted" (by label).
        seed: decides the random orders; the same for both engines. None: the seed that
            `build_model` was given.
        validation_split: the last share of the training patterns, kept for validation.
        verbose: 0 nothing, 1 or "auto" progress, 2 one line an epoch.
        initial_epoch: the epoch to start at, counted from 0; `epochs` is where to stop.
        callbacks: Keras callbacks of your own, for a Keras model.
        on_epoch_end: called with each epoch's number when it has ended.
        schedule: β over the epochs, such as "exponential:0.9", "step:2", "one_cycle:50", or
            a function from the epoch to β; it starts from the learning rate of compile.
        deformation: "affine", "elastic" or "affine+elastic": each training image is deformed
            anew in each epoch (see deformations.py).
        patience: stop after so many epochs in a row without a lower val_loss (without
            validation: loss).
        acceptable_error: stop after the first epoch whose total error, the sum of
            |desired − actual| over patterns and outputs, is below it.
        checkpoint: a folder that keeps the state of the training; the same call again goes on
            from there, exactly.
        checkpoint_every: batches from one state to the next within an epoch; None: only after
            each epoch.
        tensorboard: a folder for TensorBoard's figures, for a Keras model.

    Returns:
        The History: loss, accuracy, β and seconds of each epoch.

    Raises:
        InputError: a setting that can't be used, a model that doesn't fit the data set, or a
            checkpoint of another training.
        DivergedError: the loss became NaN or infinite.
        OutOfMemoryError: the machine has too little memory for it.
        TrainingInterrupted: Ctrl-C; its `history` holds the epochs that had ended.
    """
    must_be_model(model)
    must_be_dataset(dataset)
    must_fit(model, dataset)
    callbacks = several(callbacks)
    _must_be_for_keras(model, callbacks, tensorboard)
    epochs = checks.whole("epochs", epochs)
    seed = checks.whole("seed", (seed_of(model) or 0) if seed is None else seed)
    initial_epoch = checks.whole("initial_epoch", initial_epoch)
    if checkpoint_every is not None:
        checkpoint_every = checks.whole("checkpoint_every", checkpoint_every, minimum=1)
    (x, y), validation = held_back(dataset, validation_split)
    size = size_of(batch_size, len(x))
    order = checks.choice("order", order, seeding.ORDERS)
    presented = orders(len(x), seed, order, y)
    deformation = deformations.deformation(deformation)
    validation_split = checks.fraction("validation_split", validation_split)
    patience, acceptable_error = stopping.checked(patience, acceptable_error)
    history = History(settings={"batch_size": checks.batch_size(batch_size), "order": order,
                                "seed": seed, "validation_split": validation_split,
                                "schedule": written(schedule), "deformation": deformation,
                                "patience": patience,
                                "acceptable_error": acceptable_error})  # fmt: skip
    betas = schedules.schedule(schedule)
    images = None
    if deformation is not None:
        images = Ahead(deformed_images(dataset, len(x), deformation, seed), epochs)
    if checkpoint is not None and not isinstance(checkpoint, Checkpoint):
        by_epoch = identity.told_apart(betas, epochs, learning_rule_of(model)[1])
        settings = {"epochs": epochs, "initial_epoch": initial_epoch, **history.settings,
                    "betas": by_epoch}  # fmt: skip
        checkpoint = Checkpoint(checkpoint, identity.of_training(model, dataset, settings))
    state = checkpoint and checkpoint.state
    if state:
        identity.must_be_within(state, epochs, -(-len(x) // size))
        history.history.update({name: list(column) for name, column in state.history.items()})
    if state and state.epoch >= epochs:
        said = "The checkpoint holds the finished training: nothing is left to train."
        Progress(epochs, 1, verbose).say(said)
    elif state and callbacks:
        names = ", ".join(type(one).__name__ for one in callbacks)
        notice(f"the checkpoint doesn't hold what callbacks of your own remember ({names}): they "
               "begin anew, and count batches from where training goes on.")  # fmt: skip
    advise(model, size)
    compiled_with = learning_rule_of(model)[1]
    shared: dict[str, Any] = {
        "epochs": epochs, "batch_size": size, "verbose": verbose, "initial_epoch": initial_epoch,
        "order": presented, "on_epoch_end": on_epoch_end, "history": history,
        "patience": patience, "acceptable_error": acceptable_error,
    }  # fmt: skip
    if checkpoint is not None:
        shared |= {"resume": state, "keep": checkpoint.keep, "keep_every": checkpoint_every}
    if images is not None:
        shared["images"] = images
    try:
        made_ahead = contextlib.nullcontext() if images is None else contextlib.closing(images)
        with made_ahead, memory_explained(size):
            if isinstance(model, ClassicNetwork):
                model.fit(x, y, validation_data=validation, schedule=betas, **shared)
                return history
            from mnistlab.keras_engine import training

            training.fit(
                model, x, y, validation=validation, callbacks=callbacks,
                tensorboard=None if tensorboard is None else os.fspath(tensorboard),
                schedule=None if schedule is None else betas, **shared,
            )  # fmt: skip
            return history
    except KeyboardInterrupt as stop:
        raise TrainingInterrupted(
            f"Training was interrupted in epoch {min(history.epochs + 1, epochs)} of {epochs}.",
            history,
        ) from stop
    finally:
        both = compiled_with, learning_rule_of(model)[1]
        history.compiled_with = tuple(beta for beta in both if beta is not None)


def several(callbacks: Any) -> Sequence[Any]:
    """Return callbacks as a sequence: one alone, several, or None for none."""
    if callbacks is None:
        return ()
    return tuple(callbacks) if isinstance(callbacks, list | tuple) else (callbacks,)


def _must_be_for_keras(model: Any, callbacks: Sequence[Any], tensorboard: Any) -> None:
    """Raise InputError where the network from scratch is given what only Keras takes."""
    if tensorboard is not None:
        usable_folder("tensorboard", tensorboard)
    if not isinstance(model, ClassicNetwork):
        return
    if callbacks:
        raise InputError("callbacks are Keras's, so they need a Keras model (engine='keras'). "
                         "A ClassicNetwork takes on_epoch_end=…, a function.")  # fmt: skip
    if tensorboard is not None:
        raise InputError("tensorboard is Keras's callback, so it needs a Keras model "
                         "(engine='keras'). The History of a ClassicNetwork has the same "
                         "figures: history.history.")  # fmt: skip


def deformed_images(
    dataset: Dataset, n: int, deformation: str, seed: int
) -> Callable[[int], NDArray[np.float32]]:
    """Return the function from the epoch to the deformed training patterns, shape (n, inputs)."""
    images = dataset.images
    if images is None or images.ndim != 3:
        raise InputError(f"deformation={deformation!r} bends grey images, and {dataset.name} "
                         "has none. Leave it out.")  # fmt: skip
    threads = os.cpu_count() or 1
    return lambda epoch: deformations.deformed(
        images[:n], deformation, seed, epoch, dataset.scale, threads
    )


@contextlib.contextmanager
def memory_explained(batch_size: int) -> Iterator[None]:
    """Say what to do where the memory of the machine or of its GPU is not enough."""
    try:
        yield
    except Exception as why:
        short = any(text in f"{type(why).__name__}: {why}" for text in OUT_OF_MEMORY)
        if not short and not isinstance(why, MemoryError):
            raise
        smaller = f"batch_size={batch_size // 2}" if batch_size > 1 else "fewer hidden_units"
        raise OutOfMemoryError(
            f"There isn't enough memory for batches of {batch_size} with this network. Try "
            f"{smaller}, or a smaller network or data set."
        ) from why


def written(schedule: Any) -> str | None:
    """Return a schedule as its text; None for none, and for a function, which has no text."""
    return None if schedule is None or callable(schedule) else str(schedules.schedule(schedule))


Patterns = tuple[NDArray[np.float32], NDArray[np.int64]]


def held_back(dataset: Dataset, share: float) -> tuple[Patterns, Patterns | None]:
    """Return (x, y) for training, and (x, y) kept for validation or None."""
    x, y, validation = arrays.split(dataset.x_train, dataset.y_train, share, None)
    return (x, y), validation  # type: ignore[return-value]


def size_of(batch_size: int | str, n: int) -> int:
    """Return the batch size as a number of patterns, at most n."""
    size = checks.batch_size(batch_size)
    return n if size == "full" else min(int(size), n)


def orders(
    n: int, seed: int, order: str, labels: NDArray[np.integer]
) -> Callable[[int], NDArray[np.integer]]:
    """Return the function from the epoch to its order of patterns."""
    order = checks.choice("order", order, seeding.ORDERS)
    return lambda epoch: seeding.pattern_order(n, epoch, seed, order, labels)


def advise(model: Any, batch_size: int) -> None:
    """Say in one line that β is large for batches this small; training goes on all the same."""
    name, rate = learning_rule_of(model)
    if name == "sgd" and batch_size < SMALL_BATCH and rate is not None and rate >= LARGE_RATE:
        notice(f"learning_rate={rate:g} is large for batches of {batch_size}: true SGD learns "
               "better with 0.1 than with 0.5 (one epoch of MNIST: 96.4% against "
               "80.8%).")  # fmt: skip


def learning_rule_of(model: Any) -> tuple[str | None, float | None]:
    """Return the learning rule's name in small letters, and β; None where there is none."""
    if isinstance(model, ClassicNetwork):
        return model.optimizer_name, model.learning_rate
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None:
        return None, None
    return type(optimizer).__name__.lower(), float(optimizer.learning_rate)


def evaluate_model(model: Any, dataset: Dataset) -> Evaluation:
    """Test the model on the test patterns; nothing is learnt.

    Args:
        model: of either engine, compiled.
        dataset: its test patterns are asked.

    Returns:
        An Evaluation, which unpacks as `loss, accuracy = evaluate_model(model, dataset)`.

    Raises:
        InputError: a model that isn't compiled, or that doesn't fit the data set.
    """
    must_be_model(model)
    must_be_dataset(dataset)
    must_fit(model, dataset)
    if isinstance(model, ClassicNetwork):
        loss, figure = model.evaluate(dataset.x_test, dataset.y_test)
        figures = {model.metric: figure}
    else:
        from mnistlab.keras_engine import training

        figures = training.evaluate(model, dataset.x_test, dataset.y_test)
        loss = figures.pop("loss")
    if dataset.task == "regression":
        figures.pop("accuracy", None)  # no value is exactly right
        if "mean_absolute_error" not in figures:  # compiled by hand, without that metric
            off = predict_with(model, dataset.x_test)[:, 0] - dataset.y_test  # (m,)
            figures["mean_absolute_error"] = float(np.abs(off).mean())
        return Evaluation(loss, None, figures)
    if "accuracy" not in figures:  # compiled by hand, without that metric
        answers = answers_of(predict_with(model, dataset.x_test))
        figures["accuracy"] = float(np.mean(answers == dataset.y_test))
    return Evaluation(loss, figures.pop("accuracy"), figures)


def answers_of(outputs: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the class that each row of outputs says, shape (n,): where the largest stands.

    A single output says class 1 above 0.5, else class 0.
    """
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > 0.5).astype(np.int64)
    return np.asarray(outputs.argmax(axis=1), np.int64)


def predict_with(model: Any, x: NDArray[np.float32]) -> NDArray[np.floating]:
    """Return a model's outputs for flattened patterns, shape (n, outputs)."""
    if isinstance(model, ClassicNetwork):
        return model.predict(x)
    from mnistlab.keras_engine import training

    return training.predict(model, x)
