"""Training and sampling steps of the networks in networks.py, in ms.

Objective: denoising with EDM preconditioning and weighting (Karras et al. 2022, section 5 and table 1). A training step
draws noise, then does loss, gradient, clipping, Adam and a moving average of the weights; a sampling step is one Euler
step of the probability flow. Rounds are named work/network/side/batch/layout, e.g. train/unet/32/64/channels_last.
With --peak NAME it does three steps of one and prints its peak memory; with --count, the networks' parameters.
"""

import json
import sys
import time

import torch
from networks import NETWORKS
from serve import peak_megabytes, serve

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def denoise(model, x, sigma):
    scale = sigma**2 + 1
    inner = model(x * scale.rsqrt(), sigma.flatten().log() / 4)
    return x / scale + inner * sigma * scale.rsqrt()


def trainer(model, shape, layout):
    parameters = list(model.parameters())
    average = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.Adam(parameters, lr=1e-4)
    x0 = torch.randn(shape).to(memory_format=layout)

    def step():
        sigma = torch.exp(1.2 * torch.randn(shape[0], 1, 1, 1) - 1.2)
        noise = torch.randn_like(x0)
        weight = 1 / sigma**2 + 1
        loss = (weight * (denoise(model, x0 + sigma * noise, sigma) - x0) ** 2).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1e-3)

    return step


def sampler(model, shape, layout):
    model.eval()
    x = torch.randn(shape).to(memory_format=layout)
    sigma = torch.ones(shape[0], 1, 1, 1)

    @torch.inference_mode()
    def step():
        return x + (x - denoise(model, x, sigma)) / sigma * -0.1

    return step


def make(name):
    work, network, side, batch, layout = name.split("/")
    torch.manual_seed(0)
    model = NETWORKS[network](int(side)).to(memory_format=LAYOUTS[layout])
    shape = (int(batch), 1, int(side), int(side))
    return {"train": trainer, "sample": sampler}[work](model, shape, LAYOUTS[layout])


def milliseconds(step, seconds=1.0):
    """The mean time of a call over at least two calls and `seconds`."""
    count, start = 0, time.perf_counter()
    while True:
        step()
        count += 1
        elapsed = time.perf_counter() - start
        if count >= 2 and elapsed >= seconds:
            return elapsed / count * 1000


def rounds():
    made = {}

    def run(name):
        if name not in made:
            # The memory of another's activations would stay with this process.
            work, *what, _ = name.split("/")
            for other in [other for other in made if other.split("/")[:-1] != [work, *what]]:
                del made[other]
            made[name] = make(name)
            made[name]()
        return milliseconds(made[name])

    names = [
        f"{work}/{network}/{side}/{batch}/{layout}"
        for work in ("train", "sample")
        for network in NETWORKS
        for side in (16, 32, 64)
        for batch in (1, 4, 16, 64)
        for layout in LAYOUTS
    ]
    return {name: (lambda name=name: run(name)) for name in names}


if __name__ == "__main__":
    if "--peak" in sys.argv:
        step = make(sys.argv[-1])
        for _ in range(3):
            step()
        print(json.dumps({"peakMegabytes": peak_megabytes()}))
    elif "--count" in sys.argv:
        for name, network in NETWORKS.items():
            print(name, sum(p.numel() for p in network(32).parameters()))
    elif "--cpu" in sys.argv:
        torch.set_num_threads(1)
        step = make(sys.argv[-1])
        step()
        best = float("inf")
        for _ in range(4):
            start = time.process_time()
            step()
            best = min(best, time.process_time() - start)
        print(f"{best * 1000:.1f}")
    else:
        serve(rounds())
