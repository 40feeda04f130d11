"""The six pictures of README.md's gallery: `python benchmarks/gallery.py`, two minutes.

Four are of one training on all of MNIST, which MNISTLAB_DATA or the cache must hold: the lecture's
784-512-10 from scratch, seed 0, β = 0.5, batches of 32, 5 epochs. decision_regions has a network
of its own on XOR, and error_bowl the four patterns of OR.

Each goes to pictures/ as PNG with its alt text inside; the alt texts and captions are printed, as
README.md quotes them.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

import mnistlab
from mnistlab import plots

PICTURES = Path(__file__).parent / "pictures"

SIZES, EPOCHS, BETA = (784, 512, 10), 5, 0.5
IMAGE = 0  # of the test images: a 7
X, XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])


def trained(dataset: mnistlab.Dataset) -> tuple[mnistlab.ClassicNetwork, list[list[np.ndarray]]]:
    """Return the network after its training, and its weights at the start and after each epoch."""
    network = mnistlab.ClassicNetwork(SIZES, seed=0)
    network.compile(learning_rate=BETA)
    weights = [network.get_weights()]
    for _ in range(EPOCHS):
        network.fit(dataset.x_train, dataset.y_train, epochs=1, batch_size=32)
        weights.append(network.get_weights())
    return network, weights


def activations(network: mnistlab.ClassicNetwork, dataset: mnistlab.Dataset) -> plots.Picture:
    """Return one test image on its way through the network."""
    trace = network.trace(dataset.x_test[IMAGE], dataset.y_test[IMAGE])
    f, net_inputs = [layer.f for layer in trace], [layer.I for layer in trace]
    return plots.activations(
        dataset.test_images[IMAGE], f[:-1], f[-1], dataset.class_names, net_inputs
    )


def error_surface(
    network: mnistlab.ClassicNetwork, weights: list[list[np.ndarray]], dataset: mnistlab.Dataset
) -> plots.Picture:
    """Return the error of the network around its training's path, on 5,000 training digits."""
    plane = plots.plane_of(weights)
    a, b = plane.axes()
    errors = plots.grid_of(
        weights[-1], plane.directions, a, b, activations=network.activations, x=dataset.x_train,
        desired=dataset.y_train, loss=network.loss, patterns=5000,
    )  # fmt: skip
    return plots.error_surface(errors, a, b, plane.path)


def decision_regions() -> plots.Picture:
    """Return what a network of four hidden units has learned of XOR."""
    network = mnistlab.ClassicNetwork((2, 4, 1), output_activation="sigmoid", seed=1)
    network.compile(learning_rate=0.5, loss="lecture")
    network.fit(X, XOR, epochs=2000, batch_size=1, verbose=0)
    return plots.decision_regions(network.predict, X, XOR, title="XOR, learned by a 2-4-1 network")


def gallery(dataset: mnistlab.Dataset) -> Iterator[tuple[str, plots.Picture]]:
    """Yield each picture under its file's name."""
    network, weights = trained(dataset)
    yield "hidden_weights", plots.hidden_weights(weights[0][0], weights[-1][0], units=8)
    yield "activations", activations(network, dataset)
    yield "error_surface", error_surface(network, weights, dataset)
    yield "network_diagram", plots.network_diagram(SIZES)
    yield "decision_regions", decision_regions()
    yield "error_bowl", plots.error_bowl()


def main() -> None:
    """Write the pictures, and print what README.md says of them."""
    dataset = mnistlab.load_data("mnist")
    for name, picture in gallery(dataset):
        path = picture.save(PICTURES / f"{name}.png")
        print(f"\n{path.name}, {path.stat().st_size / 1000:.0f} kB")
        print(f"![{picture.alt}](benchmarks/pictures/{path.name})\n{picture.caption}")


if __name__ == "__main__":
    main()
