# SPDX-License-Identifier: Apache-2.0
"""A seeded tiny vision-language checkpoint in both layouts (architecture.md §1.3, §3.1, §7)."""

import numpy as np

from checkpoints import (native_config_kwargs, original_config, random_tensors, round_checkpoint, round_to_bf16,
                         to_native)

TILE, PATCH = 42, 14
PINPOINTS = [[TILE * h, TILE * w] for h in (1, 2, 3) for w in (1, 2, 3) if h * w <= 6]
IMAGE_TOKEN = 125
VISION = {
    "attention_dropout": 0.0,
    "hidden_act": "gelu",
    "hidden_size": 32,
    "image_size": TILE,
    "intermediate_size": 48,
    "layer_norm_eps": 1e-5,
    "model_type": "clip_vision_model",
    "num_attention_heads": 4,
    "num_channels": 3,
    "num_hidden_layers": 2,
    "patch_size": PATCH,
    "projection_dim": 32,
    "vocab_size": 128,
}
TEXT = dict(family="text_01", attn_type_list=[0, 0, 0, 1], heads=4, kv_heads=2, rotary_dim=8, hidden=32, head_dim=16,
            ffn=24, experts=4, vocab=128, alpha=[2.3, 2.1, 2.0], beta=[0.9, 1.1, 0.8])


def original_vl_config() -> dict:
    return _top_level({"text_config": original_config(TEXT), "vision_config": dict(VISION)})


def native_vl_config() -> dict:
    text = {"model_type": "minimax_vl_01_text", "block_size": 256} | native_config_kwargs(original_config(TEXT))
    return _top_level({"text_config": text, "vision_config": dict(VISION)})


def _top_level(parts: dict) -> dict:
    return {
        "architectures": ["MiniMaxVL01ForConditionalGeneration"],
        "model_type": "minimax_vl_01",
        "ignore_index": -100,
        "image_grid_pinpoints": PINPOINTS,
        "image_seq_length": (TILE // PATCH) ** 2,
        "image_token_index": IMAGE_TOKEN,
        "multimodal_projector_bias": True,
        "projector_hidden_act": "gelu",
        "tie_word_embeddings": False,
        "vision_feature_layer": -1,
        "vision_feature_select_strategy": "default",
    } | parts


def random_vl_tensors(seed: int) -> dict[str, np.ndarray]:
    """Original names; every value but the router's is exact in bfloat16."""
    text = random_tensors(original_config(TEXT), seed)
    tensors = {f"language_model.{name}": array for name, array in round_checkpoint(text).items()}
    vision = _random_vision(np.random.Generator(np.random.PCG64([seed, 2])))
    return tensors | {name: round_to_bf16(array) for name, array in vision.items()}


def _random_vision(rng) -> dict[str, np.ndarray]:
    hidden, ffn, out = VISION["hidden_size"], VISION["intermediate_size"], TEXT["hidden"]

    def normal(*shape, std: float, mean: float = 0.0) -> np.ndarray:
        return (mean + std * rng.standard_normal(shape)).astype(np.float32)

    def linear(name: str, rows: int, cols: int, gain: float) -> dict:
        return {name + ".weight": normal(rows, cols, std=gain / np.sqrt(cols)), name + ".bias": normal(rows, std=0.1)}

    def layer_norm(name: str) -> dict:
        return {name + ".weight": normal(hidden, std=0.2, mean=1.0), name + ".bias": normal(hidden, std=0.1)}

    root = "vision_tower.vision_model."
    tensors = {
        root + "embeddings.class_embedding": normal(hidden, std=1.0),
        root + "embeddings.patch_embedding.weight": normal(hidden, 3, PATCH, PATCH, std=1.5 / np.sqrt(3 * PATCH**2)),
        root + "embeddings.position_embedding.weight": normal((TILE // PATCH) ** 2 + 1, hidden, std=0.5),
    }
    tensors |= layer_norm(root + "pre_layrnorm")
    for index in range(VISION["num_hidden_layers"]):
        layer = f"{root}encoder.layers.{index}."
        for name, gain in (("q_proj", 1.3), ("k_proj", 1.3), ("v_proj", 1.0), ("out_proj", 1.0)):
            tensors |= linear(f"{layer}self_attn.{name}", hidden, hidden, gain)
        tensors |= layer_norm(layer + "layer_norm1") | layer_norm(layer + "layer_norm2")
        tensors |= linear(layer + "mlp.fc1", ffn, hidden, 1.4) | linear(layer + "mlp.fc2", hidden, ffn, 1.0)
    tensors |= linear("multi_modal_projector.linear_1", out, hidden, 1.0)
    tensors |= linear("multi_modal_projector.linear_2", out, out, 1.5)
    return tensors | {"image_newline": normal(out, std=1.0)}


def to_native_vl(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Original names to transformers' names for the vision-language class."""
    prefix = "language_model."
    text = to_native({n.removeprefix(prefix): a for n, a in tensors.items() if n.startswith(prefix)})
    native = {n if n == "lm_head.weight" else "model.language_model." + n.removeprefix("model."): a
              for n, a in text.items()}
    for name, array in tensors.items():
        if not name.startswith(prefix):
            native["model." + name.replace("vision_tower.vision_model.", "vision_tower.")] = array
    return native
