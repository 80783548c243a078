# SPDX-License-Identifier: Apache-2.0
"""What torch needs for the image encoder that arges_cuda_bench measures: transformers' CLIP of the
same size, bf16, random weights, as it comes and compiled; medians, one line each."""

import statistics
import sys

REPETITIONS = 11


def median_of(call):
    import torch
    for _ in range(3):
        call()
    times = []
    for _ in range(REPETITIONS):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        call()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end))
    return statistics.median(times)


def report(name, tiles, milliseconds):
    print(f"peer {name:34} {tiles} tiles {milliseconds:10.4f} ms", flush=True)


def main(tile_counts):
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModel
    config = CLIPVisionConfig(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24,
                              num_attention_heads=16, image_size=336, patch_size=14,
                              hidden_act="gelu", attn_implementation="sdpa")
    model = CLIPVisionModel(config).to("cuda", torch.bfloat16).eval()
    compiled = torch.compile(model, dynamic=False)
    for tiles in tile_counts:
        pixels = torch.randn(tiles, 3, 336, 336, device="cuda", dtype=torch.bfloat16)
        with torch.no_grad():
            report("transformers CLIP", tiles, median_of(lambda: model(pixels)))
            report("transformers CLIP, compiled", tiles, median_of(lambda: compiled(pixels)))


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [8, 37])
