# SPDX-License-Identifier: Apache-2.0
"""Trains the pocket model for a given number of minutes, from scratch or on from an export.

    python train.py --assets build/train-assets --out build/run --minutes 24
    python train.py --assets build/train-assets --out build/run2 --minutes 24 --start build/run/export --lr 1.4e-3

Writes OUT/history.json each minute, and OUT/export (bf16 weights in parts, config, heads) every few minutes and at
the end. A run that goes on starts the optimizer anew with a short warm-up.
"""

import argparse
import copy
import json
import math
import pathlib
import shutil
import time

import torch
import torch.nn.functional as F
from torch import nn

import dataset
import model as network
from data.world import World
from export import load_published, read_safetensors, write_model, write_safetensors
from model import Config, Pocket, parameter_count, working_copy
from optim import optimizers
from tokenizer import Tokenizer

CHARS = 96
PROBE_LAYER = 3
PART_BYTES = 14 * 2**20
HELD_OUT_SEED = "monitor"


class Heads(nn.Module):
    """Linear probes that only training uses: characters and things on the ViT's features, text on the language stream."""

    def __init__(self, cfg, things):
        super().__init__()
        self.chars = nn.Linear(cfg.vit_hidden, 2 * CHARS)
        self.things = nn.Linear(cfg.vit_hidden, things)
        self.language = nn.Linear(cfg.hidden, 2 * CHARS + dataset.MAX_INDEX + 1 + dataset.MAX_LINE + 1)
        self.register_buffer("char_weight", torch.tensor([0.15] + [1.0] * (CHARS - 1)), persistent=False)

    def char_loss(self, logits, chars):
        return F.cross_entropy(logits.float().reshape(-1, CHARS), chars.long().reshape(-1), self.char_weight.float(), ignore_index=dataset.IGNORE)

    def on_vit(self, features, batch):
        """(character loss, thing loss) of ViT features [P * patches, vit_hidden]."""
        chars = self.char_loss(self.chars(features), batch["chars"])
        if not len(batch["things"]):
            return chars, features.sum() * 0
        logits = self.things(features.index_select(0, batch["thing_patches"]))
        return chars, F.cross_entropy(logits.float(), batch["things"])

    def on_language(self, hidden, chars, index, line):
        out = self.language(hidden)
        cut = 2 * CHARS + dataset.MAX_INDEX + 1
        ce = lambda logits, labels: F.cross_entropy(logits.float().flatten(0, -2), labels.long().flatten(), ignore_index=dataset.IGNORE)
        return self.char_loss(out[..., : 2 * CHARS], chars) + ce(out[..., 2 * CHARS:cut], index) + ce(out[..., cut:], line)


def gather_dense(labels, pack):
    """Dense labels [pictures, patches, ...] in packed order; newline positions are ignored."""
    end = torch.full((len(labels), 1) + labels.shape[2:], dataset.IGNORE, dtype=labels.dtype, device=labels.device)
    return torch.cat([labels, end], 1)[:, pack]


def label_sequence(labels, batch, ids, image_id):
    """Dense labels [B, T, ...] at the places of the pictures' tokens; text is ignored."""
    out = torch.full(ids.shape + labels.shape[2:], dataset.IGNORE, dtype=labels.dtype, device=labels.device)
    mask = (ids == image_id).view(ids.shape + (1,) * (labels.dim() - 2))
    return out.masked_scatter(mask, gather_dense(labels, batch["pack"]))


def forward(model, batch, tokenizer, probe=None):
    """(logits at answer positions, ViT features, balance loss, probed hidden, ids, loads)."""
    ids = batch["ids"].long()
    features = model.image_features(batch["picture_tiles"])
    packed = model.pack(features, batch["pack"], batch["pictures"])
    x = model.embed(ids, packed, tokenizer.image)
    hidden, balance, probed, loads = model.language(x, probe, (ids != tokenizer.pad).float())
    answers = hidden.flatten(0, 1).index_select(0, batch["positions"])
    return model.language.lm_head(answers), features, balance, probed, ids, loads


