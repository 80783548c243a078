# SPDX-License-Identifier: Apache-2.0
"""What others need for the attention that tools/lengths draws by length, as its JSON lines:
PyTorch's softmax attention, flash-linear-attention's and jax-linear-attention's simple_gla, for 64
heads of 128 channels, bf16, with 8 heads of keys and values where it is softmax. Groups: imports
(says what there is), prompts, steps, jax, fla; --eager: no CUDA graphs, for what cannot be
captured."""

import argparse
import contextlib
import importlib.metadata
import json
import os
import statistics
import sys
import time

from lightning_peers import slopes, torch_median

HEADS, KV_HEADS, WIDTH = 64, 8, 128
# The longest first: what a limit of time cuts off is the least.
PROMPTS = [256 << i for i in range(9, -1, -1)]
PASTS = [256 << i for i in range(12, -1, -1)]
BEYOND_CACHE = 256 << 20  # bytes, as measure.cuh has it
PACKAGES = ["torch", "triton", "jax", "fla-core", "jax-linear-attention"]

eager = False


def report(what, series, tokens, seconds, amount, unit):
    """amount: bytes or operations."""
    rate = f"{amount / seconds * 1e-12:.4g} {unit}"
    print(json.dumps({"what": what, "series": series, "tokens": tokens, "seconds": seconds,
                      "rate": rate}), flush=True)


