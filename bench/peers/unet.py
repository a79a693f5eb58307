"""Training and sampling steps of a U-Net in PyTorch, as a user would write them.

Residual blocks with group normalisation, SiLU and scale-shift noise conditioning (the ADM line), self-attention at the
coarse resolutions, strided convolutions down, nearest neighbours up. Objective: denoising with EDM preconditioning and
weighting (Karras et al. 2022, section 5 and table 1). A training step does loss, gradient, Adam with clipping and a
moving average of the weights; a sampling step is one Euler step of the probability flow.
Started with the settings of the network as JSON, e.g. {"width": 32, "multipliers": [1, 2, 2], ...}.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from serve import peak_megabytes, serve
from torch import nn


class Residual(nn.Module):
    def __init__(self, inputs, outputs, embedding, groups, heads=0):
        super().__init__()
        self.first_norm = nn.GroupNorm(groups, inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.told = nn.Linear(embedding, 2 * outputs)
        self.second_norm = nn.GroupNorm(groups, outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.attention = Attention(outputs, groups, heads) if heads else nn.Identity()

    def forward(self, x, embedding):
        h = self.first(F.silu(self.first_norm(x)))
        scale, shift = self.told(embedding)[:, :, None, None].chunk(2, dim=1)
        h = self.second(F.silu(torch.addcmul(shift, self.second_norm(h), scale + 1)))
        return self.attention(self.skip(x) + h)


class Attention(nn.Module):
    def __init__(self, channels, groups, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(groups, channels)
        self.project = nn.Conv2d(channels, 3 * channels, 1)
        self.out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        n, c, height, width = x.shape
        rows = self.project(self.norm(x)).reshape(n, 3, self.heads, c // self.heads, height * width)
        q, k, v = rows.transpose(-1, -2).unbind(1)
        y = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2).reshape(x.shape)
        return x + self.out(y)


class UNet(nn.Module):
    def __init__(self, channels, size, width, multipliers, blocks, attention, groups, embedding, heads):
        super().__init__()
        self.register_buffer("frequencies", 64 ** (torch.arange(16) / 15))
        self.embed = nn.Sequential(nn.Linear(32, embedding), nn.SiLU(), nn.Linear(embedding, embedding), nn.SiLU())
        self.input = nn.Conv2d(channels, width, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        current, skips = width, [width]
        residual = lambda i, o, side: Residual(i, o, embedding, groups, heads if side in attention else 0)
        for level, multiplier in enumerate(multipliers):
            for _ in range(blocks):
                self.down.append(residual(current, multiplier * width, size >> level))
                current = multiplier * width
                skips.append(current)
            if level < len(multipliers) - 1:
                self.down.append(nn.Conv2d(current, current, 3, stride=2, padding=1))
                skips.append(current)
        self.middle = nn.ModuleList([Residual(current, current, embedding, groups, heads), residual(current, current, 0)])
        for level, multiplier in reversed(list(enumerate(multipliers))):
            for _ in range(blocks + 1):
                self.up.append(residual(current + skips.pop(), multiplier * width, size >> level))
                current = multiplier * width
            if level > 0:
                self.up.append(nn.Conv2d(current, current, 3, padding=1))
        self.norm = nn.GroupNorm(groups, current)
        self.out = nn.Conv2d(current, channels, 3, padding=1)

    def forward(self, x, level):
        phase = level[:, None] * self.frequencies
        embedding = self.embed(torch.cat([phase.cos(), phase.sin()], dim=1))
        h = self.input(x)
        skips = [h]
        for layer in self.down:
            h = layer(h, embedding) if isinstance(layer, Residual) else layer(h)
            skips.append(h)
        for layer in self.middle:
            h = layer(h, embedding)
        for layer in self.up:
            if isinstance(layer, Residual):
                h = layer(torch.cat([h, skips.pop()], dim=1), embedding)
            else:
                h = layer(F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.out(F.silu(self.norm(h)))


def denoise(model, x, sigma):
    scale = sigma**2 + 1
    inner = model(x * scale.rsqrt(), sigma.flatten().log() / 4)
    return x / scale + inner * sigma * scale.rsqrt()


def build(settings, layout):
    torch.manual_seed(0)
    model = UNet(**settings).to(memory_format=layout)
    return model, (settings["channels"], settings["size"], settings["size"])


def trainer(settings, batch, layout):
    model, shape = build(settings, layout)
    parameters = list(model.parameters())
    average = [p.detach().clone() for p in parameters]
    optimiser = torch.optim.Adam(parameters, lr=1e-4)
    data = torch.randn(4 * batch, *shape)

    def step():
        x0 = data[torch.randint(len(data), (batch,))].to(memory_format=layout)
        sigma = torch.exp(1.2 * torch.randn(batch, 1, 1, 1) - 1.2)
        noise = torch.randn_like(x0)
        weight = 1 / sigma**2 + 1
        loss = (weight * (denoise(model, x0 + sigma * noise, sigma) - x0) ** 2).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1e-3)
        return loss.item()

    return step


def sampler(settings, batch, layout):
    model, shape = build(settings, layout)
    model.eval()
    x = torch.randn(batch, *shape).to(memory_format=layout)
    sigma = torch.full((batch, 1, 1, 1), 1.0)

    @torch.inference_mode()
    def step():
        return x + (x - denoise(model, x, sigma)) / sigma * -0.1

    return step


def milliseconds(step, seconds=1.0):
    """Mean time of a call of step() over at least two calls and `seconds`."""
    count, start = 0, time.perf_counter()
    while True:
        step()
        count += 1
        elapsed = time.perf_counter() - start
        if count >= 2 and elapsed >= seconds:
            return elapsed / count * 1000


layouts = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def parse(name):
    work, layout, batch, settings = name.split("/", 3)
    return {"train": trainer, "sample": sampler}[work](json.loads(settings), int(batch), layouts[layout])


class Rounds:
    """A round by the name work/layout/batch/settings; the last one is kept ready."""

    def __init__(self):
        self.name, self.step = None, None

    def __iter__(self):
        return iter(())

    def __getitem__(self, name):
        if name != self.name:
            self.name, self.step = None, None
            self.step = parse(name)
            for _ in range(2):
                self.step()
            self.name = name
        return lambda: milliseconds(self.step)


if __name__ == "__main__":
    if "--peak" in sys.argv:
        name = sys.argv[-1]
        step = parse(name)
        for _ in range(3):
            step()
        print(json.dumps({"peakMegabytes": peak_megabytes()}))
    elif "--count" in sys.argv:
        model, _ = build(json.loads(sys.argv[-1]), torch.contiguous_format)
        print(sum(p.numel() for p in model.parameters()))
    elif "--cpu" in sys.argv:
        torch.set_num_threads(1)
        step = parse(sys.argv[-1])
        best = 1e9
        step()
        for _ in range(4):
            start = time.process_time()
            step()
            best = min(best, time.process_time() - start)
        print(best * 1000)
    else:
        serve(Rounds())
