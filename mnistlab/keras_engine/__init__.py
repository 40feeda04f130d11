"""The Keras engine: the only folder that imports Keras, and it does so without TensorFlow's noise.

quiet.py      import Keras with nothing on stderr
building.py   the design as a keras.Sequential; compile
pipeline.py   batches in the package's own order of patterns
training.py   fit, evaluate, predict
"""

from mnistlab.keras_engine.quiet import import_keras

import_keras()  # before any module here says `import keras`
