# SPDX-License-Identifier: Apache-2.0
"""`arges debug` and `arges inspect` against values recorded from the reference implementations."""

import json
import pathlib
import tempfile

import cli

TEXT = cli.GOLDEN / "text"
VL = cli.GOLDEN / "vl"
TOKENIZER = cli.GOLDEN / "tokenizer"
LOGIT_TOLERANCE = 1e-4
CHUNK_TOLERANCE = 5e-5
PIXEL_TOLERANCE = 1e-6
FEATURE_TOLERANCE = 2e-4


class InTemporaryFolder(cli.ToolTest):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.out = self.folder / "out.npy"


class Logits(InTemporaryFolder):
    golden = cli.load_json(TEXT / "cases.json")

    def logits(self, case, *options, ids_file=None, threads=2):
        self.succeed("debug", "logits", "--model", TEXT / case["model"],
                     "--ids-file", ids_file or TEXT / case["ids"], "--out", self.out,
                     "--threads", threads, *options)
        return cli.read_npy(self.out)

    def test_equal_the_reference_in_every_model(self):
        for case in self.golden["cases"]:
            with self.subTest(case["name"]):
                shape, values = self.logits(case)
                vocab = case["vocab_size"]
                self.assertEqual(shape, (max(self.golden["lengths"]), vocab))
                _, expected = cli.read_npy(TEXT / case["logits"])
                rows = self.golden["rows"]
                found = [v for row in rows for v in values[row * vocab:(row + 1) * vocab]]
                self.assertLessEqual(cli.max_difference(found, expected), LOGIT_TOLERANCE)

    def test_chunks_agree_with_one_step(self):
        case = self.golden["cases"][0]
        _, whole = self.logits(case)
        for chunk in [7, 256, 257, 5000]:
            _, values = self.logits(case, "--chunk", chunk)
            self.assertLessEqual(cli.max_difference(values, whole), CHUNK_TOLERANCE, chunk)

    def test_a_short_sequence_token_by_token_on_the_scalar_backend(self):
        case = self.golden["cases"][1]
        ids = (TEXT / case["ids"]).read_text().split()[:5]
        path = self.folder / "ids.txt"
        path.write_text("\n".join(ids) + "\n")
        shape, values = self.logits(case, "--device", "reference", "--chunk", "1", ids_file=path)
        self.assertEqual(shape, (5, case["vocab_size"]))
        _, expected = cli.read_npy(TEXT / case["logits"])
        self.assertEqual(self.golden["rows"][:5], [0, 1, 2, 3, 4])
        self.assertLessEqual(cli.max_difference(values, expected[:len(values)]), LOGIT_TOLERANCE)

    def test_do_not_depend_on_the_number_of_threads(self):
        case = self.golden["cases"][0]
        self.logits(case, threads=1)
        one = self.out.read_bytes()
        self.logits(case, threads=3)
        self.assertEqual(self.out.read_bytes(), one)


class Pictures(InTemporaryFolder):
    golden = cli.load_json(VL / "cases.json")

    def test_pixels_and_plans_equal_the_reference(self):
        for image in self.golden["images"]:
            with self.subTest(image["name"]):
                text = self.succeed("debug", "image", "--model", VL / "model_original",
                                    VL / image["file"], "--out", self.out)
                plan = json.loads(text)
                self.assertEqual(plan["original"], [image["height"], image["width"]])
                self.assertEqual(plan["canvas"], image["best_resolution"])
                self.assertEqual(plan["resized"], image["resized"])
                self.assertEqual(plan["tiles"], image["patches"])
                self.assertEqual(plan["tokens"], image["tokens"])
                self.check(VL / image["pixel_values"], PIXEL_TOLERANCE)

    def test_features_equal_the_reference_in_both_layouts(self):
        for model in self.golden["models"]:
            for image in self.golden["images"]:
                with self.subTest(model=model, image=image["name"]):
                    self.succeed("debug", "features", "--model", VL / model, VL / image["file"],
                                 "--out", self.out, "--threads", "2")
                    self.check(VL / image["features"], FEATURE_TOLERANCE)

    def check(self, expected_file, tolerance):
        shape, values = cli.read_npy(self.out)
        expected_shape, expected = cli.read_npy(expected_file)
        self.assertEqual(shape, expected_shape)
        self.assertLessEqual(cli.max_difference(values, expected), tolerance)


class Tokens(InTemporaryFolder):
    def test_ids_equal_the_reference_and_decode_to_the_same_bytes(self):
        cases = cli.load_json(TOKENIZER / "tiny_bpe.json")["cases"]
        path = self.folder / "text.txt"
        for text, ids, _ in cases[:: max(1, len(cases) // 25)]:
            path.write_bytes(text.encode())
            line = self.succeed("debug", "tokens", "--model", TOKENIZER / "tiny_bpe",
                                "--encode-file", path)
            self.assertEqual(line.decode(), " ".join(map(str, ids)) + "\n", text)
            if ids:
                decoded = self.succeed("debug", "tokens", "--model", TOKENIZER / "tiny_bpe",
                                       "--decode", " ".join(map(str, ids)))
                self.assertEqual(decoded, text.encode())


class Inspect(cli.ToolTest):
    def test_counts_equal_the_safetensors_header(self):
        folder = TEXT / "l8_full_h4" / "model"
        data = (folder / "model.safetensors").read_bytes()
        header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
        header.pop("__metadata__", None)
        report = json.loads(self.succeed("inspect", folder, "--json"))
        self.assertEqual(report["tensors"], len(header))
        self.assertEqual(report["bytes"], sum(t["data_offsets"][1] - t["data_offsets"][0]
                                              for t in header.values()))

    def test_prints_lines_for_people(self):
        text = self.succeed("inspect", VL / "model_original").decode()
        self.assertGreater(text.count("\n"), 5)


if __name__ == "__main__":
    cli.main()
