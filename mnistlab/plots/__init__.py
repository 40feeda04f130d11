"""Pictures of a training and of what it learned, for a notebook, a README and a screen reader.

surface.py      error_surface: the error over a plane, with the path of a training
weightplane.py  plane_of: the plane through weight space in which a training moved most
errorgrid.py    grid_of: the error of a network at each point of a grid on that plane
bowl.py         error_bowl: the error over two weights, and paths of gradient descent
descent.py      the error of a linear unit, and gradient descent on it
terrain.py      contour lines, the same in 3-D, and paths on both
batches.py      epoch_seconds: seconds for one epoch, by batch size
betas.py        schedule_curves: the learning rate of each epoch
regions.py      decision_regions: which class is answered where
lines.py        decision_lines: the line of a threshold unit, epoch by epoch
twoinputs.py    patterns of two inputs as points, and the regions around them
activity.py     activations: one image on its way through a network, layer by layer
mistakes.py     worst_mistakes, worst_indices: what the network got most wrong
images.py       image_grid, samples: images in rows
engines.py      engine_comparison: the same training by several engines
curves.py       learning_curves: loss and accuracy, or mean absolute error, by epoch
confusion.py    confusion_matrix: what was taken for what
hiddenweights.py  hidden_weights: each hidden unit's incoming weights as an image
signedcells.py  cells of signed numbers, in red and blue and with dashes
softmax.py      softmax_at_work: net inputs, their exponentials, probabilities
bars.py         bars with a name and a number each
functions.py    activation_functions: f(I) and its slope
diagram.py      network_diagram: units in columns, connections, parameters counted
values.py       predictions: predicted against actual values
runs.py         the Historys to draw, by name, and their figures in words
arguments.py    arrays and class names as they are given, or an error that helps
picture.py      Picture: alt text, caption, PNG; the house style and its colours
words.py        names and numbers, in captions and on axes

Each function takes arrays and Historys and returns a `Picture`: a matplotlib figure that knows its
alt text and caption, shows itself in a notebook, and saves itself as PNG. There is no pyplot here:
no display is needed, nothing is kept alive, and a notebook's own style sheet changes nothing.

Colours are Okabe and Ito's, which hold for the colour-blind; markers, dashes and hatches tell the
same in grey.

Example:
    >>> picture = learning_curves({"loss": [0.5, 0.25], "accuracy": [0.8, 0.9]})
    >>> picture.caption
    'Over 2 epochs: training loss from 0.5 to 0.25, training accuracy from 80.0% to 90.0%.'
"""

from mnistlab.plots.activity import activations
from mnistlab.plots.batches import epoch_seconds
from mnistlab.plots.betas import schedule_curves
from mnistlab.plots.bowl import error_bowl
from mnistlab.plots.confusion import confusion_matrix
from mnistlab.plots.curves import learning_curves
from mnistlab.plots.diagram import network_diagram
from mnistlab.plots.engines import engine_comparison
from mnistlab.plots.errorgrid import grid_of
from mnistlab.plots.functions import activation_functions
from mnistlab.plots.hiddenweights import hidden_weights
from mnistlab.plots.images import image_grid, samples
from mnistlab.plots.lines import decision_lines
from mnistlab.plots.mistakes import worst_indices, worst_mistakes
from mnistlab.plots.picture import Picture
from mnistlab.plots.regions import decision_regions
from mnistlab.plots.softmax import softmax_at_work
from mnistlab.plots.surface import error_surface
from mnistlab.plots.values import predictions
from mnistlab.plots.weightplane import plane_of

__all__ = [
    "Picture",
    "activation_functions",
    "activations",
    "confusion_matrix",
    "decision_lines",
    "decision_regions",
    "engine_comparison",
    "epoch_seconds",
    "error_bowl",
    "error_surface",
    "grid_of",
    "hidden_weights",
    "image_grid",
    "learning_curves",
    "network_diagram",
    "plane_of",
    "predictions",
    "samples",
    "schedule_curves",
    "softmax_at_work",
    "worst_indices",
    "worst_mistakes",
]
