"""XGBoost on the samples that bench/tables.ts writes: can it tell them from real rows, and are they of use?

    python detection.py FOLDER

FOLDER holds real.csv, held-out.csv and samples.csv, numbers without a header, `nan` for missing cells. Prints one JSON
object: detection scores 1 - max(0, 2 AUC - 1) in three folds against training rows, held-out rows, and of held-out rows
against training rows; and the AUC of a model of the last column, where it has two levels, on held-out rows.
"""

import json
import os
import sys
import warnings

import numpy as np
import xgboost
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

warnings.filterwarnings("ignore")
folder = sys.argv[1]
read = lambda name: np.loadtxt(os.path.join(folder, name), delimiter=",", ndmin=2)


def classifier():
    return xgboost.XGBClassifier(n_estimators=100, max_depth=6, learning_rate=0.3, tree_method="hist", n_jobs=2, eval_metric="logloss")


def detection(real, samples, seed=0):
    n = min(len(real), len(samples))
    draw = np.random.RandomState(seed)
    rows = np.vstack([real[draw.permutation(len(real))[:n]], samples[draw.permutation(len(samples))[:n]]])
    labels = np.r_[np.ones(n), np.zeros(n)]
    areas = []
    for train, test in StratifiedKFold(3, shuffle=True, random_state=seed + 1).split(rows, labels):
        model = classifier().fit(rows[train], labels[train])
        areas.append(roc_auc_score(labels[test], model.predict_proba(rows[test])[:, 1]))
    return 1 - max(0.0, 2 * float(np.mean(areas)) - 1)


def usefulness(rows, test):
    known = ~np.isnan(rows[:, -1])
    rows, test = rows[known], test[~np.isnan(test[:, -1])]
    if len(np.unique(rows[:, -1])) != 2:
        return None
    model = xgboost.XGBClassifier(n_estimators=100, max_depth=6, learning_rate=0.1, tree_method="hist", n_jobs=2, eval_metric="logloss")
    model.fit(rows[:, :-1], rows[:, -1])
    return float(roc_auc_score(test[:, -1], model.predict_proba(test[:, :-1])[:, 1]))


real, held_out, samples = read("real.csv"), read("held-out.csv"), read("samples.csv")
print(
    json.dumps(
        {
            "training": detection(real, samples),
            "heldOut": detection(held_out, samples),
            "real": detection(held_out, real),
            "useful": usefulness(samples, held_out),
            "usefulReal": usefulness(real, held_out),
        }
    )
)
