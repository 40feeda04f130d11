"""A whole experiment from one config: `run_experiment()`, the five steps.

Example:
    >>> from mnistlab import run_experiment
    >>> result = run_experiment(dataset="iris", engine="classic", hidden_units=4, epochs=60,
    ...                         batch_size=4, verbose=0)
    >>> result.parameters
    35
"""

import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mnistlab import checks, identity, recipes, runfolder, steps
from mnistlab.checkpoint import Checkpoint, as_path, read
from mnistlab.config import ExperimentConfig
from mnistlab.datasets import Dataset, load_data
from mnistlab.errors import InputError, SaveError, TrainingInterrupted
from mnistlab.history import History
from mnistlab.results import ExperimentResult

MADE_BY_HAND = ("optimizer", "batch_size", "order", "seed")  # None only where nobody knows them


def run_experiment(
    config: ExperimentConfig | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    path: str | os.PathLike[str] | None = None,
    verbose: int | str = "auto",
    callbacks: Any = (),
    recipe: str | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = steps.CHECKPOINT_EVERY,
    resume: str | os.PathLike[str] | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> ExperimentResult:
    """Load, build, compile, fit and evaluate: the lecture's network, or what the settings say.

    Args:
        config: an ExperimentConfig; the settings change it.
        out: a folder to save the run in; "auto": runs/<time>-<engine>-<dataset>; None saves
            nothing (`result.save(folder)` does later).
        overwrite: whether a run that lies there already may be replaced.
        path: the file or folder that holds the data set.
        verbose: 0 nothing, 1 or "auto" progress, 2 one line an epoch.
        callbacks: Keras callbacks of your own, for the Keras engine.
        recipe: "lecture", "book", "plain" or "record", in place of config; the settings change it.
        checkpoint: a folder that keeps the state of the training; the same call again goes on
            from there, and ends in the same weights as if it had never been stopped.
        checkpoint_every: batches from one state to the next within an epoch; None: only after
            each epoch.
        resume: the folder of such a checkpoint, in place of all settings: they lie there.
        tensorboard: a folder for TensorBoard's figures, for the Keras engine.
        **settings: the fields of ExperimentConfig, such as epochs=3 or hidden_units=128;
            `dataset` may also be a Dataset, your own arrays, or an .npz file.

    Returns:
        An ExperimentResult.

    Raises:
        InputError: a setting, data or folder that can't be used.
        DivergedError: the loss became NaN or infinite.
        TrainingInterrupted: Ctrl-C; what was reached is saved in `out` where that was given.

    Example:
        >>> result = run_experiment(dataset="iris", engine="classic", epochs=1, verbose=0)
        >>> result.config.learning_rate
        0.5
    """
    if resume is not None:
        config, checkpoint = resumed(resume, config, recipe, settings, checkpoint), resume
    elif recipe is not None:
        config = named_config(recipe, config)
    given = settings.pop("dataset", None)
    config = configured(config, settings)
    given = config.dataset if given is None else given
    config = dataclasses.replace(config, engine=steps.engine_to_use(config.engine))
    if out is not None and out != "auto":
        out = runfolder.must_take_a_run(out, overwrite)
    with timed() as load_seconds:
        dataset = load_data(given, path)
    if out == "auto":
        runfolder.must_take_a_run(runfolder.new_folder(config.engine, dataset.name))
    return run(config, dataset, out=out, overwrite=overwrite, verbose=verbose,
               callbacks=callbacks, load_seconds=load_seconds(), checkpoint=checkpoint,
               checkpoint_every=checkpoint_every, tensorboard=tensorboard)  # fmt: skip


def named_config(recipe: str, config: ExperimentConfig | None) -> ExperimentConfig:
    """Return the config of a recipe, which is given alone."""
    if config is not None:
        raise InputError("Give recipe= or a config, not both; settings change either.")
    return recipes.recipe(recipe)


def resumed(
    folder: str | os.PathLike[str],
    config: ExperimentConfig | None,
    recipe: str | None,
    settings: Mapping[str, Any],
    checkpoint: Any,
) -> ExperimentConfig:
    """Return the config that a checkpoint was written with; nothing else may be said."""
    said = {"config": config, "recipe": recipe, "checkpoint": checkpoint, **settings}
    known = [name for name, value in said.items() if value is not None and name != "dataset"]
    if known:
        raise InputError(f"resume= goes on with the settings that lie in {folder}, so leave "
                         f"{', '.join(known)} out.")  # fmt: skip
    path = as_path("resume", folder)
    kept = read(path) if os.path.isdir(path) else None
    if kept is None:
        raise InputError(f"{folder} holds no checkpoint. Start one: run_experiment(checkpoint="
                         f"{str(folder)!r}), or mnistlab run --checkpoint {folder}.")  # fmt: skip
    if not isinstance(kept.identity.get("config", {}), dict):
        raise InputError(f"The checkpoint in {folder} is damaged: its config is none. Start anew "
                         "in another folder.")  # fmt: skip
    if "config" not in kept.identity:
        raise InputError(f"The checkpoint in {folder} is of a model that was trained step by step. "
                         "Go on with the same steps: fit_model(…, checkpoint="
                         f"{str(folder)!r}).")  # fmt: skip
    return ExperimentConfig.from_settings(kept.identity["config"])


def configured(config: ExperimentConfig | None, settings: dict[str, Any]) -> ExperimentConfig:
    """Return the config that the settings change, complete enough to be run."""
    if config is None:
        config = ExperimentConfig.from_settings(settings)
    elif isinstance(config, ExperimentConfig):
        config = ExperimentConfig.from_settings({**_fields(config), **settings})
    else:
        raise InputError(f"config must be an ExperimentConfig, but got {checks.shown(config)}. "
                         "Name the settings, such as dataset='iris', epochs=3.")  # fmt: skip
    for name in MADE_BY_HAND:
        if getattr(config, name) is None:
            raise InputError(f"{name} isn't known, so the experiment can't be run again. "
                             f"Say which: run_experiment(config, {name}=…).")  # fmt: skip
    return config


def _fields(config: ExperimentConfig) -> dict[str, Any]:
    return {one.name: getattr(config, one.name) for one in dataclasses.fields(config)}


def run(
    config: ExperimentConfig,
    dataset: Dataset,
    *,
    out: Any = None,
    overwrite: bool = False,
    verbose: int | str = "auto",
    callbacks: Any = (),
    load_seconds: float = 0.0,
    watch: Callable[[Any], Callable[[int], Any]] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = steps.CHECKPOINT_EVERY,
    tensorboard: str | os.PathLike[str] | None = None,
) -> ExperimentResult:
    """Run a config whose engine is named; `watch(model)` may give what to call each epoch."""
    config = config.resolved(engine=config.engine, dataset=dataset.name, task=dataset.task)
    with timed() as build_seconds:
        model = built(config, dataset)
    kept = None
    if checkpoint is not None:
        kept = Checkpoint(checkpoint, identity.of_experiment(config, dataset))
    if config.engine == "keras":  # whose own policy is left alone where none is named
        from mnistlab.keras_engine import reading

        config = dataclasses.replace(config, dtype_policy=reading.policy_of(model))
    seconds = {"load": load_seconds, "build": build_seconds()}
    stopped: TrainingInterrupted | None = None
    with timed() as fit_seconds:
        try:
            history = fitted(
                config, model, dataset, verbose=verbose, callbacks=callbacks,
                on_epoch_end=watch and watch(model), checkpoint=kept,
                checkpoint_every=checkpoint_every, tensorboard=tensorboard,
            )  # fmt: skip
        except TrainingInterrupted as stop:
            stopped, history = stop, stop.history
    seconds["fit"] = fit_seconds()
    with timed() as evaluate_seconds:
        result = ExperimentResult.from_steps(
            dataset, model, history, config=config, completed=stopped is None
        )
    seconds["evaluate"] = evaluate_seconds()
    result = dataclasses.replace(result, seconds=seconds)
    goes_on = kept is not None and kept.serves
    if out is not None and (stopped is None or not goes_on):
        result = saved(result, out, overwrite)
    if stopped is not None:
        raise interrupted(stopped, result, kept if goes_on else None) from stopped
    return result


def built(config: ExperimentConfig, dataset: Dataset) -> Any:
    """Return the compiled model of a resolved config."""
    policy = None if config.dtype_policy == "float32" else config.dtype_policy
    model = steps.build_model(
        dataset, config.engine, config.hidden_units, config.hidden_activation,
        config.output_activation, config.seed or 0, input_dropout=config.input_dropout,
        dropout=config.dropout, dtype_policy=policy,
    )  # fmt: skip
    steps.compile_model(
        model, config.optimizer or "sgd", config.learning_rate, config.loss,
        weight_decay=config.weight_decay, ema_momentum=config.ema_momentum,
    )  # fmt: skip
    return model


def fitted(config: ExperimentConfig, model: Any, dataset: Dataset, **more: Any) -> History:
    """Train a model as a config says, and return the History; `more` goes to fit_model."""
    return steps.fit_model(
        model, dataset, config.epochs, config.batch_size or 32, config.order or "random",
        config.seed or 0, config.validation_split, schedule=config.schedule,
        deformation=config.deformation, patience=config.patience,
        acceptable_error=config.acceptable_error, **more,
    )  # fmt: skip


def saved(result: ExperimentResult, out: Any, overwrite: bool) -> ExperimentResult:
    """Save a result where `out` says; "auto" becomes a folder only now, a free one."""
    if out == "auto":
        out = runfolder.new_folder(result.config.engine, result.dataset.name)
    try:
        return result.save(out, overwrite)
    except SaveError as error:
        error.result = result  # the training isn't lost with the disk
        raise


def interrupted(
    stop: TrainingInterrupted, result: ExperimentResult, checkpoint: Checkpoint | None = None
) -> TrainingInterrupted:
    """Return the interruption with what was reached, and where it is kept."""
    kept = "Nothing was saved, because no folder was given (out=…)."
    if checkpoint is not None:
        kept = f"The same call goes on from the checkpoint in {checkpoint.folder}."
    elif result.folder is not None:
        kept = f"What was reached is saved in {result.folder}."
    reached = f"Test {result.figure} so far."
    return TrainingInterrupted(f"{stop} {reached} {kept}", stop.history, result)


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Time a block; the function it gives returns the seconds so far, or of the whole block."""
    started, ended = time.perf_counter(), 0.0
    yield lambda: (ended or time.perf_counter()) - started
    ended = time.perf_counter()
