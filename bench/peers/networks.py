"""The networks of the benchmarks in PyTorch: `unet` and `dit` of the library, layer by layer, as a user would write them."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def fourier(level, count=32):
    """Cosines and sines of [n] at frequencies in geometric progression from 1 to 64."""
    phase = level[:, None] * 64 ** (torch.arange(count // 2) / (count // 2 - 1))
    return torch.cat([phase.cos(), phase.sin()], dim=1)


def embedding(features):
    return nn.Sequential(nn.Linear(32, features), nn.SiLU(), nn.Linear(features, features), nn.SiLU())


def norm(channels):
    groups = min(32, channels // 4)
    while channels % groups:
        groups -= 1
    return nn.GroupNorm(groups, channels)


class Residual(nn.Module):
    def __init__(self, inputs, outputs, features, attends):
        super().__init__()
        self.norm = norm(inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.modulation = nn.Linear(features, 2 * outputs)
        # Scale and shift come from the noise level alone.
        self.adaptive = nn.GroupNorm(norm(outputs).num_groups, outputs, affine=False)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.attention = Attention(outputs) if attends else nn.Identity()

    def forward(self, x, condition):
        h = self.first(F.silu(self.norm(x)))
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        h = self.second(F.silu(torch.addcmul(shift, self.adaptive(h), scale + 1)))
        return self.attention((self.skip(x) + h) * math.sqrt(0.5))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.heads = max(1, channels // 64)
        self.norm = norm(channels)
        self.input = nn.Linear(channels, 3 * channels)
        self.output = nn.Linear(channels, channels)

    def forward(self, x):
        n, c, height, width = x.shape
        tokens = self.norm(x).reshape(n, c, -1).transpose(1, 2)
        q, k, v = self.input(tokens).reshape(n, -1, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        found = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(tokens.shape)
        return (x + self.output(found).transpose(1, 2).reshape(x.shape)) * math.sqrt(0.5)


class UNet(nn.Module):
    def __init__(self, size, width, multipliers, channels=1, blocks=2, attention=8):
        super().__init__()
        features = 4 * width
        self.embed = embedding(features)
        self.input = nn.Conv2d(channels, width, 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        current, skips = width, [width]

        def residual(inputs, outputs, level, attends=True):
            return Residual(inputs, outputs, features, attends and size >> level <= attention)

        for level, multiplier in enumerate(multipliers):
            for _ in range(blocks):
                self.down.append(residual(current, multiplier * width, level))
                current = multiplier * width
                skips.append(current)
            if level < len(multipliers) - 1:
                self.down.append(nn.AvgPool2d(2))
                skips.append(current)
        lowest = len(multipliers) - 1
        self.middle = nn.ModuleList([residual(current, current, lowest), residual(current, current, lowest, False)])
        for level, multiplier in reversed(list(enumerate(multipliers))):
            for _ in range(blocks + 1):
                self.up.append(residual(current + skips.pop(), multiplier * width, level))
                current = multiplier * width
            if level > 0:
                self.up.append(nn.Conv2d(current, current, 3, padding=1))
        self.norm = norm(current)
        self.out = nn.Conv2d(current, channels, 3, padding=1)

    def forward(self, x, level):
        condition = self.embed(fourier(level))
        h = self.input(x)
        skips = [h]
        for layer in self.down:
            h = layer(h, condition) if isinstance(layer, Residual) else layer(h)
            skips.append(h)
        for layer in self.middle:
            h = layer(h, condition)
        for layer in self.up:
            if isinstance(layer, Residual):
                h = layer(torch.cat([h, skips.pop()], dim=1), condition)
            else:
                h = layer(F.interpolate(h, scale_factor=2, mode="nearest"))
        return self.out(F.silu(self.norm(h)))


def modulated(tokens, shift, scale):
    return torch.addcmul(shift, F.layer_norm(tokens, tokens.shape[-1:], eps=1e-6), scale + 1)


class Block(nn.Module):
    def __init__(self, width, head):
        super().__init__()
        self.heads = width // head
        self.modulation = nn.Linear(width, 6 * width)
        self.input = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, tokens, condition):
        shift, scale, gate, later_shift, later_scale, later_gate = self.modulation(condition)[:, None].chunk(6, dim=-1)
        n, count, width = tokens.shape
        rows = self.input(modulated(tokens, shift, scale))
        q, k, v = rows.reshape(n, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        found = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(tokens.shape)
        tokens = tokens + gate * self.output(found)
        return tokens + later_gate * self.narrow(F.gelu(self.widen(modulated(tokens, later_shift, later_scale))))


class DiT(nn.Module):
    def __init__(self, size, patch, width, depth, head=64):
        super().__init__()
        self.patch, self.side = patch, size // patch
        self.embed = embedding(width)
        self.input = nn.Linear(patch * patch, width)
        self.register_buffer("places", torch.randn(self.side**2, width))
        self.blocks = nn.ModuleList([Block(width, head) for _ in range(depth)])
        self.modulation = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, patch * patch)

    def forward(self, x, level):
        condition = self.embed(fourier(level))
        cut = x.reshape(len(x), self.side, self.patch, self.side, self.patch).transpose(2, 3)
        tokens = self.input(cut.reshape(len(x), self.side**2, -1)) + self.places
        for block in self.blocks:
            tokens = block(tokens, condition)
        tokens = self.output(modulated(tokens, *self.modulation(condition)[:, None].chunk(2, dim=-1)))
        cut = tokens.reshape(len(x), self.side, self.side, self.patch, self.patch).transpose(2, 3)
        return cut.reshape(x.shape)


NETWORKS = {
    "unet": lambda size: UNet(size, 32, [1, 2, 2]),
    "unet-10m": lambda size: UNet(size, 64, [1, 2, 3]),
    "dit-10m": lambda size: DiT(size, 2, 256, 8),
}
