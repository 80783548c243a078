# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's own MiniMax-01 models with random weights, of the shapes of `arges bench lm`.

    python tests/bench/llama_cpp.py XS bf16 FILE.gguf       # makes one

Needs numpy and gguf (`pip install gguf`).
"""

import json
import subprocess
import sys

import gguf
import numpy as np

HEAD_DIM, KV_HEADS, EXPERTS, VOCABULARY = 128, 1, 32, 32000
# layers, hidden size, heads, width of an expert
SHAPES = {"XS": (8, 512, 4, 768), "S": (16, 768, 8, 1152)}
TYPES = {
    "f32": gguf.GGMLQuantizationType.F32,
    "bf16": gguf.GGMLQuantizationType.BF16,
    "q8_0": gguf.GGMLQuantizationType.Q8_0,
}
RANDOM_ROWS = 1024  # of a matrix; further rows repeat them


class ModelFile:
    """A file that a random model is written to."""

    def __init__(self, path, shape, kind):
        self.layers, self.hidden, self.heads, self.expert_width = SHAPES[shape]
        self.attention = self.heads * HEAD_DIM
        self.kind = TYPES[kind]
        self.random = np.random.default_rng(0)
        self.writer = gguf.GGUFWriter(path, "minimax-01")

    def write(self):
        self.describe()
        self.matrix("token_embd", VOCABULARY, self.hidden)
        for index in range(self.layers):
            self.layer(f"blk.{index}", lightning=index % 8 != 7)
        self.norm("output_norm", self.hidden)
        self.matrix("output", VOCABULARY, self.hidden)
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()

    def describe(self):
        writer = self.writer
        writer.add_context_length(8192)
        writer.add_embedding_length(self.hidden)
        writer.add_block_count(self.layers)
        writer.add_feed_forward_length(self.expert_width)
        writer.add_head_count(self.heads)
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

    def layer(self, block, lightning):
        hidden, attention = self.hidden, self.attention
        self.norm(f"{block}.attn_norm", hidden)
        if lightning:
            self.norm(f"{block}.attn_norm_2", attention)
            self.matrix(f"{block}.attn_qkv", 3 * attention, hidden)
            self.matrix(f"{block}.attn_gate", attention, hidden)
        else:
            self.matrix(f"{block}.attn_q", attention, hidden)
            self.matrix(f"{block}.attn_k", KV_HEADS * HEAD_DIM, hidden)
            self.matrix(f"{block}.attn_v", KV_HEADS * HEAD_DIM, hidden)
        self.matrix(f"{block}.attn_output", hidden, attention)
        self.norm(f"{block}.ffn_norm", hidden)
        self.writer.add_tensor(f"{block}.ffn_gate_inp.weight", self.numbers(EXPERTS, hidden))
        self.matrix(f"{block}.ffn_gate_exps", EXPERTS, self.expert_width, hidden)
        self.matrix(f"{block}.ffn_up_exps", EXPERTS, self.expert_width, hidden)
        self.matrix(f"{block}.ffn_down_exps", EXPERTS, hidden, self.expert_width)

    def numbers(self, rows, cols):
        return self.random.standard_normal((rows, cols), dtype=np.float32) * np.float32(0.02)

    def matrix(self, name, *shape):
        rows = int(np.prod(shape[:-1]))
        values = gguf.quants.quantize(self.numbers(min(rows, RANDOM_ROWS), shape[-1]), self.kind)
        values = np.resize(values, (*shape[:-1], values.shape[-1]))
        self.writer.add_tensor(f"{name}.weight", values, raw_dtype=self.kind)

    def norm(self, name, width):
        self.writer.add_tensor(f"{name}.weight", np.ones(width, np.float32))


def speeds(llama_bench, model, threads, prefill, decode, ubatch, repeats):
    """Tokens a second, each run's, by what was done: "prefill 512", "decode 64"."""
    command = [llama_bench, "-m", model, "-t", str(threads), "-ub", str(ubatch),
               "-p", ",".join(map(str, prefill)) or "0", "-n", str(decode), "-r", str(repeats),
               "-o", "json"]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {f"prefill {row['n_prompt']}" if row["n_prompt"] else f"decode {row['n_gen']}":
            row["samples_ts"] for row in rows}


if __name__ == "__main__":
    ModelFile(sys.argv[3], sys.argv[1], sys.argv[2]).write()
