"""What an instructor needs; imports neither Keras nor anything that a submission names."""
