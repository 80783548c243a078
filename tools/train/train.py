# SPDX-License-Identifier: Apache-2.0
"""Trains the pocket model from scratch for a given number of minutes.

    python train.py --assets .train/root --tokenizer models/pocket/tokenizer.model --out .train/run --minutes 21
"""

import argparse
import copy
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import dataset
import render
import scenes
from export import load_published
from model import Config, Pocket, parameter_count, working_copy
from optim import optimizers
from tokenizer import Tokenizer

CHARS = 95
PROBE_LAYER = 3


class Heads(nn.Module):
    """Linear probes that are thrown away after training."""

    def __init__(self, cfg):
        super().__init__()
        objects = 1 + len(render.KINDS) * len(render.COLOUR_NAMES)
        self.vit = nn.Linear(cfg.vit_hidden, 2 * CHARS + objects)
        self.language = nn.Linear(cfg.hidden, 2 * CHARS + dataset.MAX_INDEX + 1 + dataset.MAX_LINE + 1)
        self.register_buffer("char_weight", torch.tensor([0.15] + [1.0] * (CHARS - 1)))

    def char_loss(self, logits, chars):
        return F.cross_entropy(logits.float().reshape(-1, CHARS), chars.long().reshape(-1), self.char_weight.float(),
                               ignore_index=dataset.IGNORE)

    def on_vit(self, features, chars, objects):
        out = self.vit(features)
        object_loss = F.cross_entropy(out[..., 2 * CHARS:].float().flatten(0, -2), objects.long().flatten())
        return self.char_loss(out[..., : 2 * CHARS], chars) + 0.5 * object_loss

    def on_language(self, hidden, chars, index, line):
        out = self.language(hidden)
        cut = 2 * CHARS + dataset.MAX_INDEX + 1
        ce = lambda logits, labels: F.cross_entropy(logits.float().flatten(0, -2), labels.long().flatten(),
                                                    ignore_index=dataset.IGNORE)
        return self.char_loss(out[..., : 2 * CHARS], chars) + ce(out[..., 2 * CHARS:cut], index) + ce(out[..., cut:], line)


def gather_dense(labels, pack, pictures):
    """Dense labels [B, patches, ...] in packed order; newline positions are ignored."""
    end = torch.full((pictures, 1) + labels.shape[2:], dataset.IGNORE, dtype=labels.dtype, device=labels.device)
    return torch.cat([labels, end], 1)[:, pack]


def label_sequence(labels, batch, ids, image_id):
    """Dense labels [B, T, ...] at the places of the picture's tokens; text is ignored."""
    out = torch.full(ids.shape + labels.shape[2:], dataset.IGNORE, dtype=labels.dtype, device=labels.device)
    out[ids == image_id] = gather_dense(labels, batch["pack"], batch["pictures"]).flatten(0, 1)
    return out


def forward(model, batch, image_id, probe=None):
    """(logits at answer positions, ViT features, balance loss, probed hidden, ids)."""
    ids = batch["ids"].long()
    features = model.image_features(batch["picture_tiles"])
    packed = model.pack(features, batch["pack"], batch["pictures"])
    x = model.embed(ids, packed, image_id)
    hidden, balance, probed = model.language(x, probe)
    answers = hidden.flatten(0, 1).index_select(0, batch["positions"])
    return model.language.lm_head(answers), features, balance, probed, ids


def losses(model, heads, batch, image_id):
    """(answer loss, balance loss, ViT probe loss, language probe loss)."""
    logits, features, balance, probed, ids = forward(model, batch, image_id, PROBE_LAYER)
    answer = F.cross_entropy(logits.float(), batch["targets"])
    vit = heads.on_vit(features.flatten(0, 1), batch["chars"], batch["objects"])
    dense = [label_sequence(batch[k], batch, ids, image_id) for k in ("chars", "index", "line")]
    return answer, balance, vit, heads.on_language(probed, *dense)


@torch.no_grad()
def exact_by_task(model, batches, image_id):
    """Share of answers that greedy decoding would give exactly, by task.

    With the true answer as context, every token being the most likely one is the same statement.
    """
    right, count = {}, {}
    for batch in batches:
        logits = forward(model, batch, image_id)[0]
        hit = (logits.argmax(-1) == batch["targets"]).cpu().numpy()
        for task, a, b in batch["spans"]:
            right[task] = right.get(task, 0) + bool(hit[a:b].all())
            count[task] = count.get(task, 0) + 1
    return {task: round(100 * right[task] / count[task], 1) for task in sorted(count)}


