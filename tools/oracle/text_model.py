# SPDX-License-Identifier: Apache-2.0
"""The language-model oracle: transformers' own MiniMaxForCausalLM in float32 on the CPU.

Two things are adjusted from the outside, both described in architecture.md:
- partial rotary (§7.1): the released class rotates every dimension of a head. For rotary_dim < head_dim it is given
  GLM-4-MoE's rotary embedding and rotation, transformers' own classes for a partial half-split rotary.
- decay (§2.3): `official_slopes` swaps the class's 1 - l/(L-1+1e-5) + 1e-5 for the published
  1 - l/(L-1) + 1e-5. The two differ visibly only where the last layer is a lightning layer (README.md).
"""

import contextlib

import numpy as np
import torch
from transformers import MiniMaxConfig, MiniMaxForCausalLM
from transformers.models.glm4_moe import modeling_glm4_moe as glm
from transformers.models.minimax import modeling_minimax as minimax

from checkpoints import native_config_kwargs, to_native

DECAY_BUFFERS = ("slope_rate", "query_decay", "key_decay", "diagonal_decay")


@contextlib.contextmanager
def partial_rotary():
    """Lets MiniMax attention rotate only the first cos.shape[-1] dimensions of a head; full rotary is unchanged."""
    original = minimax.apply_rotary_pos_emb
    minimax.apply_rotary_pos_emb = glm.apply_rotary_pos_emb
    try:
        yield
    finally:
        minimax.apply_rotary_pos_emb = original


def use_partial_rotary_embedding(language_model) -> None:
    """Replaces the rotary embedding of a MiniMaxModel by the partial one, from its own rope_parameters."""
    language_model.rotary_emb = glm.Glm4MoeRotaryEmbedding(config=language_model.config)


def use_official_slopes(language_model) -> None:
    """Recomputes the decay buffers of every lightning layer from the published slope formula."""
    last = language_model.config.num_hidden_layers - 1
    for layer in language_model.layers:
        attn = layer.self_attn
        if not isinstance(attn, minimax.MiniMaxLightningAttention):
            continue
        base = 2.0 ** (-8.0 * (torch.arange(attn.num_attention_heads) + 1) / attn.num_attention_heads)
        slope = (base * (1 - attn.layer_idx / last + 1e-5)).float()[:, None, None]
        for name, value in zip(DECAY_BUFFERS, (slope, *attn.decay_factors(slope))):
            setattr(attn, name, torch.nn.Buffer(value))


def load_into(module, tensors: dict[str, np.ndarray]) -> None:
    """Loads native-named arrays; only the derived decay buffers may be absent."""
    state = {name: torch.from_numpy(np.array(array)) for name, array in tensors.items()}
    missing, unexpected = module.load_state_dict(state, strict=False)
    missing = [name for name in missing if name.rsplit(".", 1)[1] not in DECAY_BUFFERS]
    if missing or unexpected:
        raise RuntimeError(f"checkpoint does not fit the oracle: missing {missing}, unexpected {unexpected}")


class TextOracle:
    """Full-prefill logits and greedy continuations of one checkpoint."""

    def __init__(self, config: dict, tensors: dict[str, np.ndarray], official_slopes: bool = True,
                 block_size: int = 256):
        kwargs = native_config_kwargs(config) | {"block_size": block_size}
        self.model = MiniMaxForCausalLM(MiniMaxConfig(**kwargs, attn_implementation="eager",
                                                     experts_implementation="eager")).eval()
        load_into(self.model, to_native(tensors))
        self.partial = config["rotary_dim"] < config["head_dim"]
        if self.partial:
            use_partial_rotary_embedding(self.model.model)
        if official_slopes:
            use_official_slopes(self.model.model)

    @torch.no_grad()
    def logits(self, ids: list[int]) -> np.ndarray:
        """[T, vocab] float32 of one uncached forward pass."""
        with partial_rotary() if self.partial else contextlib.nullcontext():
            return self.model(torch.tensor([ids]), use_cache=False).logits[0].numpy()

    @torch.no_grad()
    def router_gap(self, ids: list[int]) -> float:
        """The smallest difference between the second and the third router logit over all layers and positions."""
        with partial_rotary() if self.partial else contextlib.nullcontext():
            out = self.model(torch.tensor([ids]), use_cache=False, output_router_logits=True)
        tops = [torch.sort(logits, dim=-1, descending=True).values for logits in out.router_logits]
        return min(float((top[:, 1] - top[:, 2]).min()) for top in tops)

    def greedy(self, prompt: list[int], count: int) -> tuple[list[int], float]:
        """`count` greedy tokens by a full prefill per step, and the smallest winning margin seen."""
        ids, margin = list(prompt), float("inf")
        for _ in range(count):
            last = self.logits(ids)[-1]
            second, first = np.partition(last, -2)[-2:]
            margin = min(margin, float(first - second))
            ids.append(int(last.argmax()))
        return ids[len(prompt):], margin
