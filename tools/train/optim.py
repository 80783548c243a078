# SPDX-License-Identifier: Apache-2.0
"""Muon for matrices (orthogonalised momentum, batched by shape) beside AdamW for everything else, on flat buffers.

All weights lie in one fp32 buffer and all gradients in another, matrices of one shape side by side: averaging over ranks,
clipping and either update are then a few large operations, and on an accelerator the whole step is one recorded graph.
"""

import traceback

import torch

ALIGN = 64
CLIP = 2.0
MOMENTUM, MATRIX_DECAY = 0.95, 0.05
BETAS, EPS, OTHER_DECAY = (0.9, 0.98), 1e-8, 0.02


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


def is_matrix(name, p):
    """Whether Muon updates a parameter of the model."""
    plain = p.ndim == 2 and not any(k in name for k in ("embed", "lm_head", "gate.weight", "position"))
    return plain or "output_gate" in name or "patch_embedding" in name


def grouped(model, heads):
    """(lists of matrices of one shape, lists of the model's other parameters with and without decay, the same of the heads)."""
    shapes, others = {}, []
    for name, p in model.named_parameters():
        (shapes.setdefault(p.shape, []) if is_matrix(name, p) else others).append(p)
    by_decay = lambda params: [[p for p in params if p.ndim >= 2], [p for p in params if p.ndim < 2]]
    return list(shapes.values()), by_decay(others), by_decay(list(heads.parameters()))


class Muon:
    """Momentum, orthogonalised, scaled to the update size that AdamW would have; weights and grads [n, rows, cols] in place."""

    def __init__(self, weights, grads):
        self.weights, self.grads, self.moment = weights, grads, torch.zeros_like(weights)
        self.scale = 0.2 * max(weights.shape[1:]) ** 0.5
        self.state = [self.moment]

    def step(self, lr, _):
        self.moment.lerp_(self.grads, 1 - MOMENTUM)
        update = orthogonalise(self.grads.lerp(self.moment, MOMENTUM)) * self.scale
        self.weights.mul_(1 - lr * MATRIX_DECAY).sub_(update.float() * lr)


class AdamW:
    """AdamW on flat weights and grads [n] in place."""

    def __init__(self, weights, grads, decay):
        self.weights, self.grads, self.decay = weights, grads, decay
        self.state = [torch.zeros_like(weights), torch.zeros_like(weights)]

    def step(self, lr, time):
        first, second = self.state
        first.lerp_(self.grads, 1 - BETAS[0])
        second.mul_(BETAS[1]).addcmul_(self.grads, self.grads, value=1 - BETAS[1])
        scale = (second / (1 - BETAS[1] ** time)).sqrt_().add_(EPS)
        self.weights.mul_(1 - lr * self.decay).sub_(first / scale * (lr / (1 - BETAS[0] ** time)))


class Optimizer:
    """Updates a model and its heads, whose parameters become views of one buffer, from the gradients of their twins.

    `twins` are the parameters that passes use, in the order of model.parameters() and heads.parameters(); each step writes
    the new weights to them.
    """

    def __init__(self, model, heads, twins):
        shapes, model_rest, head_rest = grouped(model, heads)
        groups = shapes + model_rest + head_rest
        twin_of = {id(p): t for p, t in zip([*model.parameters(), *heads.parameters()], twins)}
        room = lambda p: -(-p.numel() // ALIGN) * ALIGN
        device = next(model.parameters()).device
        self.weights = torch.zeros(sum(room(p) for group in groups for p in group), device=device)
        self.grads = torch.zeros_like(self.weights)
        self.twins, self.weight_views, self.grad_views, self.parts, at, ends = [], [], [], [], 0, []
        for group in groups:
            begin = at
            for p in group:
                for buffer, views in ((self.weights, self.weight_views), (self.grads, self.grad_views)):
                    views.append(buffer[at:at + p.numel()].view(p.shape))
                self.weight_views[-1].copy_(p.data)
                p.data = self.weight_views[-1]
                self.twins.append(twin_of[id(p)])
                at += room(p)
            ends.append((begin, at))
        self.model_end = ends[len(shapes) + 1][1]  # the heads' gradients are not clipped
        for group, (a, b) in zip(shapes, ends):
            assert group[0].numel() % ALIGN == 0
            self.parts.append(Muon(self.weights[a:b].view(-1, *group[0].shape), self.grads[a:b].view(-1, *group[0].shape)))
        for decay, (a, b) in zip((OTHER_DECAY, 0.0) * 2, ends[len(shapes):]):
            self.parts.append(AdamW(self.weights[a:b], self.grads[a:b], decay))
        self.lr, self.time = torch.zeros((), device=device), torch.zeros((), device=device)
        self.graph = None

    @torch.no_grad()
    def collect(self):
        """Moves the twins' gradients into the flat buffer; a parameter that no loss used has none."""
        present = [(view, twin.grad) for view, twin in zip(self.grad_views, self.twins) if twin.grad is not None]
        if len(present) < len(self.twins):
            self.grads.zero_()
        torch._foreach_copy_(*(list(side) for side in zip(*present)))
        for twin in self.twins:
            twin.grad = None

    def clip(self):
        """Limits the norm of the model's gradients; where it is not finite, nothing is left of them."""
        norm = self.grads[:self.model_end].norm()
        scale = torch.where(norm.isfinite(), (CLIP / (norm + 1e-6)).clamp(max=1.0), 0.0)
        self.grads[:self.model_end].mul_(scale)
        self.grads.nan_to_num_(0.0, 0.0, 0.0)

    @torch.no_grad()
    def apply(self):
        self.clip()
        self.time += 1
        for part in self.parts:
            part.step(self.lr, self.time)
        self.share()

    @torch.no_grad()
    def share(self):
        """Writes the weights to the twins."""
        torch._foreach_copy_(self.twins, self.weight_views)

    def step(self, lr):
        self.lr.fill_(lr)
        self.graph.replay() if self.graph else self.apply()

    @torch.no_grad()
    def record(self):
        """Records the step as a graph, and keeps it only where it does what the separate kernels do."""
        state = [self.weights, self.time] + [t for part in self.parts for t in part.state]
        before, example = [t.clone() for t in state], torch.randn_like(self.grads) * 1e-3

        def prepare():
            torch._foreach_copy_(state, before)
            self.grads.copy_(example)

        self.lr.fill_(1e-3)
        try:
            prepare()
            with torch.cuda.stream(side := torch.cuda.Stream()):
                side.wait_stream(torch.cuda.default_stream())
                self.apply()
            torch.cuda.default_stream().wait_stream(side)
            expected = self.weights.clone()
            prepare()
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self.apply()
            prepare()
            graph.replay()
            error = (self.weights - expected).abs().max().item()
            self.graph = graph if error < 1e-4 else None
            print(f"recorded optimizer step: differs by {error:.1e}", flush=True)
        except Exception:  # a step at a time does the same, a little slower
            traceback.print_exc()
        prepare()
        self.grads.zero_()
        self.share()
