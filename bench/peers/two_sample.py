"""Classifier two-sample test of pairs of files as in a standard benchmark (Lueckmann et al. 2021): five folds of a perceptron with two
layers of ten neurons for each column. Arguments: pairs of .npy files. Prints JSON: the accuracy of each pair."""
import json
import sys
import warnings

import numpy as np
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")


def accuracy(a, b, seed=1):
    mean, deviation = a.mean(0), a.std(0)
    x = np.concatenate([(a - mean) / deviation, (b - mean) / deviation])
    y = np.concatenate([np.zeros(len(a)), np.ones(len(b))])
    width = 10 * a.shape[1]
    classifier = MLPClassifier(
        activation="relu", hidden_layer_sizes=(width, width), max_iter=10000, solver="adam", random_state=seed
    )
    folds = KFold(n_splits=5, shuffle=True, random_state=seed)
    return float(cross_val_score(classifier, x, y, cv=folds, scoring="accuracy").mean())


files = sys.argv[1:]
print(json.dumps([accuracy(np.load(files[i]), np.load(files[i + 1])) for i in range(0, len(files), 2)]))
