"""GENIE3 by scikit-learn's random forests (Huynh-Thu et al. 2010): reads rows as JSON, prints importances [regulator][target]."""
import json
import sys

import numpy as np
from sklearn.ensemble import RandomForestRegressor

task = json.load(sys.stdin)
rows = np.array(task["rows"])
genes = rows.shape[1]
result = np.zeros((genes, genes))
for gene in range(genes):
    others = [other for other in range(genes) if other != gene]
    target = rows[:, gene] / rows[:, gene].std()
    forest = RandomForestRegressor(n_estimators=task["trees"], max_features="sqrt", random_state=gene, n_jobs=1)
    forest.fit(rows[:, others], target)
    importances = np.mean([tree.tree_.compute_feature_importances(normalize=False) for tree in forest.estimators_], axis=0)
    result[others, gene] = importances
json.dump(result.tolist(), sys.stdout)
