# SPDX-License-Identifier: Apache-2.0
"""Muon for matrices (orthogonalised momentum, batched by shape) beside AdamW for everything else."""

import torch


def orthogonalise(g, steps=5):
    """Newton-Schulz iteration towards the orthogonal factor of g [n, rows, cols]."""
    x = g.bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised, scaled to the update size that AdamW would have."""

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.05):
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for p in group["params"]:
                if p.grad is not None:
                    shapes.setdefault(p.shape, []).append(p)
            for shape, params in shapes.items():
                grads = [p.grad for p in params]
                moments = [self.state[p].setdefault("moment", torch.zeros_like(p)) for p in params]
                torch._foreach_lerp_(moments, grads, 1 - group["momentum"])
                updates = torch._foreach_lerp(grads, moments, group["momentum"])
                update = orthogonalise(torch.stack(updates)) * (0.2 * max(shape) ** 0.5)
                torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(params, [u.to(torch.float32) for u in update.unbind(0)], alpha=-group["lr"])


def optimizers(model, heads, lr):
    """(Muon, AdamW) over a Pocket model and its throw-away heads."""
    matrices, others = [], []
    for name, p in model.named_parameters():
        plain = p.ndim == 2 and not any(k in name for k in ("embed", "lm_head", "gate.weight", "position"))
        plain = plain or "output_gate" in name or "patch_embedding" in name
        (matrices if plain else others).append(p)
    others += list(heads.parameters())
    decay = [p for p in others if p.ndim >= 2]
    rest = [p for p in others if p.ndim < 2]
    adam = torch.optim.AdamW([{"params": decay, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0.0}],
                             lr=lr, betas=(0.9, 0.98), eps=1e-8, fused=torch.cuda.is_available())
    return Muon(matrices, lr=lr), adam
