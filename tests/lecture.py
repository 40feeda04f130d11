"""What the lecture asks the class, and the words that its slides list: each has a cell."""

QUESTIONS = (
    "How many epochs are needed?",
    "How many hidden units, and why 512?",
    "How many layers, which activation?",
    "How to determine the error or loss at the output: use our formulation?",
    "What should β be?",
    "How many parameters are there?",
    "What are the hyperparameters?",
    "In what order do we present the patterns: as stored, or at random?",
    "A backward pass after every input, after all, or after a small batch?",
    "Is there a better way to assess error?",
    "Are there other weight update mechanisms?",
)

WORDS = (
    "Adam", "backpropagation", "bias", "binary cross-entropy", "categorical cross-entropy",
    "epochs", "exponential", "forward pass", "full batch SGD", "gradient descent",
    "hyperparameters", "labelled data set", "learning rule", "loss function",
    "mean absolute error", "mean squared error", "mini-batch SGD", "model", "optimizer",
    "parameters", "perceptron", "ReLU", "RMSprop", "SGD", "sigmoid", "softmax", "tanh",
    "test data set", "training data set", "true SGD", "unit",
)  # fmt: skip
