"""Posterior draws of a digit by deepinv, in seconds: DDRM, DiffPIR and DPS at given numbers of steps, with the weights of ddpm-digits.ts.

deepinv is imported from PYTHONPATH. Where packages that it imports, but that these methods do not use (pictures, metrics, downloads), are not
installed, empty ones stand in for them. Rounds are named method/steps/draws, e.g. dps/100/16. `evaluation/1/16` is one evaluation of
the network, and `gradient/1/16` one with its backward pass. DEEPINV_WEIGHTS names the safetensors file.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import struct
import sys
import time
import types

import numpy
import torch
from serve import serve

UNUSED = ("torchvision", "torchmetrics", "matplotlib", "tqdm", "einops", "requests", "h5py", "natsort", "PIL")


class Anything(type):
    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (Exception,), {})


class Empty(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (Exception,), {})


class EmptyModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Found last, so only for what is not installed."""

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] in UNUSED else None

    def create_module(self, spec):
        module = Empty(spec.name)
        if spec.name == "tqdm":
            module.tqdm = lambda iterable=None, **_: iterable
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(EmptyModules())
import deepinv  # noqa: E402


def tensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    found = {}
    for name, about in header.items():
        if name != "__metadata__":
            begin, end = about["data_offsets"]
            values = numpy.frombuffer(data[begin:end], {"F32": "<f4", "F64": "<f8"}[about["dtype"]])
            found[name] = torch.from_numpy(values.astype("float32")).reshape(about["shape"])
    return found


class Denoiser(torch.nn.Module):
    """E[x | x + sigma z] of images in [0, 1]."""

    def __init__(self, path):
        super().__init__()
        self.w = tensors(path)
        times = torch.linspace(0, 1, 1001)
        beta = 0.1 * times + 0.5 * 19.9 * times**2
        self.levels, self.times = torch.sqrt(torch.expm1(beta)), times

    def time(self, sigma):
        at = torch.searchsorted(self.levels, sigma.contiguous()).clamp(1, 1000)
        low, high = self.levels[at - 1], self.levels[at]
        return ((at - 1) + ((sigma - low) / (high - low)).clamp(0, 1)) / 1000

    def block(self, name, x):
        h = torch.nn.functional.conv2d(x, self.w[f"{name}.net.0.weight"], self.w[f"{name}.net.0.bias"], padding=3)
        scale, shift = self.w[f"{name}.net.1.weight"], self.w[f"{name}.net.1.bias"]
        return torch.nn.functional.gelu(torch.nn.functional.layer_norm(h, scale.shape, scale, shift))

    def noise(self, x, t):
        phase = t[:, None] * self.w["frequencies"][None]
        h = torch.cat([phase.sin(), phase.cos() - 1], dim=1)
        for k in (0, 2, 4, 6):
            h = torch.nn.functional.linear(h, self.w[f"time_embed.{k}.weight"], self.w[f"time_embed.{k}.bias"])
            h = torch.nn.functional.gelu(h) if k < 6 else h
        x = self.block("blocks.0", x) + h[:, :, None, None]
        for k in (1, 2, 3):
            x = self.block(f"blocks.{k}", x)
        return torch.nn.functional.conv2d(x, self.w["blocks.4.weight"], self.w["blocks.4.bias"], padding=1)

    def forward(self, x, sigma, *_, **__):
        sigma = torch.as_tensor(sigma, dtype=torch.float32).reshape(-1).expand(len(x))
        spread = sigma[:, None, None, None]
        alpha = (1 + spread**2).rsqrt()
        centred = x - 0.5
        return centred - spread * self.noise(centred * alpha, self.time(sigma)) + 0.5


def problem(draws):
    """A digit-like picture with a hole, seen `draws` times over, with noise."""
    mask = torch.ones(1, 28, 28)
    mask[:, 8:20, 8:20] = 0
    physics = deepinv.physics.Inpainting(
        img_size=(1, 28, 28), mask=mask, noise_model=deepinv.physics.GaussianNoise(0.025)
    )
    x = torch.zeros(1, 1, 28, 28)
    x[:, :, 5:23, 12:16] = 1
    return physics, physics(x).repeat(draws, 1, 1, 1)


def make(name):
    method, steps, draws = name.split("/")
    steps, draws = int(steps), int(draws)
    torch.manual_seed(0)
    denoiser = Denoiser(os.environ["DEEPINV_WEIGHTS"])
    physics, y = problem(draws)
    sampling = deepinv.sampling
    if method == "evaluation":
        x, sigma = torch.rand(draws, 1, 28, 28), torch.ones(draws)
        return torch.inference_mode()(lambda: denoiser(x, sigma))
    if method == "gradient":
        x, sigma = torch.rand(draws, 1, 28, 28, requires_grad=True), torch.ones(draws)
        return lambda: torch.autograd.grad(denoiser(x, sigma).sum(), x)
    if method == "ddrm":
        model = sampling.DDRM(denoiser, sigmas=numpy.linspace(1, 0, steps))
        return lambda: model(y, physics)
    if method == "diffpir":
        model = sampling.DiffPIR(denoiser, deepinv.optim.data_fidelity.L2(), sigma=0.025, max_iter=steps)
        return lambda: model(y, physics)
    model = sampling.DPS(denoiser, num_steps=steps)
    return lambda: model(y, physics, x_init=(draws, 1, 28, 28))


def rounds():
    made = {}

    def run(name):
        if name not in made:
            made[name] = make(name)
            if name.split("/")[1] == "1":
                made[name]()
        count, start = 0, time.perf_counter()
        while count < 1 or time.perf_counter() - start < 0.5:
            made[name]()
            count += 1
        return (time.perf_counter() - start) / count

    names = [f"{work}/1/16" for work in ("evaluation", "gradient")]
    names += [f"{method}/{steps}/16" for method in ("ddrm", "diffpir", "dps") for steps in (20, 100, 1000)]
    return {name: (lambda name=name: run(name)) for name in names}


if __name__ == "__main__":
    serve(rounds())
