# SPDX-License-Identifier: Apache-2.0
"""ViT-L/14-336 with MiniMax-VL-01's projector, one tile, random weights, in other runtimes.

    python tests/bench/vit_peer.py openvino bf16 --threads 2 --repeats 5 --model FILE.onnx

Prints the seconds of each run as a JSON list. The file is made when there is none; PyTorch needs
none. Needs numpy and onnx, and openvino, onnxruntime or torch.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

LAYERS, HIDDEN, HEADS, FFN, PROJECTION, SIDE, PATCH = 24, 1024, 16, 4096, 6144, 336, 14
PATCHES = (SIDE // PATCH) ** 2
TOKENS = 1 + PATCHES


class Graph:
    """An ONNX graph while it is written: each method adds nodes and returns their result's name."""

    def __init__(self):
        self.nodes, self.weights, self.random = [], [], np.random.default_rng(0)

    def constant(self, values):
        from onnx import numpy_helper
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def matrix(self, *shape):
        values = self.random.standard_normal(shape, dtype=np.float32)
        return self.constant(values * np.float32(0.02))

    def op(self, kind, *inputs, **attributes):
        from onnx import helper
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def affine(self, x, inputs, outputs):
        return self.op("Add", self.op("MatMul", x, self.matrix(inputs, outputs)),
                       self.matrix(outputs))

    def norm(self, x):
        return self.op("LayerNormalization", x, self.constant(np.ones(HIDDEN, np.float32)),
                       self.matrix(HIDDEN), axis=-1, epsilon=1e-5)

    def heads(self, x):
        shape = self.constant(np.array([1, TOKENS, HEADS, HIDDEN // HEADS]))
        return self.op("Transpose", self.op("Reshape", x, shape), perm=[0, 2, 1, 3])

    def attention(self, x):
        q, k, v = (self.heads(self.affine(x, HIDDEN, HIDDEN)) for _ in range(3))
        scale = self.constant(np.float32((HIDDEN // HEADS) ** -0.5))
        scores = self.op("MatMul", self.op("Mul", q, scale),
                         self.op("Transpose", k, perm=[0, 1, 3, 2]))
        mixed = self.op("MatMul", self.op("Softmax", scores, axis=-1), v)
        shape = self.constant(np.array([1, TOKENS, HIDDEN]))
        mixed = self.op("Reshape", self.op("Transpose", mixed, perm=[0, 2, 1, 3]), shape)
        return self.affine(mixed, HIDDEN, HIDDEN)

    def layer(self, x):
        x = self.op("Add", x, self.attention(self.norm(x)))
        inner = self.op("Gelu", self.affine(self.norm(x), HIDDEN, FFN))
        return self.op("Add", x, self.affine(inner, FFN, HIDDEN))

    def patches(self, pixels):
        x = self.op("Conv", pixels, self.matrix(HIDDEN, 3, PATCH, PATCH), strides=[PATCH, PATCH])
        x = self.op("Reshape", x, self.constant(np.array([1, HIDDEN, PATCHES])))
        x = self.op("Transpose", x, perm=[0, 2, 1])
        x = self.op("Concat", self.matrix(1, 1, HIDDEN), x, axis=1)
        return self.op("Add", x, self.matrix(1, TOKENS, HIDDEN))

    def projector(self, x):
        x = self.op("Slice", x, *(self.constant(np.array([n])) for n in (1, TOKENS, 1)))
        x = self.op("Gelu", self.affine(x, HIDDEN, PROJECTION))
        return self.affine(x, PROJECTION, PROJECTION)


def write_model(path):
    import onnx
    from onnx import TensorProto, helper
    graph = Graph()
    x = graph.norm(graph.patches("pixels"))
    for _ in range(LAYERS):
        x = graph.layer(x)
    last = graph.projector(x)
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    features = helper.make_tensor_value_info(last, TensorProto.FLOAT, [1, PATCHES, PROJECTION])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "vit", [pixels], [features], graph.weights),
        opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(model, path)


def pixels():
    return np.random.default_rng(1).standard_normal((1, 3, SIDE, SIDE), dtype=np.float32)


def with_openvino(path, kind, threads):
    import openvino
    core = openvino.Core()
    compiled = core.compile_model(path, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": kind})
    request, picture = compiled.create_infer_request(), pixels()
    return lambda: request.infer([picture])


def with_onnxruntime(path, kind, threads):
    import onnxruntime
    if kind != "f32":
        raise SystemExit("the CPU kernels of ONNX Runtime are f32")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    picture = pixels()
    return lambda: session.run(None, {"pixels": picture})


def with_torch(_, kind, threads):
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModel
    torch.set_num_threads(threads)
    number = {"f32": torch.float32, "bf16": torch.bfloat16}[kind]
    config = CLIPVisionConfig(
        hidden_size=HIDDEN, intermediate_size=FFN, num_hidden_layers=LAYERS,
        num_attention_heads=HEADS, image_size=SIDE, patch_size=PATCH, hidden_act="gelu")
    encoder = CLIPVisionModel(config).eval().to(number)
    projector = torch.nn.Sequential(
        torch.nn.Linear(HIDDEN, PROJECTION), torch.nn.GELU(),
        torch.nn.Linear(PROJECTION, PROJECTION)).to(number)
    picture = torch.from_numpy(pixels()).to(number)

    def run():
        with torch.inference_mode():
            projector(encoder(picture).last_hidden_state[:, 1:])
    return run


PEERS = {"openvino": with_openvino, "onnxruntime": with_onnxruntime, "torch": with_torch}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("type", choices=["f32", "bf16"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--model", default="vit-l-14-336.onnx")
    options = parser.parse_args()
    if options.peer != "torch" and not Path(options.model).exists():
        write_model(options.model)
    run = PEERS[options.peer](options.model, options.type, options.threads)
    seconds = []
    for _ in range(1 + options.repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds[1:]))


if __name__ == "__main__":
    main()