def losses(model, heads, batch, tokenizer):
    """([answer, balance, characters, things, language probe] losses, loads)."""
    logits, features, balance, probed, ids, loads = forward(model, batch, tokenizer, PROBE_LAYER)
    answer = F.cross_entropy(logits.float(), batch["targets"])
    chars, things = heads.on_vit(features.flatten(0, 1), batch)
    dense = [label_sequence(batch[k], batch, ids, tokenizer.image) for k in ("chars", "index", "line")]
    return torch.stack([x.float() for x in (answer, balance, chars, things, heads.on_language(probed, *dense))]), loads


@torch.no_grad()
def exact_by_task(model, batches, tokenizer):
    """Share of answers that greedy decoding would give exactly, by task.

    With the true answer as context, every token being the most likely one is the same statement.
    """
    right, count = {}, {}
    for batch in batches:
        hit = (forward(model, batch, tokenizer)[0].argmax(-1) == batch["targets"]).cpu().numpy()
        for task, a, b in batch["spans"]:
            right[task] = right.get(task, 0) + bool(hit[a:b].all())
            count[task] = count.get(task, 0) + 1
    out = {task: round(100 * right[task] / count[task], 1) for task in sorted(count)}
    return out | {"all": round(100 * sum(right.values()) / sum(count.values()), 1)}


def held_out_batches(assets, tokenizer, device, count, budget):
    """Batches in fonts, words and compositions that training never draws (its sprites are the training styles)."""
    world = World(assets, held_out=True)
    buffer = torch.empty(dataset.PIXEL_BUDGET * 4 + dataset.MAX_PIXELS * 8, dtype=torch.uint8).numpy()
    return [dataset.to_device(dataset.make_batch(f"{HELD_OUT_SEED}/{i}", world, tokenizer, 1.0, buffer, budget), buffer, device) for i in range(count)]


def learning_rate(progress, peak, floor):
    warm = 0.02
    if progress < warm:
        return peak * (progress / warm + 0.02)
    return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - warm) / (1 - warm)))))


