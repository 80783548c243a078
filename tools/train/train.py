# SPDX-License-Identifier: Apache-2.0
"""Trains the pocket model for a given number of minutes, from scratch or on from an export.

    python train.py --assets build/train-assets --out build/run --minutes 24
    python train.py --assets build/train-assets --out build/run2 --minutes 24 --start build/run/export --lr 1.4e-3 --ranks 2

Writes OUT/history.json each minute, and OUT/export (bf16 weights in parts, config, heads) every few minutes and at
the end. A run that goes on starts the optimizer anew with a short warm-up. With --ranks N it trains on N accelerators: each
rank draws its own batches, gradients are averaged, and the first rank keeps the time, reports and exports.
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

import dataset
import parallel
from data.world import World
from export import load_published, read_safetensors, write_model, write_safetensors
from heads import Heads, label_sequence
from model import Config, Pocket, compile_layers, parameter_count, working_copy
from optim import Optimizer
from tokenizer import Tokenizer

PROBE_LAYER = 3
PART_BYTES = 14 * 2**20 - 2**16  # with its header a part stays below 14 MiB
HELD_OUT_SEED = "monitor"
FITTING = 0.04  # share of a block in which new heads come to their full weight
RESYNC = 500  # steps between copies of the first rank's weights to the others


def forward(model, batch, tokenizer, probe=None, total=None):
    """(logits at answer positions, ViT features, balance loss, probed hidden, ids, loads)."""
    ids = batch["ids"].long()
    features = model.image_features(batch["picture_tiles"])
    packed = model.pack(features, batch["pack"], batch["pictures"])
    x = model.embed(ids, packed, tokenizer.image)
    hidden, balance, probed, loads = model.language(x, probe, (ids != tokenizer.pad).float(), total)
    answers = hidden.flatten(0, 1).index_select(0, batch["positions"])
    return model.language.lm_head(answers), features, balance, probed, ids, loads


LOSSES = ["answer", "balance", "chars", "things", "language", "place", "measure", "point"]


def losses(model, heads, batch, tokenizer, total=None):
    """(the losses of LOSSES, loads)."""
    logits, features, balance, probed, ids, loads = forward(model, batch, tokenizer, PROBE_LAYER, total)
    answer = (F.cross_entropy(logits.float(), batch["targets"], reduction="none") * batch["shares"]).sum()
    chars, things = heads.on_vit(features.flatten(0, 1), batch)
    places = batch["place"].expand(batch["pictures"], -1, -1)
    dense = [label_sequence(labels, batch, ids, tokenizer.image) for labels in (batch["chars"], batch["index"], batch["line"], places, batch["measure"])]
    one_each = batch["pictures"] == len(ids)  # of two pictures it is not said which one a name is about
    targets = F.pad(batch["point_targets"], (0, 1))[..., batch["pack"]]
    point = heads.pointing(probed, ids, tokenizer.image, batch["points"], targets) if one_each else answer * 0
    return torch.stack([x.float() for x in (answer, balance, chars, things, *heads.on_language(probed, *dense), point)]), loads


def exact_by_task(model, batches, tokenizer):
    """Share of answers that greedy decoding would give exactly, by task.

    With the true answer as context, every token being the most likely one is the same statement. Gradients stay on: without
    them the layers would be compiled a second time.
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


def head_weight(progress, start):
    """Weight of the throw-away heads' losses. On a trained model it begins near nothing, until heads that begin anew fit it."""
    return (0.25 * (1 - progress) + 0.05) * min(1.0, 0.02 + progress / FITTING) if start else 0.5 * (1 - progress) + 0.05


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
    parser.add_argument("--until", type=float, default=math.inf, help="seconds since 1970 at which training ends at the latest")
    parser.add_argument("--ranks", type=int, default=1, help="processes, one an accelerator")
    parser.add_argument("--start", help="an export to go on from")
    parser.add_argument("--softmax-layers", type=int, nargs="+", help="the layers with softmax attention, where not those of the export; a layer that changes begins its attention anew")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--final-lr", type=float, default=0.06, help="share of the learning rate left at the end")
    parser.add_argument("--workers", type=int, default=14, help="drawing processes of all ranks together")
    parser.add_argument("--seed", default="pocket-1")
    parser.add_argument("--budget", type=int, default=dataset.TILE_BUDGET, help="tiles in a batch of one rank")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--max-steps", type=int, default=10**9)
    parser.add_argument("--easy", type=float, default=0.2, help="share of the time over which text shrinks to its final size")
    parser.add_argument("--eval-batches", type=int, default=10)
    parser.add_argument("--export-minutes", type=float, default=4)
    parser.add_argument("--no-compile", action="store_true", help="no compiled layers, no recorded optimizer step")
    return parser.parse_args()


