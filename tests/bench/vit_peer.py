# SPDX-License-Identifier: Apache-2.0
"""The peer of `arges bench vision`: PyTorch's CLIP ViT-L/14-336 and two projector layers, one tile, f32.

Needs torch and transformers (versions: tools/oracle/requirements.txt).
"""

import time

import torch
from transformers import CLIPVisionConfig, CLIPVisionModel

torch.set_num_threads(2)
config = CLIPVisionConfig(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24,
                          num_attention_heads=16, image_size=336, patch_size=14, hidden_act="gelu")
encoder = CLIPVisionModel(config).eval()
projector = torch.nn.Sequential(torch.nn.Linear(1024, 6144), torch.nn.GELU(),
                                torch.nn.Linear(6144, 6144))
pixels = torch.randn(1, 3, 336, 336)
seconds = []
with torch.no_grad():
    for _ in range(6):
        start = time.perf_counter()
        projector(encoder(pixels).last_hidden_state[:, 1:])
        seconds.append(time.perf_counter() - start)
seconds = sorted(seconds[1:])
print(f"torch {torch.__version__}: {seconds[0]:.2f} / {seconds[2]:.2f} / {seconds[-1]:.2f} s")
