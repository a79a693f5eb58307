"""Products with the Jacobian of a U-Net's denoiser, in ms: `forward`, `vjp` (with its forward pass) and `jvp` (forward mode).

Rounds are named work/network/side/batch, e.g. vjp/unet/32/16.
"""

import torch
from networks import NETWORKS
from serve import serve
from unet import denoise, milliseconds


def forward(model, x, v, sigma):
    @torch.inference_mode()
    def step():
        return denoise(model, x, sigma)

    return step


def vjp(model, x, v, sigma):
    x.requires_grad_(True)

    def step():
        return torch.autograd.grad(denoise(model, x, sigma), x, v)

    return step


def jvp(model, x, v, sigma):
    # The fused attention has no forward mode.
    def step():
        with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
            return torch.func.jvp(lambda z: denoise(model, z, sigma), (x,), (v,))

    return step


def make(name):
    work, network, side, batch = name.split("/")
    torch.manual_seed(0)
    model = NETWORKS[network](int(side)).eval().requires_grad_(False)
    shape = (int(batch), 1, int(side), int(side))
    sigma = torch.ones(shape[0], 1, 1, 1)
    return {"forward": forward, "vjp": vjp, "jvp": jvp}[work](model, torch.randn(shape), torch.randn(shape), sigma)


def rounds():
    made = {}

    def run(name):
        if name not in made:
            made[name] = make(name)
            made[name]()
        return milliseconds(made[name])

    names = [f"{work}/unet/32/{batch}" for work in ("forward", "vjp", "jvp") for batch in (1, 16)]
    return {name: (lambda name=name: run(name)) for name in names}


if __name__ == "__main__":
    serve(rounds())
