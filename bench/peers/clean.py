"""CLEAN of radio images (Hogbom 1974), the peer of bench/radio.ts.

    python3 clean.py IN.npz OUT.npz

In: `frequencies` [visibilities, 2] (u along columns, v along rows, cycles per pixel), `visibilities` [sources, visibilities, 2],
`sigma` [1], `size` [2] and `beams` [k], widths of the restoring beam in units of the dirty beam's main lobe. Out: `restored`
[sources, k, rows, columns], flux per pixel, the residual included, and `seconds` of each source.
"""

import sys
import time

import numpy as np


def turns(frequencies, rows, columns):
    """e^(2 pi i (u x + v y)) at pixels counted from the middle: [rows, columns, visibilities]."""
    y = np.arange(rows) - rows // 2
    x = np.arange(columns) - columns // 2
    down = np.exp(2j * np.pi * np.outer(y, frequencies[:, 1]))
    across = np.exp(2j * np.pi * np.outer(x, frequencies[:, 0]))
    return down[:, None, :] * across[None, :, :]


def main_lobe(beam):
    """Covariance of the Gaussian that fits the dirty beam around its middle: least squares of -2 log beam = q(x, y)."""
    rows, columns = beam.shape
    y, x = np.mgrid[:rows, :columns]
    y, x = y - rows // 2, x - columns // 2
    # Only the lobe: along its long axis it may reach further than the first sidelobe along the short one.
    near = (beam > 0.35) & (np.hypot(x, y) < 2.5)
    parts = np.stack([x[near] ** 2, 2 * x[near] * y[near], y[near] ** 2], axis=1).astype(float)
    q = np.linalg.lstsq(parts, -2 * np.log(beam[near]), rcond=None)[0]
    values, vectors = np.linalg.eigh(np.array([[q[0], q[1]], [q[1], q[2]]]))
    return (vectors / np.maximum(values, 0.04)) @ vectors.T


def clean(dirty, beam, threshold, gain=0.1, most=3000):
    """Components and residual: the highest point of the residual is taken off, `gain` of it at a time."""
    rows, columns = dirty.shape
    components = np.zeros_like(dirty)
    residual = dirty.copy()
    for _ in range(most):
        at = np.argmax(np.abs(residual))
        i, j = divmod(at, columns)
        value = residual[i, j]
        if abs(value) < threshold:
            break
        components[i, j] += gain * value
        # The beam reaches twice as far as the picture: its middle is at [rows, columns].
        residual -= gain * value * beam[rows - i : 2 * rows - i, columns - j : 2 * columns - j]
    return components, residual


def blur(image, covariance):
    """Convolution with a Gaussian of unit sum."""
    rows, columns = image.shape
    y, x = np.mgrid[-rows + 1 : rows, -columns + 1 : columns]
    inverse = np.linalg.inv(covariance)
    kernel = np.exp(-0.5 * (inverse[0, 0] * x**2 + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y**2))
    kernel /= kernel.sum()
    shape = (3 * rows, 3 * columns)
    whole = np.fft.irfft2(np.fft.rfft2(image, shape) * np.fft.rfft2(kernel, shape), shape)
    return whole[rows - 1 : 2 * rows - 1, columns - 1 : 2 * columns - 1]


def main():
    given = np.load(sys.argv[1])
    frequencies = given["frequencies"].astype(float)
    visibilities = given["visibilities"].astype(float)
    rows, columns = (int(n) for n in given["size"])
    count = len(frequencies)
    beam = turns(frequencies, 2 * rows, 2 * columns).real.mean(axis=2)
    lobe = main_lobe(beam)
    back = turns(frequencies, rows, columns)
    # Noise of the dirty image: each visibility has `sigma` in its real and in its imaginary part.
    threshold = 2 * float(given["sigma"][0]) / np.sqrt(count)
    area = 2 * np.pi * np.sqrt(np.linalg.det(lobe))
    restored, seconds = [], []
    for pairs in visibilities:
        before = time.perf_counter()
        dirty = (back * (pairs[:, 0] + 1j * pairs[:, 1])).real.mean(axis=2)
        components, residual = clean(dirty, beam, threshold)
        restored.append([blur(components, lobe * width**2) + residual / area for width in given["beams"]])
        seconds.append(time.perf_counter() - before)
    np.savez(sys.argv[2], restored=np.array(restored), seconds=np.array(seconds))
    print(f"lobe {np.sqrt(np.linalg.eigvalsh(lobe))} pixels, threshold {threshold:.4f}")


main()
