"""The lecture's networks from scratch, in NumPy; nothing in this folder imports Keras."""
