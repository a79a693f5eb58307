"""XGBoost and scikit-learn on the tasks that bench/trees.ts writes: predictions of the test rows, and CPU seconds.

    python trees.py FOLDER

FOLDER/tasks.json lists tasks with their shapes; rows and targets are float64 files beside it. One JSON line per task and
setting is printed; predictions are written as float64 files.
"""

import json
import os
import sys
import time

import numpy as np

folder = sys.argv[1]
read = lambda name, *shape: np.fromfile(os.path.join(folder, name), dtype=np.float64).reshape(*shape)


def say(task, model, setting, found, seconds):
    name = f"{task['file']}.{model}.{setting}.f64"
    np.asarray(found, dtype=np.float64).tofile(os.path.join(folder, name))
    print(json.dumps({"task": task["name"], "model": model, "setting": setting, "file": name, "seconds": seconds}), flush=True)


def trees(task, x, y, test, rate):
    import xgboost

    kinds = ["c" if levels > 0 else "q" for levels in task["categories"]]
    objective = {"binary": "binary:logistic", "classes": "multi:softprob", "squares": "reg:squarederror"}[task["objective"]]
    settings = {"objective": objective, "tree_method": "hist", "max_depth": 6, "eta": rate, "nthread": 1, "seed": 0}
    if task["objective"] == "classes":
        settings["num_class"] = task["classes"]
    if task["objective"] == "squares":
        # As XGBoost from 2.0 on does by itself.
        settings["base_score"] = float(np.mean(y))
    begun = time.process_time()
    of = lambda rows, labels=None: xgboost.DMatrix(rows, labels, feature_types=kinds, enable_categorical=True, nthread=1)
    model = xgboost.train(settings, of(x, y), num_boost_round=100)
    seconds = time.process_time() - begun
    return model.predict(of(test)), seconds


def linear(task, x, y, test):
    from sklearn.linear_model import LogisticRegression, Ridge

    # One-hot categories, standardised numbers, indicators of missing cells.
    def expand(rows):
        parts = []
        for j, levels in enumerate(task["categories"]):
            column, known = rows[:, j], x[:, j]
            gone = np.isnan(column)
            if levels > 0:
                parts += [(column == code).astype(float) for code in range(levels)]
                if np.isnan(known).any():
                    parts.append(gone.astype(float))
            else:
                mean, deviation = np.nanmean(known), np.nanstd(known) or 1.0
                parts.append(np.where(gone, 0.0, (column - mean) / deviation))
                if np.isnan(known).any():
                    parts.append(gone.astype(float))
        return np.stack(parts, axis=1)

    a, b = expand(x), expand(test)
    begun = time.process_time()
    if task["objective"] == "squares":
        found = Ridge(alpha=1.0, solver="cholesky").fit(a, y).predict(b)
    else:
        # scikit-learn's C multiplies the loss: a penalty of 1 on half the squared weights.
        model = LogisticRegression(C=1.0, tol=1e-8, max_iter=10000).fit(a, y)
        found = model.predict_proba(b)
        found = found[:, 1] if task["objective"] == "binary" else found
    return found, time.process_time() - begun


for task in json.load(open(os.path.join(folder, "tasks.json"))):
    d = len(task["categories"])
    x, y = read(task["file"] + ".x", -1, d), read(task["file"] + ".y", -1)
    test = read(task["file"] + ".t", -1, d)
    for rate in task["rates"]:
        say(task, "xgboost", rate, *trees(task, x, y, test, rate))
    if task["linear"]:
        say(task, "scikit-learn", "linear", *linear(task, x, y, test))


def detection(task, a, b, predict):
    """Mean of 1 - max(0, 2 AUC - 1) over three folds, as SDMetrics and TabSyn."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    x, y = np.concatenate([a, b]), np.repeat([0.0, 1.0], [len(a), len(b)])
    scores, seconds = [], 0.0
    for shown, apart in StratifiedKFold(3, shuffle=True, random_state=0).split(x, y):
        found, took = predict(task, x[shown], y[shown], x[apart])
        scores.append(1 - max(0.0, 2 * roc_auc_score(y[apart], found) - 1))
        seconds += took
    return {"figure": float(np.mean(scores)), "seconds": seconds}


for task in json.load(open(os.path.join(folder, "detections.json"))):
    d = len(task["categories"])
    task["objective"] = "binary"
    a, b = read(task["file"] + ".a", -1, d), read(task["file"] + ".b", -1, d)
    for by, predict in [("trees", lambda *rows: trees(*rows, 0.3)), ("linear", linear)]:
        print(json.dumps({"task": task["name"], "model": "detection", "setting": by, **detection(task, a, b, predict)}), flush=True)
