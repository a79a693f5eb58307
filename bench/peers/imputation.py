"""
Imputation by scikit-learn: reads {"numbers": [...], "train": FILE, "holes": FILE} as one line of JSON, fills the holes with
each method fitted to the training rows, and writes a CSV for each beside the holes. Numbers are standardised; categories are
codes: one-hot for the neighbours, and for the regressions without the first level, as all levels together say each other. The
largest coordinate counts.
"""

import json
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer

warnings.filterwarnings("ignore")
task = json.loads(sys.stdin.readline())
train, holes = pd.read_csv(task["train"]), pd.read_csv(task["holes"])
numbers = task["numbers"]
categories = [name for name in train.columns if name not in numbers]
mean, deviation = train[numbers].mean(), train[numbers].std().replace(0, 1)
levels = {name: sorted(train[name].dropna().unique()) for name in categories}


def coordinates(frame, skipped=0):
    parts = [((frame[numbers] - mean) / deviation).to_numpy(float)]
    for name in categories:
        codes = frame[name].to_numpy(float)
        hot = (codes[:, None] == np.array(levels[name][skipped:])[None, :]).astype(float)
        hot[np.isnan(codes)] = np.nan
        parts.append(hot)
    return np.concatenate(parts, axis=1)


def rows_of(x, skipped=0):
    frame = pd.DataFrame(x[:, : len(numbers)] * deviation.to_numpy() + mean.to_numpy(), columns=numbers)
    at = len(numbers)
    for name in categories:
        k = len(levels[name]) - skipped
        hot = x[:, at : at + k]
        if skipped:
            hot = np.concatenate([1 - hot.sum(axis=1, keepdims=True), hot], axis=1)
        frame[name] = np.array(levels[name])[np.argmax(hot, axis=1)]
        at += k
    return frame[list(train.columns)]


x, y = coordinates(train), coordinates(holes)
rng = np.random.default_rng(0)
some = rng.permutation(len(x))[:5000]
few = x[some]
done = {}


def save(name, filled):
    path = f"{task['holes']}.{name}.csv"
    filled.to_csv(path, index=False)
    done[name] = path


middle = holes.copy()
for name in train.columns:
    middle[name] = middle[name].fillna(train[name].mean() if name in numbers else train[name].mode()[0])
save("mean", middle)
save("knn", rows_of(KNNImputer(n_neighbors=5).fit(few).transform(y)))
regressions = IterativeImputer(max_iter=10, random_state=0).fit(coordinates(train, 1)[some])
save("iterative", rows_of(regressions.transform(coordinates(holes, 1)), 1))
print(json.dumps(done))
