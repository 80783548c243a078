# SPDX-License-Identifier: Apache-2.0
"""Seeded tiny language-model checkpoints in the published layout (architecture.md §1, §3).

A checkpoint is a config dict with the original key names and a dict of float32 arrays with the original tensor
names. `to_native` maps the tensors to the names and the fused expert layout of transformers (architecture.md §7).
"""

import numpy as np

ROPE_THETA = 10_000_000.0


def original_config(spec: dict) -> dict:
    """The config.json of a language model under the key names of the original remote code."""
    return {
        "architectures": ["MiniMaxM1ForCausalLM" if spec["family"] == "m1" else "MiniMaxText01ForCausalLM"],
        "model_type": {"m1": "minimax_m1", "text_01": "minimax_text_01"}[spec["family"]],
        "attention_dropout": 0.0,
        "attn_type_list": spec["attn_type_list"],
        "bos_token_id": None,
        "eos_token_id": None,
        "head_dim": spec["head_dim"],
        "hidden_act": "silu",
        "hidden_size": spec["hidden"],
        "intermediate_size": spec["ffn"],
        "layernorm_full_attention_alpha": spec["alpha"][0],
        "layernorm_full_attention_beta": spec["beta"][0],
        "layernorm_linear_attention_alpha": spec["alpha"][1],
        "layernorm_linear_attention_beta": spec["beta"][1],
        "layernorm_mlp_alpha": spec["alpha"][2],
        "layernorm_mlp_beta": spec["beta"][2],
        "max_position_embeddings": 8192,
        "num_attention_heads": spec["heads"],
        "num_experts_per_tok": 2,
        "num_hidden_layers": len(spec["attn_type_list"]),
        "num_key_value_heads": spec["kv_heads"],
        "num_local_experts": spec["experts"],
        "output_router_logits": False,
        "postnorm": True,
        "rms_norm_eps": spec.get("eps", 1e-5),
        "rope_theta": spec.get("rope_theta", ROPE_THETA),
        "rotary_dim": spec["rotary_dim"],
        "shared_intermediate_size": 0 if spec["family"] == "m1" else [0],
        "shared_moe_mode": "sigmoid",
        "sliding_window": None,
        "tie_word_embeddings": False,
        "use_cache": True,
        "vocab_size": spec["vocab"],
    }


def random_tensors(config: dict, seed: int) -> dict[str, np.ndarray]:
    """Random float32 weights whose logits are O(1) to O(10) and whose router is far from uniform."""
    rng = np.random.Generator(np.random.PCG64(seed))
    hidden, ffn = config["hidden_size"], config["intermediate_size"]
    inner = config["num_attention_heads"] * config["head_dim"]
    kv = config["num_key_value_heads"] * config["head_dim"]

    def linear(rows: int, cols: int, gain: float) -> np.ndarray:
        return (rng.standard_normal((rows, cols)) * gain / np.sqrt(cols)).astype(np.float32)

    def norm(size: int) -> np.ndarray:
        return np.maximum(1.0 + 0.2 * rng.standard_normal(size), 0.3).astype(np.float32)

    tensors = {"model.embed_tokens.weight": linear(config["vocab_size"], hidden, np.sqrt(hidden))}
    for index, kind in enumerate(config["attn_type_list"]):
        layer = f"model.layers.{index}."
        attn = layer + "self_attn."
        if kind == 0:
            tensors[attn + "qkv_proj.weight"] = linear(3 * inner, hidden, 1.3)
            tensors[attn + "output_gate.weight"] = linear(inner, hidden, 1.5)
            tensors[attn + "norm.weight"] = norm(inner)
            tensors[attn + "out_proj.weight"] = linear(hidden, inner, 0.8)
        else:
            tensors[attn + "q_proj.weight"] = linear(inner, hidden, 1.3)
            tensors[attn + "k_proj.weight"] = linear(kv, hidden, 1.3)
            tensors[attn + "v_proj.weight"] = linear(kv, hidden, 1.3)
            tensors[attn + "o_proj.weight"] = linear(hidden, inner, 0.8)
        tensors[layer + "input_layernorm.weight"] = norm(hidden)
        tensors[layer + "post_attention_layernorm.weight"] = norm(hidden)
        moe = layer + "block_sparse_moe."
        tensors[moe + "gate.weight"] = linear(config["num_local_experts"], hidden, 1.5)
        for expert in range(config["num_local_experts"]):
            name = f"{moe}experts.{expert}."
            tensors[name + "w1.weight"] = linear(ffn, hidden, 1.2)
            tensors[name + "w2.weight"] = linear(hidden, ffn, 0.8)
            tensors[name + "w3.weight"] = linear(ffn, hidden, 1.2)
    tensors["model.norm.weight"] = norm(hidden)
    tensors["lm_head.weight"] = linear(config["vocab_size"], hidden, 1.5)
    return tensors


def round_to_bf16(array: np.ndarray) -> np.ndarray:
    """Rounds float32 to the nearest bfloat16 (ties to even), still held as float32."""
    bits = np.ascontiguousarray(array, dtype=np.float32).view(np.uint32)
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return bits.view(np.float32)


def round_checkpoint(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Everything to bfloat16 values except the router weights, as published (architecture.md §3)."""
    return {n: a if n.endswith(".gate.weight") else round_to_bf16(a) for n, a in tensors.items()}


def to_native(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Original names to transformers' names, with experts fused per layer (w1 rows, then w3 rows)."""
    native, experts = {}, {}
    for name, array in tensors.items():
        renamed = name.replace(".block_sparse_moe.", ".mlp.")
        if ".mlp.experts." not in renamed:
            native[renamed] = array
            continue
        layer, tail = renamed.split(".mlp.experts.")
        expert, matrix, _ = tail.split(".")
        experts.setdefault(layer, {})[int(expert), matrix] = array
    for layer, parts in experts.items():
        count = 1 + max(expert for expert, _ in parts)
        gate_up = [np.concatenate([parts[e, "w1"], parts[e, "w3"]]) for e in range(count)]
        native[layer + ".mlp.experts.gate_up_proj"] = np.stack(gate_up)
        native[layer + ".mlp.experts.down_proj"] = np.stack([parts[e, "w2"] for e in range(count)])
    return native


def native_config_kwargs(config: dict) -> dict:
    """The original config under the key names of transformers' MiniMaxConfig."""
    names = ("attention_dropout bos_token_id eos_token_id head_dim hidden_act hidden_size intermediate_size "
             "max_position_embeddings num_attention_heads num_experts_per_tok num_hidden_layers "
             "num_key_value_heads num_local_experts rms_norm_eps sliding_window tie_word_embeddings "
             "vocab_size").split()
    kwargs = {name: config[name] for name in names}
    kwargs["layer_types"] = ["full_attention" if t else "linear_attention" for t in config["attn_type_list"]]
    for native, original in (("full_attn", "full_attention"), ("linear_attn", "linear_attention"), ("mlp", "mlp")):
        for factor in ("alpha", "beta"):
            kwargs[f"{native}_{factor}_factor"] = config[f"layernorm_{original}_{factor}"]
    kwargs["rope_parameters"] = {
        "rope_type": "default",
        "rope_theta": config["rope_theta"],
        "partial_rotary_factor": config["rotary_dim"] / config["head_dim"],
    }
    return kwargs
