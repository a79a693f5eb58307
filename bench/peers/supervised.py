"""A supervised network for one way of measuring: the U-Net of the library in PyTorch, trained to tell images from measurements.

    supervised.py train IMAGES.npz TASK MINUTES MODEL.pt
    supervised.py restore MODEL.pt MEASURED.npy RESTORED.npy

IMAGES.npz holds X [n, height, width] of uint8, which count as [-1, 1]. TASK is rician:SIGMA or gaussian:SIGMA (denoising), or
blocks:FACTOR:SIGMA (means of blocks with Gaussian noise), with sigma in units of [-1, 1]; fresh noise in every step. MINUTES are of
one core, by the clock of the process. Measurements are [n, height, width] of float32. What the network learns is what is to be added
to the measurement, which is first brought to full size by the bicubic way. The loss is the square error, so it learns the mean.
"""

import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from networks import UNet

BATCH, RATE, AVERAGE = 32, 2e-3, 0.998


def network(shape):
    return UNet(max(shape), 16, [1, 2, 4])


def measure(x, task, generator):
    kind, *numbers = task.split(":")
    sigma = float(numbers[-1])

    def noise(like):
        return sigma * torch.randn(like.shape, generator=generator)

    if kind == "rician":
        return torch.hypot(x + 1 + noise(x), noise(x)) - 1
    if kind == "gaussian":
        return x + noise(x)
    if kind == "blocks":
        factor = int(numbers[0])
        height, width = (size // factor * factor for size in x.shape[2:])
        small = F.avg_pool2d(x[:, :, :height, :width], factor)
        return small + noise(small)
    raise SystemExit(f"expected rician, gaussian or blocks, found {kind}")


def full_size(y, shape):
    if list(y.shape[2:]) == list(shape):
        return y
    factor = round(shape[0] / y.shape[2])
    large = F.interpolate(y, scale_factor=factor, mode="bicubic", align_corners=False)
    # Rows and columns that no whole block covers.
    return F.pad(large, (0, shape[1] - large.shape[3], 0, shape[0] - large.shape[2]), mode="replicate")


def estimate(model, y, shape):
    rough = full_size(y, shape)
    return rough + model(rough, torch.zeros(len(y)))


def train(images, task, minutes, path):
    x = torch.from_numpy(np.load(images)["X"].astype(np.float32) / 127.5 - 1)[:, None]
    shape = list(x.shape[2:])
    torch.manual_seed(0)
    model = network(shape)
    torch.nn.init.zeros_(model.out.weight)
    torch.nn.init.zeros_(model.out.bias)
    average = {name: value.detach().clone() for name, value in model.state_dict().items()}
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE)
    generator = torch.Generator().manual_seed(1)
    start, step, total = time.process_time(), 0, 0.0
    seconds = 60 * float(minutes)
    while (spent := time.process_time() - start) < seconds:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min((step + 1) / 100, (1 + math.cos(math.pi * spent / seconds)) / 2)
        batch = x[torch.randint(len(x), (BATCH,), generator=generator)]
        loss = (estimate(model, measure(batch, task, generator), shape) - batch).square().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            keep = min(AVERAGE, (1 + step) / (10 + step))
            for name, value in model.state_dict().items():
                average[name].lerp_(value, 1 - keep)
        step, total = step + 1, total + loss.item()
        if step % 50 == 0:
            print(f"step {step}  {spent:.0f} s  loss {total / 50:.5f}", flush=True)
            total = 0.0
    torch.save({"task": task, "shape": shape, "steps": step, "minutes": float(minutes), "weights": average}, path)


def restore(path, measured, restored):
    kept = torch.load(path)
    model = network(kept["shape"])
    model.load_state_dict(kept["weights"])
    model.eval()
    y = torch.from_numpy(np.load(measured).astype(np.float32))[:, None]
    with torch.inference_mode():
        estimate(model, y[:1], kept["shape"])
        start = time.perf_counter()
        found = torch.cat([estimate(model, one[None], kept["shape"]) for one in y])
        seconds = time.perf_counter() - start
    np.save(restored, found[:, 0].numpy())
    about = {name: kept[name] for name in ("task", "steps", "minutes")}
    parameters = sum(value.numel() for value in model.parameters())
    print(json.dumps({**about, "parameters": parameters, "secondsPerImage": seconds / len(y)}))


if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        {"train": train, "restore": restore}[sys.argv[1]](*sys.argv[2:])
    except (IndexError, KeyError, TypeError):
        raise SystemExit(__doc__)