def held_out_batches(assets, tokenizer, device, count, budget):
    world = scenes.World.open(assets, "held_out")
    out = []
    for i in range(count):
        buffer = np.zeros(dataset.buffer_bytes(budget), np.uint8)
        size = [(640, 480), (512, 512), (800, 400), (480, 640)][i % 4]
        batch = dataset.make_batch(f"small-eval/{i}", world, tokenizer, 1.0, buffer, budget, size)
        out.append(dataset.to_device(batch, buffer, device))
    return out


def learning_rate(progress, peak):
    warm = 0.02
    if progress < warm:
        return peak * (progress / warm + 0.02)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm) / (1 - warm))))


def save(path, model, heads, cfg, step):
    torch.save({"config": cfg.as_dict(), "model": model.state_dict(), "heads": heads.state_dict(), "step": step}, path)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True, help="folder that holds usr/share/fonts and usr/share/dict")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=21)
    parser.add_argument("--start", help="an exported folder to go on from")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=15)
    parser.add_argument("--seed", default="pocket-0")
    parser.add_argument("--budget", type=int, default=dataset.TILE_BUDGET, help="tiles in a batch")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--mix", choices=["first", "second"], default="first")
    parser.add_argument("--max-steps", type=int, default=10**9)
    parser.add_argument("--easy", type=float, default=0.2, help="share of the time over which text shrinks to its final size")
    parser.add_argument("--eval-batches", type=int, default=8)
    return parser.parse_args()


def main():
    args = parse_arguments()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(args.tokenizer)
    loader = dataset.Loader(args.assets, "train", tokenizer, args.workers, args.seed, budget=args.budget, mix=args.mix)
    loader.level.value = 0.0 if not args.start else 1.0
    device = torch.device(args.device)
    torch.manual_seed(0)
    torch.backends.cuda.matmul.allow_tf32 = True
    cfg = Config(vocab_size=tokenizer.size)
    model = Pocket(cfg).to(device)
    heads = Heads(cfg).to(device)
    if args.start:
        model.load_state_dict(load_published(args.start)[0].state_dict())
    print(f"{parameter_count(model)} parameters, {tokenizer.size} pieces", flush=True)
    held = held_out_batches(args.assets, tokenizer, device, args.eval_batches, args.budget)
    muon, adam = optimizers(model, heads, args.lr)
    loader.start_copies(device)
    train(args, model, heads, (muon, adam), loader, held, tokenizer, cfg, out)


def train(args, model, heads, optims, loader, held, tokenizer, cfg, out):
    device = torch.device(args.device)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    work = working_copy(model, dtype)
    masters = list(model.parameters()) + list(heads.parameters())
    work_heads = copy.deepcopy(heads).to(dtype)
    workers = list(work.parameters()) + list(work_heads.parameters())
    start, total = time.time(), args.minutes * 60
    step, pictures, tick, history = 0, 0, 0, []
    running = torch.zeros(4, device=device)
    waited = 0.0
    while True:
        elapsed = time.time() - start
        progress = elapsed / total
        if progress >= 1 or step >= args.max_steps:
            break
        loader.level.value = 1.0 if args.start else min(1.0, progress / max(args.easy, 1e-6))
        before = time.time()
        batch = loader.next()
        waited += time.time() - before
        parts = torch.stack([x.float() for x in losses(work, work_heads, batch, tokenizer.image)])
        probe = (0.1 if args.start else 0.5) * (1 - progress) + 0.05
        loss = parts[0] + 0.01 * parts[1] + probe * (parts[2] + parts[3])
        loss.backward()
        for master, worker in zip(masters, workers):
            master.grad, worker.grad = worker.grad.float(), None
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        for optim in optims:
            for group in optim.param_groups:
                group["lr"] = learning_rate(progress, args.lr)
            optim.step()
            optim.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_copy_(workers, masters)
        running += parts.detach()
        step += 1
        pictures += batch["pictures"]
        if elapsed // 60 > tick or step == 100:
            tick = int(elapsed // 60)
            seen = max(1, step - (history[-1]["step"] if history else 0))
            exact = exact_by_task(work, held, tokenizer.image)
            answer, balance, vit, language = (running / seen).tolist()
            history.append({"step": step, "seconds": round(elapsed, 1), "pictures": pictures, "answer": round(answer, 4),
                            "balance": round(balance, 3), "vit": round(vit, 4), "language": round(language, 4),
                            "waited": round(waited, 1), "exact": exact})
            print(json.dumps(history[-1]), flush=True)
            running.zero_()
            (out / "history.json").write_text(json.dumps(history))
            save(out / "last.pt", model, heads, cfg, step)
    save(out / "final.pt", model, heads, cfg, step)
    print("final", step, json.dumps(exact_by_task(work, held, tokenizer.image)), flush=True)


if __name__ == "__main__":
    main()
