# SPDX-License-Identifier: Apache-2.0
"""What others need for the attention that arges_cuda_bench measures: flash-linear-attention's and
jax-linear-attention's simple_gla, torch's softmax attention; medians, one line a peer and shape.
Neither of the first two applies SiLU, nor the gate, nor sums squares."""

import os
import statistics

REPETITIONS = 20
SHAPES = [(64, 131072), (64, 16384), (8, 131072), (64, 32768), (64, 4096), (8, 16384), (8, 65536)]
SOFTMAX_SHAPES = [(64, 4096), (64, 16384)]
PRODUCT_SHAPES = [(8192, 6144, 32768), (8192, 8192, 6144), (8192, 8192, 8192)]
GROUPED_SHAPES = [(64, 8, 8192), (64, 8, 32768)]  # heads of q, of k and v
STEP_BATCHES = [1, 8, 16, 64, 256]


def report(name, heads, tokens, milliseconds):
    print(f"peer {name:34} H{heads} T{tokens:<7} {milliseconds:10.4f} ms", flush=True)


def slopes(heads):
    return [2.0 ** (-8.0 * (h + 1) / heads) * 0.5 for h in range(heads)]


def torch_median(call, repetitions=REPETITIONS):
    import torch
    for _ in range(min(5, repetitions)):
        call()
    times = []
    for _ in range(repetitions):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        call()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def measure_fla():
    import torch
    from fla.ops.simple_gla import chunk_simple_gla
    for heads, tokens in SHAPES:
        q, k, v = (torch.randn(1, tokens, heads, 128, device="cuda", dtype=torch.bfloat16)
                   for _ in range(3))
        gamma = -torch.tensor(slopes(heads), device="cuda")
        with torch.no_grad():
            report("fla chunk_simple_gla", heads, tokens,
                   torch_median(lambda: chunk_simple_gla(q, k, v, g_gamma=gamma, scale=1.0)))
        del q, k, v
        torch.cuda.empty_cache()


def measure_fla_step():
    import torch
    from fla.ops.simple_gla import fused_recurrent_simple_gla
    for batch in STEP_BATCHES:
        q, k, v = (torch.randn(batch, 1, 64, 128, device="cuda", dtype=torch.bfloat16)
                   for _ in range(3))
        gamma = -torch.tensor(slopes(64), device="cuda")
        states = [torch.randn(batch, 64, 128, 128, device="cuda")
                  for _ in range(max(2, min(32, 64 // batch)))]

        def steps():
            for state in states:
                fused_recurrent_simple_gla(q, k, v, g_gamma=gamma, scale=1.0, initial_state=state,
                                           output_final_state=True)
        with torch.no_grad():
            side = torch.cuda.Stream()
            with torch.cuda.stream(side):
                steps()
                steps()
            side.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                steps()
            report("fla fused_recurrent (graph, a step)", 64, batch,
                   torch_median(graph.replay) / len(states))
        del graph, states
        torch.cuda.empty_cache()


def measure_softmax():
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    for heads, tokens in SOFTMAX_SHAPES:
        q, k, v = (torch.randn(1, heads, tokens, 128, device="cuda", dtype=torch.bfloat16)
                   for _ in range(3))
        for backend in (SDPBackend.CUDNN_ATTENTION, SDPBackend.FLASH_ATTENTION):
            with torch.no_grad(), sdpa_kernel(backend):
                report(f"torch sdpa {backend.name.lower()}", heads, tokens, torch_median(
                    lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)))


def measure_grouped_softmax():
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    for heads, kv_heads, tokens in GROUPED_SHAPES:
        q, k, v = (torch.randn(1, h, tokens, 128, device="cuda", dtype=torch.bfloat16)
                   for h in (heads, kv_heads, kv_heads))
        with torch.no_grad(), sdpa_kernel(SDPBackend.CUDNN_ATTENTION):
            report("torch sdpa cudnn, 8 kv heads", heads, tokens, torch_median(
                lambda: torch.nn.functional.scaled_dot_product_attention(
                    q, k, v, is_causal=True, enable_gqa=True)))


def measure_products():
    import torch
    for rows, inputs, outputs in PRODUCT_SHAPES:
        x, w = (torch.randn(n, inputs, device="cuda", dtype=torch.bfloat16)
                for n in (rows, outputs))
        with torch.no_grad():
            time = torch_median(lambda: torch.nn.functional.linear(x, w))
        print(f"peer cublas {rows} x {inputs} -> {outputs} {time:10.4f} ms "
              f"{2e-9 * rows * inputs * outputs / time:7.1f} TFLOP/s", flush=True)


def measure_grouped_products():
    import torch
    for inputs, outputs in ((6144, 18432), (9216, 6144)):
        x = torch.randn(16384, inputs, device="cuda", dtype=torch.bfloat16)
        w = torch.randn(32, outputs, inputs, device="cuda", dtype=torch.bfloat16)
        ends = torch.tensor([512 * (e + 1) for e in range(32)], device="cuda", dtype=torch.int32)
        with torch.no_grad():
            time = torch_median(lambda: torch._grouped_mm(x, w.transpose(-2, -1), offs=ends))
        print(f"peer torch _grouped_mm 16384 of 32 x {inputs} -> {outputs} {time:10.4f} ms "
              f"{2e-9 * 16384 * inputs * outputs / time:7.1f} TFLOP/s", flush=True)
        del x, w


def measure_jax():
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    import time

    import jax
    import jax.numpy as jnp
    from jla.ops.mosaic_gpu.scalar_gate import simple_gla
    for heads, tokens in SHAPES:
        keys = jax.random.split(jax.random.key(0), 3)
        q, k, v = (jax.random.normal(key, (1, tokens, heads, 128), jnp.bfloat16) for key in keys)
        g = jnp.broadcast_to(-jnp.array(slopes(heads), jnp.float32), (1, tokens, heads))
        call = jax.jit(lambda q, k, v, g: simple_gla(q, k, v, g, scale=1.0)[0])
        call(q, k, v, g).block_until_ready()
        # Many calls between two looks at the clock: the queue stays full, so a call costs its kernels.
        count = 10 if tokens > 20000 else 40
        times = []
        for _ in range(REPETITIONS // 2):
            begin = time.perf_counter()
            for _ in range(count):
                out = call(q, k, v, g)
            out.block_until_ready()
            times.append((time.perf_counter() - begin) / count * 1e3)
        report("jax-linear-attention simple_gla", heads, tokens, statistics.median(times))


def main():
    for measure in (measure_products, measure_grouped_products, measure_jax, measure_grouped_softmax, measure_fla, measure_fla_step, measure_softmax):
        try:
            measure()
        except Exception as error:  # pylint: disable=broad-except; a missing peer leaves the others
            print(f"peer {measure.__name__}: {type(error).__name__}: {str(error)[:300]}", flush=True)


if __name__ == "__main__":
    main()
