# SPDX-License-Identifier: Apache-2.0
"""Writes a checkpoint in the published layout (architecture.md §3, §3.1) and reads it back.

    python export.py build/run/export --tokenizer build/train-assets/tokenizer.model --out models/pocket

Training writes its exports itself (`write_model`), in parts small enough to be carried; this program joins the parts. The safetensors format is written and read here directly: an 8-byte header length, a JSON header,
then the tensors.
"""

import argparse
import json
import pathlib
import shutil

import torch

from imageproc import GRID, PATCH, PINPOINTS, TILE
from model import Config, Pocket, parameter_count
from tokenizer import Tokenizer

DTYPES = {torch.bfloat16: "BF16", torch.float32: "F32"}
NAMES = {v: k for k, v in DTYPES.items()}


def text_tensors(model, cfg):
    """(published name, tensor) pairs of the language model."""
    lm = model.language
    yield "model.embed_tokens.weight", lm.embed_tokens.weight
    yield "model.norm.weight", lm.norm.weight
    yield "lm_head.weight", lm.lm_head.weight
    for i, layer in enumerate(lm.layers):
        base = f"model.layers.{i}."
        yield base + "input_layernorm.weight", layer.input_layernorm.weight
        yield base + "post_attention_layernorm.weight", layer.post_attention_layernorm.weight
        parts = ("q_proj", "k_proj", "v_proj", "o_proj") if layer.softmax else ("qkv_proj", "output_gate", "norm", "out_proj")
        for part in parts:
            yield f"{base}self_attn.{part}.weight", getattr(layer.self_attn, part).weight
        moe = layer.block_sparse_moe
        yield base + "block_sparse_moe.gate.weight", moe.gate.weight
        size = cfg.expert_size
        for e in range(cfg.experts):
            rows = slice(e * size, (e + 1) * size)
            yield f"{base}block_sparse_moe.experts.{e}.w1.weight", moe.w1.weight[rows]
            yield f"{base}block_sparse_moe.experts.{e}.w3.weight", moe.w3.weight[rows]
            yield f"{base}block_sparse_moe.experts.{e}.w2.weight", moe.w2.weight[:, rows]


def vision_tensors(model, cfg):
    """(published name, tensor) pairs of the vision tower, projector and image_newline."""
    vit, base = model.vision, "vision_tower.vision_model."
    yield base + "embeddings.class_embedding", vit.class_embedding
    yield base + "embeddings.patch_embedding.weight", vit.patch_embedding.weight.view(-1, 3, PATCH, PATCH)
    yield base + "embeddings.position_embedding.weight", vit.position_embedding
    for part in ("weight", "bias"):
        yield f"{base}pre_layrnorm.{part}", getattr(vit.pre_layrnorm, part)
        for i, layer in enumerate(vit.layers):
            at = f"{base}encoder.layers.{i}."
            for j, name in enumerate(("q_proj", "k_proj", "v_proj")):
                whole = getattr(layer.qkv, part)
                yield f"{at}self_attn.{name}.{part}", whole[j * cfg.vit_hidden:(j + 1) * cfg.vit_hidden]
            yield f"{at}self_attn.out_proj.{part}", getattr(layer.out_proj, part)
            yield f"{at}layer_norm1.{part}", getattr(layer.layer_norm1, part)
            yield f"{at}layer_norm2.{part}", getattr(layer.layer_norm2, part)
            yield f"{at}mlp.fc1.{part}", getattr(layer.fc1, part)
            yield f"{at}mlp.fc2.{part}", getattr(layer.fc2, part)
        yield f"multi_modal_projector.linear_1.{part}", getattr(model.projector.linear_1, part)
        yield f"multi_modal_projector.linear_2.{part}", getattr(model.projector.linear_2, part)
    yield "image_newline", model.image_newline


def named_tensors(model, cfg):
    """Every tensor of the checkpoint as a view of the model's own parameters."""
    pairs = [("language_model." + name, tensor) for name, tensor in text_tensors(model, cfg)]
    return dict(pairs + list(vision_tensors(model, cfg)))


def stored_dtype(name):
    return torch.float32 if name.endswith("block_sparse_moe.gate.weight") else torch.bfloat16


def write_safetensors(path, tensors):
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().to(stored_dtype(name)).contiguous()
        blob = tensor.view(torch.uint8).numpy().tobytes() if tensor.ndim else b""
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        out.writelines(blobs)


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        a, b = entry["data_offsets"]
        raw = torch.frombuffer(bytearray(data[8 + size + a:8 + size + b]), dtype=NAMES[entry["dtype"]])
        out[name] = raw.view(entry["shape"])
    return out


