# SPDX-License-Identifier: Apache-2.0
"""An independent float64 language model, written from architecture.md §2 in its recurrence form.

It reads the original tensor names and shares no code with transformers. It exists to judge the oracle itself.
"""

import numpy as np


def rms_norm(x, weight, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def silu(x):
    return x / (1.0 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class Recurrence:
    """logits(ids) -> float64 [T, vocab]."""

    def __init__(self, config: dict, tensors: dict[str, np.ndarray]):
        self.config = config
        self.weights = {name: array.astype(np.float64) for name, array in tensors.items()}

    def logits(self, ids):
        return self.logits_of(self.weights["model.embed_tokens.weight"][ids])

    def logits_of(self, x):
        c, w = self.config, self.weights
        for index, kind in enumerate(c["attn_type_list"]):
            layer = f"model.layers.{index}."
            role = "full" if kind else "linear"
            n = rms_norm(x, w[layer + "input_layernorm.weight"], c["rms_norm_eps"])
            mixed = self._softmax_attention(layer, n) if kind else self._lightning(layer, index, n)
            h = c[f"layernorm_{role}_attention_alpha"] * n + c[f"layernorm_{role}_attention_beta"] * mixed
            m = rms_norm(h, w[layer + "post_attention_layernorm.weight"], c["rms_norm_eps"])
            x = c["layernorm_mlp_alpha"] * m + c["layernorm_mlp_beta"] * self._experts(layer, m)
        return rms_norm(x, w["model.norm.weight"], c["rms_norm_eps"]) @ w["lm_head.weight"].T

    def _lightning(self, layer, index, n):
        c, w = self.config, self.weights
        heads, dim = c["num_attention_heads"], c["head_dim"]
        qkv = silu(n @ w[layer + "self_attn.qkv_proj.weight"].T).reshape(len(n), heads, 3, dim)
        base = 2.0 ** (-8.0 * (np.arange(heads) + 1) / heads)
        ratio = np.exp(-base * (1 - index / (c["num_hidden_layers"] - 1) + 1e-5))[:, None, None]
        state, out = np.zeros((heads, dim, dim)), np.empty((len(n), heads, dim))
        for t, (q, k, v) in enumerate(qkv.transpose(0, 2, 1, 3)):
            state = ratio * state + k[:, :, None] * v[:, None, :]
            out[t] = np.einsum("hk,hkv->hv", q, state)
        o = rms_norm(out.reshape(len(n), heads * dim), w[layer + "self_attn.norm.weight"], 1e-6)
        gate = 1.0 / (1.0 + np.exp(-(n @ w[layer + "self_attn.output_gate.weight"].T)))
        return (gate * o) @ w[layer + "self_attn.out_proj.weight"].T

    def _softmax_attention(self, layer, n):
        c, w = self.config, self.weights
        dim, group = c["head_dim"], c["num_attention_heads"] // c["num_key_value_heads"]
        project = lambda name: (n @ w[f"{layer}self_attn.{name}.weight"].T).reshape(len(n), -1, dim)
        q, k, v = self._rotate(project("q_proj")), self._rotate(project("k_proj")), project("v_proj")
        future = np.triu(np.full((len(n), len(n)), -np.inf), 1)
        out = np.empty_like(q)
        for head in range(c["num_attention_heads"]):
            scores = q[:, head] @ k[:, head // group].T / np.sqrt(dim) + future
            out[:, head] = softmax(scores) @ v[:, head // group]
        return out.reshape(len(n), -1) @ w[layer + "self_attn.o_proj.weight"].T

    def _rotate(self, x):
        half = self.config["rotary_dim"] // 2
        frequency = self.config["rope_theta"] ** (-np.arange(half) / half)
        angle = np.arange(len(x))[:, None, None] * frequency
        a, b = x[..., :half], x[..., half : 2 * half]
        turned = [a * np.cos(angle) - b * np.sin(angle), b * np.cos(angle) + a * np.sin(angle)]
        return np.concatenate([*turned, x[..., 2 * half :]], -1)

    def _experts(self, layer, m):
        w = self.weights
        moe = layer + "block_sparse_moe."
        p = softmax(m @ w[moe + "gate.weight"].T)
        chosen = np.argsort(-p, axis=-1, kind="stable")[:, : self.config["num_experts_per_tok"]]
        share = np.take_along_axis(p, chosen, -1)
        share = share / share.sum(-1, keepdims=True)
        out = np.zeros_like(m)
        for expert in range(p.shape[-1]):
            rows, slots = np.nonzero(chosen == expert)
            name = f"{moe}experts.{expert}."
            inner = silu(m[rows] @ w[name + "w1.weight"].T) * (m[rows] @ w[name + "w3.weight"].T)
            out[rows] += share[rows, slots][:, None] * (inner @ w[name + "w2.weight"].T)
        return out
