"""Exact Wasserstein-1 distances of tables under Gower's distance, as in Jolicoeur-Martineau et al. 2024 (section 5).

Reads JSON {columns: [levels or 0], train, test, sets: [[row]]} and prints {copy, sets: [to held-out rows], train: [...]}.
Numbers are scaled by the range of the training rows; a category differs by 1; missing cells are a level of their own.
"""
import json
import sys

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

job = json.load(sys.stdin)


def rows(table):
    return np.array([[np.nan if cell is None else cell for cell in row] for row in table], float)


train, test = rows(job["train"]), rows(job["test"])


def features(table):
    parts = []
    for j, levels in enumerate(job["columns"]):
        cells, known = table[:, j], train[:, j][~np.isnan(train[:, j])]
        missing = np.isnan(cells)
        if levels:
            parts += [np.where(cells == level, 0.5, 0) for level in range(levels)] + [0.5 * missing]
        else:
            low, high = known.min(), known.max()
            parts += [np.where(missing, 0, (cells - low) / ((high - low) or 1)), 1.0 * missing]
    return np.stack(parts, 1)


def distance(a, b):
    # Equal numbers of rows: those of the smaller set several times.
    n = 4 * len(test)
    a, b = (x[np.arange(n) % len(x)] for x in (a, b))
    cost = cdist(a, b, "cityblock")
    return float(cost[linear_sum_assignment(cost)].mean())


known, held_out = features(train), features(test)
sets = [features(rows(table)) for table in job["sets"]]
print(
    json.dumps(
        {
            "copy": distance(known, held_out),
            "sets": [distance(s, held_out) for s in sets],
            "train": [distance(s, known) for s in sets],
        }
    )
)
