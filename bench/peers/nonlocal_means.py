"""Classical peers: non-local means of scikit-image with a known sigma, and resizing by splines of scipy.

    nonlocal_means.py nlm MEASURED.npy RESTORED.npy SIGMA H PATCH DISTANCE
    nonlocal_means.py spline MEASURED.npy RESTORED.npy FACTOR ORDER

Arrays are [n, height, width] of float32. SIGMA is the deviation of the noise. H is the cut-off, in units of sigma, PATCH the side of
patches, DISTANCE how far they are looked for. ORDER is 1 for linear and 3 for cubic splines; edges are repeated.
"""

import json
import sys
import time

import numpy as np


def nlm(y, sigma, h, patch, distance):
    from skimage.restoration import denoise_nl_means

    return denoise_nl_means(
        y.astype(np.float64),
        sigma=sigma,
        h=h * sigma,
        patch_size=int(patch),
        patch_distance=int(distance),
        fast_mode=True,
    )


def spline(y, factor, order):
    from scipy.ndimage import zoom

    return zoom(y.astype(np.float64), int(factor), order=int(order), mode="nearest", grid_mode=True)


if __name__ == "__main__":
    if len(sys.argv) < 6:
        raise SystemExit(__doc__)
    work, measured, restored, *numbers = sys.argv[1:]
    y = np.load(measured)
    start = time.perf_counter()
    found = np.stack([{"nlm": nlm, "spline": spline}[work](one, *map(float, numbers)) for one in y])
    seconds = (time.perf_counter() - start) / len(y)
    np.save(restored, found.astype(np.float32))
    print(json.dumps({"secondsPerImage": seconds}))
