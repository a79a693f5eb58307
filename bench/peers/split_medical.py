"""Training and test files of bench/enhance.ts: split_medical.py DATA FOLDER

DATA is the folder of data, of which hippocampus/ and pneumonia/ are read. The test file of the hippocampus holds all slices of the 22
subjects below. That of the chest X-rays holds the last 400 images, which are not told apart by patient; 6 of them stand among the others
too and are left out by the benchmark.
"""

import os
import sys

import numpy as np

SUBJECTS = [15, 50, 74, 83, 146, 149, 163, 175, 176, 188, 189, 195, 226, 233, 289, 310, 334, 349, 359, 370, 387, 389]


def main(data, folder):
    heads = np.load(os.path.join(data, "hippocampus", "hippocampus.npz"))
    held = np.isin(heads["subject"], SUBJECTS)
    np.savez_compressed(os.path.join(folder, "hippocampus-train.npz"), X=heads["X"][~held])
    test = os.path.join(folder, "hippocampus-test.npz")
    np.savez_compressed(test, X=heads["X"][held], subject=heads["subject"][held])
    chests = np.load(os.path.join(data, "pneumonia", "pneumonia28.npz"))["X"]
    np.savez_compressed(os.path.join(folder, "pneumonia-train.npz"), X=chests[:-400])
    np.savez_compressed(os.path.join(folder, "pneumonia-test.npz"), X=chests[-400:])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