def main():
    args = parse_arguments()
    if args.ranks > 1 and not parallel.launched():
        raise SystemExit(parallel.launch(args.ranks))
    ranks = parallel.Ranks()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(pathlib.Path(args.assets) / "tokenizer.model")
    world = World(args.assets)
    loader = dataset.Loader(world, tokenizer, max(1, args.workers // ranks.count), args.seed, args.budget, ranks.rank, ranks.count)
    loader.level.value = 0.0 if not args.start else 1.0
    device = ranks.device(args.device)
    torch.manual_seed(0)
    torch.set_num_threads(2)
    torch.backends.cuda.matmul.allow_tf32 = True
    if device.type == "cuda" and not args.no_compile:
        compile_layers()
    if args.start:
        model = load_published(args.start, args.softmax_layers).train()
    else:
        model = Pocket(Config(vocab_size=tokenizer.size, **({"softmax_layers": args.softmax_layers} if args.softmax_layers else {})))
    heads = Heads(model.cfg, len(dataset.thing_names(world)))
    if args.start and (pathlib.Path(args.start) / "heads.safetensors").exists():
        heads.load_state_dict(read_safetensors(pathlib.Path(args.start) / "heads.safetensors"), strict=False)
    ranks.join(device)
    torch.manual_seed(ranks.rank)
    model, heads = model.to(device), heads.to(device)
    if ranks.first:
        print(f"{parameter_count(model)} parameters, {tokenizer.size} pieces, {len(dataset.thing_names(world))} things", flush=True)
    held = held_out_batches(args.assets, tokenizer, device, args.eval_batches, args.budget)
    trainer = Trainer(args, model, heads, loader, held, tokenizer, out, ranks)
    trainer.warm_up()
    loader.start_copies(device)
    trainer.run()
    ranks.leave()


class Trainer:
    """The loop: passes on a bf16 twin, updates on fp32 weights, learning rate by the first rank's clock."""

    def __init__(self, args, model, heads, loader, held, tokenizer, out, ranks):
        self.args, self.model, self.heads, self.loader, self.held, self.tokenizer, self.out, self.ranks = args, model, heads, loader, held, tokenizer, out, ranks
        self.device = next(model.parameters()).device
        dtype = torch.bfloat16 if self.device.type == "cuda" else torch.float32
        self.work, self.work_heads = working_copy(model, dtype), copy.deepcopy(heads).to(dtype)
        self.optimizer = Optimizer(model, heads, [*self.work.parameters(), *self.work_heads.parameters()])
        self.history, self.step, self.pictures, self.waited, self.exported, self.tick = [], 0, 0, 0.0, 0.0, 0
        self.clear()

    def clear(self):
        """Starts new means: losses and pictures of all ranks, loads, steps."""
        self.sums, self.loads, self.since = torch.zeros(len(LOSSES) + 1, device=self.device), 0.0, 0

    def update(self, batch, progress):
        parts, loads = losses(self.work, self.work_heads, batch, self.tokenizer, self.ranks.total)
        (parts[0] + 0.01 * parts[1] + head_weight(progress, self.args.start) * parts[2:].sum()).backward()
        self.optimizer.collect()
        self.ranks.mean(self.optimizer.grads)
        self.optimizer.step(learning_rate(progress, self.args.lr, self.args.final_lr))
        self.sums += self.ranks.mean(torch.cat([parts.detach(), parts.new_full((1,), batch["pictures"])]))
        self.loads = self.loads + loads
        self.since += 1

    def report(self, elapsed):
        """One line of history: mean losses, loads and held-out accuracy since the last one."""
        *sums, pictures = self.sums.tolist()
        self.pictures += round(pictures * self.ranks.count)
        means = {name: round(v / max(1, self.since), 4) for name, v in zip(LOSSES, sums)}
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
        """Passes without an update, so that compilation is over before the clock starts; then all ranks are alike."""
        before = time.time()
        for batch in self.held:
            losses(self.work, self.work_heads, batch, self.tokenizer)[0].sum().backward()
            self.optimizer.collect()
        exact_by_task(self.work, self.held[:1], self.tokenizer)
        if self.device.type == "cuda" and not self.args.no_compile:
            self.optimizer.record()
        self.ranks.same(self.optimizer.weights)
        self.optimizer.share()
        print(f"rank {self.ranks.rank} is warm after {time.time() - before:.1f} s", flush=True)

    def keep(self, elapsed):
        """Reports each minute and exports every few."""
        if elapsed // 60 > self.tick or self.step == 100:
            self.tick = int(elapsed // 60)
            self.report(elapsed)
        if elapsed - self.exported > self.args.export_minutes * 60:
            self.exported = elapsed
            self.export()

    def run(self):
        start = time.time()
        total = min(self.args.minutes * 60, self.args.until - start)
        while self.step < self.args.max_steps:
            elapsed = time.time() - start
            progress = self.ranks.agree(self.step, elapsed / total if total > 0 else 1.0)
            if progress >= 1:
                break
            self.loader.level.value = 1.0 if self.args.start else min(1.0, progress / max(self.args.easy, 1e-6))
            before = time.time()
            batch = self.loader.next()
            self.waited += time.time() - before
            self.update(batch, progress)
            self.step += 1
            if self.step % RESYNC == 0:
                self.ranks.same(self.optimizer.weights)
            if self.ranks.first:
                self.keep(elapsed)
        if self.ranks.first:
            self.report(time.time() - start)
            self.export()
            print("done", flush=True)


if __name__ == "__main__":
    main()
