"""Discriminative and predictive scores of drawn windows, by the protocol of TimeGAN (Yoon et al. 2019), which Diffusion-TS keeps
(Yuan & Qiao 2024): python3 bench/peers/series_scores.py WINDOWS.npz ROUNDS

WINDOWS.npz holds `real` and `drawn`, [n, length, features] in [0, 1]. Networks and numbers of steps are those of the published code:
a GRU of int(features / 2) units, Adam with rate 0.001, batches of 128. Discriminative: 2,000 steps on four fifths of both sets, then
|0.5 - accuracy| on the others. Predictive: 5,000 steps on drawn windows, where the last feature of the next step is predicted from the
others until now; then the mean absolute error on real windows. Real windows in place of drawn ones give the least predictive score.
Prints JSON: the scores of each round."""
import json
import sys

import numpy as np
import torch

torch.set_num_threads(1)
sets = np.load(sys.argv[1])
rounds = int(sys.argv[2])
real, drawn = (torch.tensor(sets[name], dtype=torch.float32) for name in ("real", "drawn"))
n, length, features = real.shape


class Reader(torch.nn.Module):
    def __init__(self, inputs):
        super().__init__()
        hidden = int(features / 2)
        self.gru = torch.nn.GRU(inputs, hidden, batch_first=True)
        self.output = torch.nn.Linear(hidden, 1)

    def forward(self, x):
        return self.output(self.gru(x)[0])[..., 0]


def batches(x, size, draws):
    return x[torch.randperm(len(x), generator=draws)[:size]]


def discriminative(seed):
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    parts = []
    for x in (real, drawn):
        order = torch.randperm(len(x), generator=draws)
        cut = int(0.8 * len(x))
        parts.append((x[order[:cut]], x[order[cut:]]))
    (train_real, test_real), (train_drawn, test_drawn) = parts
    net = Reader(features)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss = torch.nn.BCEWithLogitsLoss()
    for _ in range(2000):
        logits = [net(batches(x, 128, draws))[:, -1] for x in (train_real, train_drawn)]
        value = loss(logits[0], torch.ones(128)) + loss(logits[1], torch.zeros(128))
        adam.zero_grad()
        value.backward()
        adam.step()
    with torch.no_grad():
        right = (net(test_real)[:, -1] > 0).sum() + (net(test_drawn)[:, -1] <= 0).sum()
    return abs(0.5 - float(right) / (len(test_real) + len(test_drawn)))


def predictive(learnt, seed):
    torch.manual_seed(seed)
    draws = torch.Generator().manual_seed(seed)
    net = Reader(features - 1)
    adam = torch.optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(5000):
        x = batches(learnt, 128, draws)
        value = (torch.sigmoid(net(x[:, :-1, :-1])) - x[:, 1:, -1]).abs().mean()
        adam.zero_grad()
        value.backward()
        adam.step()
    with torch.no_grad():
        return float((torch.sigmoid(net(real[:, :-1, :-1])) - real[:, 1:, -1]).abs().mean())


print(json.dumps({
    "discriminative": [discriminative(seed) for seed in range(rounds)],
    "predictive": [predictive(drawn, seed) for seed in range(min(rounds, 3))],
    "predictiveOfReal": [predictive(real, seed) for seed in range(2)],
}))