@contextlib.contextmanager
def attempt(name):
    """What one peer cannot do leaves the others."""
    try:
        yield
    except Exception as error:  # pylint: disable=broad-except
        print(f"{name}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr, flush=True)


def lightning_bytes(tokens):
    return 4 * 2 * tokens * HEADS * WIDTH


def softmax_operations(tokens):
    return 2 * HEADS * WIDTH * tokens * tokens


def past_bytes(tokens):
    return 2 * 2 * tokens * KV_HEADS * WIDTH


def repetitions(tokens):
    return 3 if tokens > 32768 else 20


def random(*shape):
    import torch
    return torch.randn(shape, device="cuda", dtype=torch.bfloat16)


def captured(call):
    """The call as a graph, so that it costs its kernels and not Python."""
    import torch
    if eager:
        return call
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        call()
        call()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def softmax_backends():
    from torch.nn.attention import SDPBackend
    return {"softmax, PyTorch FlashAttention-2": SDPBackend.FLASH_ATTENTION,
            "softmax, PyTorch cuDNN": SDPBackend.CUDNN_ATTENTION}


def measure_prompts():
    import torch
    from torch.nn.attention import sdpa_kernel
    attention = torch.nn.functional.scaled_dot_product_attention
    for tokens in PROMPTS:
        q, k, v = (random(1, tokens, heads, WIDTH).transpose(1, 2)
                   for heads in (HEADS, KV_HEADS, KV_HEADS))
        for series, backend in softmax_backends().items():
            with attempt(f"{series}, {tokens}"), sdpa_kernel(backend):
                call = captured(lambda: attention(q, k, v, is_causal=True, enable_gqa=True))
                seconds = torch_median(call, repetitions(tokens)) / 1e3
                report("prompt", series, tokens, seconds, softmax_operations(tokens), "TFLOP/s")


def measure_steps():
    """Of both forms that a step can have, with the queries of a group as heads or as rows, the
    quicker one is drawn."""
    import torch
    from torch.nn.attention import sdpa_kernel
    attention = torch.nn.functional.scaled_dot_product_attention
    for tokens in PASTS:
        sets = max(1, min(256, BEYOND_CACHE // past_bytes(tokens) + 1))
        pasts = [[random(1, KV_HEADS, tokens, WIDTH) for _ in range(2)] for _ in range(sets)]
        pasts *= -(-8 // sets)
        heads = random(1, HEADS, 1, WIDTH)
        for series, backend in softmax_backends().items():
            for q in (heads, heads.view(1, KV_HEADS, HEADS // KV_HEADS, WIDTH)):
                grouped = q.shape[1] != KV_HEADS

                def steps():
                    for k, v in pasts:
                        attention(q, k, v, enable_gqa=grouped)

                with attempt(f"{series}, {list(q.shape)}, {tokens}"), sdpa_kernel(backend):
                    seconds = torch_median(captured(steps)) / 1e3 / len(pasts)
                    report("step", series, tokens, seconds, past_bytes(tokens), "TB/s")
        del pasts
        torch.cuda.empty_cache()


def measure_fla():
    import torch
    from fla.ops.simple_gla import chunk_simple_gla, fused_recurrent_simple_gla
    gamma = -torch.tensor(slopes(HEADS), device="cuda")
    for tokens in PROMPTS:
        with attempt(f"chunk_simple_gla, {tokens}"):
            q, k, v = (random(1, tokens, HEADS, WIDTH) for _ in range(3))
            call = captured(lambda: chunk_simple_gla(q, k, v, g_gamma=gamma, scale=1.0))
            seconds = torch_median(call, repetitions(tokens)) / 1e3
            report("prompt", "lightning, FLA", tokens, seconds, lightning_bytes(tokens), "TB/s")
    q, k, v = (random(1, 1, HEADS, WIDTH) for _ in range(3))
    states = [torch.randn(1, HEADS, WIDTH, WIDTH, device="cuda") for _ in range(64)]

    def steps():
        for state in states:
            fused_recurrent_simple_gla(q, k, v, g_gamma=gamma, scale=1.0, initial_state=state,
                                       output_final_state=True)

    with attempt("fused_recurrent_simple_gla"):
        seconds = torch_median(captured(steps)) / 1e3 / len(states)
        report("step", "lightning, FLA", None, seconds, 2 * 4 * states[0].numel(), "TB/s")


def measure_jax():
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    import jax
    import jax.numpy as jnp
    from jla.ops.mosaic_gpu.scalar_gate import simple_gla
    call = jax.jit(lambda q, k, v, g: simple_gla(q, k, v, g, scale=1.0)[0])
    for tokens in PROMPTS:
        with attempt(f"jax-linear-attention, {tokens}"):
            shape = (1, tokens, HEADS, WIDTH)
            q, k, v = (jax.random.normal(key, shape, jnp.bfloat16)
                       for key in jax.random.split(jax.random.key(0), 3))
            g = jnp.broadcast_to(-jnp.array(slopes(HEADS), jnp.float32), (1, tokens, HEADS))
            call(q, k, v, g).block_until_ready()
            # Many calls between two looks at the clock: the queue stays full, so that a call costs
            # its kernels, or what it takes to queue them where that is longer.
            count = 10 if tokens > 20000 else 40
            times = []
            for _ in range(10):
                begin = time.perf_counter()
                for _ in range(count):
                    out = call(q, k, v, g)
                out.block_until_ready()
                times.append((time.perf_counter() - begin) / count)
            report("prompt", "lightning, jax-linear-attention", tokens, statistics.median(times),
                   lightning_bytes(tokens), "TB/s")


def say_imports():
    modules = {"fla-core": "fla.ops.simple_gla",
               "jax-linear-attention": "jla.ops.mosaic_gpu.scalar_gate"}
    for package in PACKAGES:
        with attempt(f"import {package}"):
            importlib.import_module(modules.get(package, package))
            print(f"import {package}: {importlib.metadata.version(package)}", flush=True)


def main():
    global eager  # pylint: disable=global-statement
    groups = {"imports": say_imports, "prompts": measure_prompts, "steps": measure_steps,
              "fla": measure_fla, "jax": measure_jax}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="+", choices=groups)
    parser.add_argument("--eager", action="store_true")
    options = parser.parse_args()
    eager = options.eager
    for group in options.groups:
        with attempt(group):
            groups[group]()


if __name__ == "__main__":
    main()