def write_export(folder, model, heads, cfg, tokenizer):
    """Replaces OUT/export as a whole, so that a reader never finds half of one."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    write_model(fresh, model, cfg, tokenizer, PART_BYTES)
    write_safetensors(fresh / "heads.safetensors", {n: t for n, t in heads.state_dict().items()})
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True, help="what fetch_assets.sh gathered, and tokenizer.model")
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=24)
    parser.add_argument("--start", help="an export to go on from")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--final-lr", type=float, default=0.06, help="share of the learning rate left at the end")
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--seed", default="pocket-1")
    parser.add_argument("--budget", type=int, default=dataset.TILE_BUDGET, help="tiles in a batch")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--max-steps", type=int, default=10**9)
    parser.add_argument("--easy", type=float, default=0.2, help="share of the time over which text shrinks to its final size")
    parser.add_argument("--eval-batches", type=int, default=10)
    parser.add_argument("--export-minutes", type=float, default=4)
    parser.add_argument("--no-compile", action="store_true")
    return parser.parse_args()


def main():
    args = parse_arguments()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(pathlib.Path(args.assets) / "tokenizer.model")
    world = World(args.assets)
    loader = dataset.Loader(world, tokenizer, args.workers, args.seed, budget=args.budget)
    loader.level.value = 0.0 if not args.start else 1.0
    device = torch.device(args.device)
    torch.manual_seed(0)
    torch.set_num_threads(2)
    torch.backends.cuda.matmul.allow_tf32 = True
    if device.type == "cuda" and not args.no_compile:
        network.fuse_pointwise()
    model = load_published(args.start).train() if args.start else Pocket(Config(vocab_size=tokenizer.size))
    heads = Heads(model.cfg, len(dataset.thing_names(world)))
    if args.start and (pathlib.Path(args.start) / "heads.safetensors").exists():
        heads.load_state_dict(read_safetensors(pathlib.Path(args.start) / "heads.safetensors"))
    model, heads = model.to(device), heads.to(device)
    print(f"{parameter_count(model)} parameters, {tokenizer.size} pieces, {len(dataset.thing_names(world))} things", flush=True)
    held = held_out_batches(args.assets, tokenizer, device, args.eval_batches, args.budget)
    loader.start_copies(device)
    Trainer(args, model, heads, loader, held, tokenizer, out).run()


class Trainer:
    """The loop: passes on a bf16 twin, updates on fp32 weights, learning rate by the clock."""

    def __init__(self, args, model, heads, loader, held, tokenizer, out):
        self.args, self.model, self.heads, self.loader, self.held, self.tokenizer, self.out = args, model, heads, loader, held, tokenizer, out
        self.device = torch.device(args.device)
        dtype = torch.bfloat16 if self.device.type == "cuda" else torch.float32
        self.work, self.work_heads = working_copy(model, dtype), copy.deepcopy(heads).to(dtype)
        self.masters = list(model.parameters()) + list(heads.parameters())
        self.workers = list(self.work.parameters()) + list(self.work_heads.parameters())
        self.optims = optimizers(model, heads, args.lr)
        self.history, self.step, self.pictures, self.waited, self.exported = [], 0, 0, 0.0, 0.0
        self.clear()

    def clear(self):
        self.sums, self.loads, self.since = torch.zeros(5, device=self.device), 0.0, 0

    def update(self, batch, progress):
        parts, loads = losses(self.work, self.work_heads, batch, self.tokenizer)
        probe = (0.15 if self.args.start else 0.5) * (1 - progress) + 0.05
        loss = parts[0] + 0.01 * parts[1] + probe * (parts[2] + parts[3] + parts[4])
        loss.backward()
        for master, worker in zip(self.masters, self.workers):
            master.grad = torch.zeros_like(master) if worker.grad is None else worker.grad.float()
            worker.grad = None
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        for optim in self.optims:
            for group in optim.param_groups:
                group["lr"] = learning_rate(progress, self.args.lr, self.args.final_lr)
            optim.step()
            optim.zero_grad(set_to_none=True)
        with torch.no_grad():
            torch._foreach_copy_(self.workers, self.masters)
        self.sums += parts.detach()
        self.loads = self.loads + loads
        self.since += 1

    def report(self, elapsed):
        """One line of history: mean losses, loads and held-out accuracy since the last one."""
        names = ["answer", "balance", "chars", "things", "language"]
        means = dict(zip(names, (round(v, 4) for v in (self.sums / max(1, self.since)).tolist())))
        loads = [[round(v, 3) for v in row] for row in (self.loads / max(1, self.since)).tolist()] if self.since else []
        entry = {"step": self.step, "seconds": round(elapsed, 1), "pictures": self.pictures, **means, "waited": round(self.waited, 1)}
        self.history.append({**entry, "exact": exact_by_task(self.work, self.held, self.tokenizer), "loads": loads})
        worst = max((max(row) for row in loads), default=0)
        print(json.dumps({**entry, "largest_load": worst, "exact": self.history[-1]["exact"]}), flush=True)
        self.clear()
        (self.out / "history.json").write_text(json.dumps(self.history))

    def export(self):
        write_export(self.out / "export", self.model, self.heads, self.model.cfg, self.tokenizer)

    def warm_up(self):
        """One pass each way without an update, so that compilation is over before the clock starts."""
        losses(self.work, self.work_heads, self.held[0], self.tokenizer)[0].sum().backward()
        for worker in self.workers:
            worker.grad = None
        exact_by_task(self.work, self.held[:1], self.tokenizer)

    def run(self):
        self.warm_up()
        start, total, tick = time.time(), self.args.minutes * 60, 0
        while True:
            elapsed = time.time() - start
            progress = elapsed / total
            if progress >= 1 or self.step >= self.args.max_steps:
                break
            self.loader.level.value = 1.0 if self.args.start else min(1.0, progress / max(self.args.easy, 1e-6))
            before = time.time()
            batch = self.loader.next()
            self.waited += time.time() - before
            self.update(batch, progress)
            self.step += 1
            self.pictures += batch["pictures"]
            if elapsed // 60 > tick or self.step == 100:
                tick = int(elapsed // 60)
                self.report(elapsed)
            if elapsed - self.exported > self.args.export_minutes * 60:
                self.exported = elapsed
                self.export()
        self.report(time.time() - start)
        self.export()
        print("done", flush=True)


if __name__ == "__main__":
    main()
