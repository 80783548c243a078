# SPDX-License-Identifier: Apache-2.0
"""arges quantize: the same answers as --weights, an end by Ctrl-C, bounded memory."""

import json
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time
import unittest

import cli

TEXT = cli.GOLDEN / "text" / "l6_odd_sizes" / "model"
PICTURE = cli.ROOT / "samples" / "images" / "receipt.png"
LAYERS, EXPERTS, HIDDEN, FFN = 2, 16, 1024, 4096  # 800 MB of bf16, none of it on the disk
TENSOR = HIDDEN * FFN * 2  # bytes of the largest
SLACK = 256 << 20


def large_model(folder):
    """A model of zeros, in a file with a hole in the place of its weights."""
    shapes = {"model.embed_tokens.weight": [264, HIDDEN], "model.norm.weight": [HIDDEN],
              "lm_head.weight": [264, HIDDEN]}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}."
        shapes |= {prefix + "input_layernorm.weight": [HIDDEN],
                   prefix + "post_attention_layernorm.weight": [HIDDEN],
                   prefix + "block_sparse_moe.gate.weight": [EXPERTS, HIDDEN],
                   prefix + "self_attn.qkv_proj.weight": [3 * HIDDEN, HIDDEN],
                   prefix + "self_attn.output_gate.weight": [HIDDEN, HIDDEN],
                   prefix + "self_attn.norm.weight": [HIDDEN],
                   prefix + "self_attn.out_proj.weight": [HIDDEN, HIDDEN]}
        for expert in range(EXPERTS):
            name = f"{prefix}block_sparse_moe.experts.{expert}."
            shapes |= {name + "w1.weight": [FFN, HIDDEN], name + "w2.weight": [HIDDEN, FFN],
                       name + "w3.weight": [FFN, HIDDEN]}
    header, end = {}, 0
    for name, shape in shapes.items():
        begin, end = end, end + 2 * shape[0] * (shape[1] if len(shape) == 2 else 1)
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with open(folder / "model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)
    config = {"model_type": "minimax_text_01", "attn_type_list": [0] * LAYERS,
              "num_hidden_layers": LAYERS, "vocab_size": 264, "hidden_size": HIDDEN,
              "num_attention_heads": 8, "num_key_value_heads": 1, "head_dim": 128,
              "intermediate_size": FFN, "num_local_experts": EXPERTS, "num_experts_per_tok": 2,
              "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000000,
              "rotary_dim": 64, "postnorm": True, "hidden_act": "silu",
              "shared_intermediate_size": 0, "tie_word_embeddings": False}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


class Quantize(cli.ToolTest):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.made = self.folder / "made"

    def logits(self, model, *options):
        ids, out = self.folder / "ids.txt", self.folder / "out.npy"
        ids.write_text(" ".join(str(7 * i % 50) for i in range(90)))
        self.succeed("debug", "logits", "--model", model, "--ids-file", ids, "--out", out,
                     "--device", "cpu", *options)
        return out.read_bytes()

    def test_a_folder_computes_what_weights_does(self):
        for form in ["q8", "q4"]:
            made = self.folder / form
            told = self.succeed("quantize", TEXT, made, "--format", form).decode()
            self.assertIn("quantised", told)
            self.assertEqual(told, self.succeed("inspect", made).decode())
            self.assertEqual(self.logits(made), self.logits(TEXT, "--weights", form))
            report = json.loads(self.succeed("inspect", made, "--json"))
            self.assertEqual(report["quantised"]["experts"], int(form[1]))
        self.assertIsNone(json.loads(self.succeed("inspect", TEXT, "--json"))["quantised"])

    def test_an_unknown_format_is_a_usage_error_that_lists_the_choices(self):
        message = self.refuse(cli.USAGE, "quantize", TEXT, self.made, "--format", "q5")
        self.assertIn("q8", message)
        self.assertIn("q4", message)
        for words in [[], [TEXT], [TEXT, self.made, self.made]]:
            self.refuse(cli.USAGE, "quantize", *words)
        self.assertFalse(self.made.exists())

    def test_what_cannot_be_done_is_told_in_a_line(self):
        self.refuse(cli.FAILED, "quantize", self.folder / "absent", self.made)
        self.refuse(cli.FAILED, "quantize", TEXT, TEXT)
        self.succeed("quantize", TEXT, self.made)
        self.assertIn("exists", self.refuse(cli.FAILED, "quantize", TEXT, self.made))
        ids = self.folder / "ids.txt"
        ids.write_text("1 2 3")
        message = self.refuse(cli.FAILED, "debug", "logits", "--model", self.made, "--ids-file", ids,
                              "--out", self.folder / "out.npy", "--weights", "bf16_dot")
        self.assertIn("quantised already", message)

    @unittest.skipUnless((cli.POCKET / "model.safetensors").is_file(), "models/pocket has no weights")
    def test_the_bundled_model_answers_the_same(self):
        self.succeed("quantize", cli.POCKET, self.made, "--format", "q8")
        words = [PICTURE, "What is the total?", "--device", "cpu"]
        self.assertEqual(self.succeed("ask", "--model", self.made, *words),
                         self.succeed("ask", *words, "--weights", "q8"))
        self.assertTrue((self.made / "LICENSES.md").is_file())

    @unittest.skipIf(cli.STRIDE > 1, "a sanitizer has memory of its own")
    def test_memory_is_bounded_and_an_interruption_taken_up(self):
        source = self.folder / "large"
        source.mkdir()
        command = [cli.TOOL, "quantize", large_model(source), self.made, "--format", "q8"]
        run = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        under_way = self.folder / "made.partial" / "model-00001-of-00001.safetensors.part"
        limit = time.monotonic() + cli.PATIENCE
        while not (under_way.exists() and under_way.stat().st_size > 1 << 20):
            self.assertIsNone(run.poll())
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=cli.PATIENCE)
        self.assertEqual(run.returncode, cli.FAILED, told)
        self.assertIn(b"cancelled", told)
        self.assertFalse(self.made.exists())
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, cli.OK)
        self.assertGreater((source / "model.safetensors").stat().st_size, 2 * TENSOR + SLACK)
        self.assertLess(usage.ru_maxrss * 1024, 2 * TENSOR + SLACK)


if __name__ == "__main__":
    cli.main()