def published_config(cfg, tokenizer):
    """config.json with the released model's key names."""
    lightning = [1 if i in cfg.softmax_layers else 0 for i in range(cfg.layers)]
    text = {
        "model_type": "minimax_text_01", "architectures": ["MiniMaxText01ForCausalLM"], "vocab_size": cfg.vocab_size,
        "hidden_size": cfg.hidden, "intermediate_size": cfg.expert_size, "num_hidden_layers": cfg.layers,
        "num_attention_heads": cfg.heads, "num_key_value_heads": cfg.kv_heads, "head_dim": cfg.head_dim,
        "hidden_act": "silu", "rms_norm_eps": cfg.norm_eps, "rope_theta": cfg.rope_theta, "rotary_dim": cfg.rotary_dim,
        "max_position_embeddings": 32768, "attn_type_list": lightning, "postnorm": True, "num_local_experts": cfg.experts,
        "num_experts_per_tok": 2, "shared_intermediate_size": [0], "shared_moe_mode": "sigmoid", "sliding_window": None,
        "tie_word_embeddings": False, "bos_token_id": None, "eos_token_id": tokenizer.end, "pad_token_id": tokenizer.pad}
    for kind in ("full_attention", "linear_attention", "mlp"):
        text[f"layernorm_{kind}_alpha"], text[f"layernorm_{kind}_beta"] = cfg.alpha, 1.0
    vision = {
        "model_type": "clip_vision_model", "hidden_act": "gelu", "hidden_size": cfg.vit_hidden, "image_size": TILE,
        "patch_size": PATCH, "num_channels": 3, "num_hidden_layers": cfg.vit_layers, "num_attention_heads": cfg.vit_heads,
        "intermediate_size": cfg.vit_ffn, "layer_norm_eps": cfg.vit_eps, "attention_dropout": 0.0, "projection_dim": cfg.hidden}
    return {
        "architectures": ["MiniMaxVL01ForConditionalGeneration"], "model_type": "minimax_vl_01",
        "arges": {"prompt_family": "pocket", "name": "pocket", "version": 1},
        "image_token_index": tokenizer.image, "image_seq_length": GRID * GRID, "image_grid_pinpoints": [list(p) for p in PINPOINTS],
        "projector_hidden_act": "gelu", "multimodal_projector_bias": True, "vision_feature_layer": -1,
        "vision_feature_select_strategy": "default", "tie_word_embeddings": False, "ignore_index": -100, "torch_dtype": "bfloat16",
        "eos_token_id": tokenizer.end, "pad_token_id": tokenizer.pad, "text_config": text, "vision_config": vision}


def write_model(folder, model, cfg, tokenizer, part_bytes=None):
    """Writes config.json and the weights: one file, or parts of at most `part_bytes` with an index."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = named_tensors(model, cfg)
    (folder / "config.json").write_text(json.dumps(published_config(cfg, tokenizer), indent=2) + "\n")
    if part_bytes is None:
        write_safetensors(folder / "model.safetensors", tensors)
        return
    parts, room = [[]], part_bytes
    for name in sorted(tensors):
        size = tensors[name].numel() * stored_dtype(name).itemsize
        if size > room:
            parts.append([])
            room = part_bytes
        parts[-1].append(name)
        room -= size
    index = {}
    for i, names in enumerate(parts):
        file = f"model-{i + 1:05d}-of-{len(parts):05d}.safetensors"
        write_safetensors(folder / file, {n: tensors[n] for n in names})
        index.update({n: file for n in names})
    text = {"metadata": {"total_size": sum(tensors[n].numel() * stored_dtype(n).itemsize for n in tensors)}, "weight_map": index}
    (folder / "model.safetensors.index.json").write_text(json.dumps(text))


def read_weights(folder):
    """Every tensor of a folder with one weights file or several parts."""
    out = {}
    for file in sorted(folder.glob("model*.safetensors")):
        out.update(read_safetensors(file))
    return out


def load_published(folder, softmax_layers=None):
    """Pocket in fp32 with the stored weights of an exported folder.

    `softmax_layers` may name others than the stored ones: a layer whose kind changes keeps all but its attention.
    """
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    text, vision = config["text_config"], config["vision_config"]
    cfg = Config(
        vocab_size=text["vocab_size"], hidden=text["hidden_size"], layers=text["num_hidden_layers"],
        heads=text["num_attention_heads"], kv_heads=text["num_key_value_heads"], head_dim=text["head_dim"],
        rotary_dim=text["rotary_dim"], rope_theta=text["rope_theta"], experts=text["num_local_experts"],
        expert_size=text["intermediate_size"], softmax_layers=[i for i, t in enumerate(text["attn_type_list"]) if t],
        vit_hidden=vision["hidden_size"], vit_layers=vision["num_hidden_layers"], vit_heads=vision["num_attention_heads"],
        vit_ffn=vision["intermediate_size"])
    changed = set(cfg.softmax_layers) ^ set(softmax_layers or cfg.softmax_layers)
    cfg.softmax_layers = list(softmax_layers or cfg.softmax_layers)
    model = Pocket(cfg)
    anew = tuple(f"language_model.model.layers.{i}.self_attn." for i in changed)
    kept = lambda tensors: {name: tensor for name, tensor in tensors.items() if not name.startswith(anew)}
    stored, own = kept(read_weights(folder)), kept(named_tensors(model, cfg))
    if set(own) != set(stored):
        raise ValueError(f"tensor names differ: {sorted(set(own) ^ set(stored))[:4]}")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(stored[name])
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", help="a folder that training wrote")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    model = load_published(args.export)
    write_model(args.out, model, model.cfg, Tokenizer(args.tokenizer))
    if pathlib.Path(args.tokenizer).resolve() != (pathlib.Path(args.out) / "tokenizer.model").resolve():
        shutil.copy(args.tokenizer, pathlib.Path(args.out) / "tokenizer.model")
    print(parameter_count(model), "parameters written")


if __name__ == "__main__":
    main()
