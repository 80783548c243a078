# SPDX-License-Identifier: Apache-2.0
"""The peer of `arges bench lm`: llama.cpp's own MiniMax-01 model of shape XS, random weights.

    python tests/bench/lm_peer.py --llama-bench LLAMA_BENCH --arges ARGES

Runs the two programs by turns, so that both meet the same minutes of the machine, and prints every
run. Needs numpy and gguf (`pip install gguf`), and a llama.cpp built with GGML_NATIVE=ON.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import gguf
import numpy as np

LAYERS, HIDDEN, HEADS, HEAD_DIM, KV_HEADS = 8, 512, 4, 128, 1
EXPERTS, EXPERT_WIDTH, VOCABULARY = 32, 768, 32000
ATTENTION = HEADS * HEAD_DIM

TYPES = {
    "f32": gguf.GGMLQuantizationType.F32,
    "bf16": gguf.GGMLQuantizationType.BF16,
    "f16": gguf.GGMLQuantizationType.F16,
    "q8_0": gguf.GGMLQuantizationType.Q8_0,
}


def describe(writer):
    writer.add_context_length(8192)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(EXPERT_WIDTH)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_DIM)
    writer.add_value_length(HEAD_DIM)
    writer.add_rope_dimension_count(HEAD_DIM // 2)
    writer.add_rope_freq_base(1e7)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_residual_scale(2.0)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(2)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("none")


class RandomTensors:
    """Adds tensors of small random numbers to a model file."""

    def __init__(self, writer, kind):
        self.writer, self.kind, self.random = writer, kind, np.random.default_rng(0)

    def matrix(self, name, *shape):
        values = self.random.standard_normal(shape, dtype=np.float32) * 0.02
        self.writer.add_tensor(f"{name}.weight", gguf.quants.quantize(values, self.kind),
                               raw_dtype=self.kind)

    def router(self, name, *shape):
        values = self.random.standard_normal(shape, dtype=np.float32) * 0.02
        self.writer.add_tensor(f"{name}.weight", values)

    def norm(self, name, width):
        self.writer.add_tensor(f"{name}.weight", np.ones(width, np.float32))


def add_layer(tensors, index):
    block = f"blk.{index}"
    lightning = index % 8 != 7
    tensors.norm(f"{block}.attn_norm", HIDDEN)
    if lightning:
        tensors.norm(f"{block}.attn_norm_2", ATTENTION)
        tensors.matrix(f"{block}.attn_qkv", 3 * ATTENTION, HIDDEN)
        tensors.matrix(f"{block}.attn_gate", ATTENTION, HIDDEN)
    else:
        tensors.matrix(f"{block}.attn_q", ATTENTION, HIDDEN)
        tensors.matrix(f"{block}.attn_k", KV_HEADS * HEAD_DIM, HIDDEN)
        tensors.matrix(f"{block}.attn_v", KV_HEADS * HEAD_DIM, HIDDEN)
    tensors.matrix(f"{block}.attn_output", HIDDEN, ATTENTION)
    tensors.norm(f"{block}.ffn_norm", HIDDEN)
    tensors.router(f"{block}.ffn_gate_inp", EXPERTS, HIDDEN)
    tensors.matrix(f"{block}.ffn_gate_exps", EXPERTS, EXPERT_WIDTH, HIDDEN)
    tensors.matrix(f"{block}.ffn_up_exps", EXPERTS, EXPERT_WIDTH, HIDDEN)
    tensors.matrix(f"{block}.ffn_down_exps", EXPERTS, HIDDEN, EXPERT_WIDTH)


def write_model(path, kind):
    writer = gguf.GGUFWriter(path, "minimax-01")
    describe(writer)
    tensors = RandomTensors(writer, kind)
    tensors.matrix("token_embd", VOCABULARY, HIDDEN)
    for index in range(LAYERS):
        add_layer(tensors, index)
    tensors.norm("output_norm", HIDDEN)
    tensors.matrix("output", VOCABULARY, HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def run_peer(program, model, threads):
    command = [program, "-m", model, "-t", str(threads), "-p", "512", "-n", "64", "-r", "5",
               "-o", "json"]
    for row in json.loads(subprocess.run(command, check=True, capture_output=True).stdout):
        what = "prefill 512" if row["n_prompt"] else "decode 64"
        speeds = sorted(row["samples_ts"])
        print(f"  {what:<12} {speeds[0]:8.1f} / {speeds[len(speeds) // 2]:8.1f} / "
              f"{speeds[-1]:8.1f} tok/s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llama-bench", required=True, help="llama.cpp's llama-bench program")
    parser.add_argument("--arges", required=True, help="the arges tool, release build")
    parser.add_argument("--types", nargs="+", default=["f32", "bf16"], choices=TYPES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2, help="turns of each program")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        models = {name: Path(folder) / f"{name}.gguf" for name in options.types}
        for name, path in models.items():
            write_model(path, TYPES[name])
        for _ in range(options.rounds):
            print("arges bench lm (minimum / median / maximum)", flush=True)
            subprocess.run([options.arges, "bench", "lm", "--threads", str(options.threads)],
                           check=True)
            for name, path in models.items():
                print(f"llama.cpp, {name}", flush=True)
                run_peer(options.llama_bench, path, options.threads)


if __name__ == "__main__":
    main()
