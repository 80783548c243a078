# SPDX-License-Identifier: Apache-2.0
"""Checks of the recipe that need no accelerator: run before a training block.

    python check.py --assets build/train-assets [--overlay FOLDER]

Chunked lightning attention equals the recurrence; the flat optimizer step is Muon's and AdamW's; an export comes back as it
was written; the batch preprocessing is Pillow's to three levels; slanted pictures keep their labels; names point at what they name; the ranks of
a step get batches of one cost; another choice of softmax layers keeps the other weights. --overlay writes pictures with the
characters' labels drawn over the tiles, to be looked at.
"""

import argparse
import pathlib
import random
import tempfile

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw

import augment
import dataset
from data import mix
from data.canvas import new_canvas
from data.world import World
from export import load_published, named_tensors, stored_dtype, write_model
from heads import Heads
from imageproc import GRID, PATCH, TILE, plan, preprocess, preprocess_batch
from model import CHUNK, Config, LightningAttention, Pocket, gated_norm
from optim import EPS, MATRIX_DECAY, MOMENTUM, OTHER_DECAY, Optimizer, is_matrix, orthogonalise
from tokenizer import Tokenizer


def recurrence(layer, n):
    """Lightning attention of architecture.md §2.3, one token after another; n [1, T, hidden] (decays are fp32 tables)."""
    heads, size = layer.heads, layer.head_dim
    qkv = torch.nn.functional.silu(layer.qkv_proj(n)).view(-1, heads, 3, size)
    state, out = torch.zeros(heads, size, size, dtype=n.dtype), []
    decay = torch.exp(-layer.slope)[:, None, None]
    for q, k, v in (t.unbind(1) for t in qkv):
        state = decay * state + k[:, :, None] * v[:, None, :]
        out.append(torch.einsum("hd,hde->he", q, state))
    o = torch.stack(out).permute(1, 0, 2)[None, :, None]
    return layer.out_proj(gated_norm(o, layer.output_gate(n), layer.norm.weight, layer.norm.eps))


def check_attention():
    cfg = Config(vocab_size=16)
    for index in (0, 3, 6):
        layer = LightningAttention(cfg, index).double()
        n = torch.randn(1, 4 * CHUNK, cfg.hidden, dtype=torch.float64)
        error = (layer(n, layer.across(4)) - recurrence(layer, n)).abs().max().item()
        assert error < 1e-6, (index, error)


def check_export(tokenizer):
    torch.manual_seed(1)
    model = Pocket(Config(vocab_size=tokenizer.size))
    with tempfile.TemporaryDirectory() as folder:
        write_model(folder, model, model.cfg, tokenizer, 14 * 2**20)
        again = named_tensors(load_published(folder), model.cfg)
    for name, tensor in named_tensors(model, model.cfg).items():
        assert torch.equal(tensor.to(stored_dtype(name)).float(), again[name]), name


def check_conversion(tokenizer):
    """A layer whose kind of attention changes keeps its experts and norms; the others keep everything."""
    model = Pocket(Config(vocab_size=tokenizer.size))
    with tempfile.TemporaryDirectory() as folder:
        write_model(folder, model, model.cfg, tokenizer, 14 * 2**20)
        other = load_published(folder, [3, 7])
    assert [layer.softmax for layer in other.language.layers] == [i in (3, 7) for i in range(8)]
    before, after = dict(model.named_parameters()), dict(other.named_parameters())
    new = [n for n in after if n not in before or not torch.equal(before[n].to(torch.bfloat16).float(), after[n].to(torch.bfloat16).float())]
    assert new and all(n.startswith("language.layers.3.self_attn.") for n in new), new


def check_measures(world):
    """Each bar's own patches carry its share of the axis, in the thumbnail and in the tiles."""
    rng = random.Random("measures")
    canvas, _, _ = mix.compose(rng, world, (640, 480), 1.0, "bars")
    labels = dataset.measure_labels(canvas, None, plan(640, 480))
    shares = {min(dataset.MEASURES - 1, int(m.share * dataset.MEASURES)) for m in canvas.measures}
    for part in (labels[: GRID * GRID], labels[GRID * GRID:]):
        assert set(part.tolist()) - {dataset.IGNORE} == shares, (set(part.tolist()), shares)


def check_points(world, tokenizer):
    """A name in a question points from its last token at the patches of what it names, and at no others; a printed answer is pointed at by what stands before it."""
    canvas = new_canvas(random.Random("points"), (640, 480), background=(255, 255, 255))
    canvas.thing("red cross", 10, 10, 150, 150)
    canvas.thing("blue cross", 400, 300, 500, 400)
    canvas.text(world.fonts.open(world.fonts.families[0][0], 30), "Milk", 300, 40, (0, 0, 0))
    ids, _ = tokenizer.conversation([("Is the red cross near the crosses or milk?", "no", 1)], 5)
    p = plan(640, 480)
    places, masks = dataset.point_labels(random.Random(0), canvas, None, p, tokenizer, ids, [])
    said = [tokenizer.decode(ids[: place + 1]) for place in places if place >= 0]
    assert [s.rpartition("the ")[2] for s in said] == ["red cross", "crosses", "crosses or milk"], said
    red, both, milk = masks[:3].astype(bool)
    assert (red & both).sum() == red.sum() < both.sum() and not (milk & both).any() and milk.any() and not masks[3:].any()
    ids, answer = tokenizer.conversation([("What does the text say?", "Milk", 1)], 5)
    start = answer.index(True)
    for task, pointed in (("reading", True), ("chart", False)):
        places, masks = dataset.point_labels(random.Random(0), canvas, None, p, tokenizer, ids, [(task, start, len(ids))])
        assert (start - 1 in places) == pointed, (task, places, start)
        assert all(np.array_equal(mask.astype(bool), milk) for place, mask in zip(places, masks) if place >= 0)


def check_preprocess():
    rng = np.random.default_rng(0)
    for w, h in ((640, 480), (333, 777), (1500, 400), (100, 130)):
        small = rng.integers(0, 256, (h // 8 + 1, w // 8 + 1, 3), dtype=np.uint8)
        image = Image.fromarray(small).resize((w, h), Image.BICUBIC)
        exact = preprocess(image, plan(w, h))
        planes = torch.from_numpy(np.asarray(image)[None].copy()).permute(0, 3, 1, 2).float()
        fast = preprocess_batch(planes, plan(w, h)).numpy()
        assert np.abs(exact.astype(int) - fast.astype(int)).max() <= 3, (w, h)


def check_jpeg():
    """The JPEG imitation is close to a real one."""
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)
    image = cv2.resize(small, (160, 160), interpolation=cv2.INTER_CUBIC)
    for quality in (30, 60, 90):
        _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        real = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].astype(np.float32)
        planes = torch.from_numpy(image[None].copy()).permute(0, 3, 1, 2).float()
        ours = augment.jpeg(planes, torch.tensor([float(quality)]))[0].permute(1, 2, 0).numpy().clip(0, 255)
        assert np.abs(ours - real).mean() < 2.5, (quality, np.abs(ours - real).mean())


def overlay(batch, folder, count=3):
    """Writes some pictures' tiles with each patch's first character label over it."""
    tiles = batch["picture_tiles"].view(batch["pictures"], -1, TILE, TILE, 3).numpy()
    for i in range(min(count, batch["pictures"])):
        sheet = Image.fromarray(np.concatenate(list(tiles[i]), 1))
        draw = ImageDraw.Draw(sheet)
        chars = batch["chars"][i].view(-1, GRID, GRID, 2).numpy()
        for t, r, c, half in np.argwhere((chars > 0) & (chars < 95)):
            draw.text((t * TILE + c * PATCH + half * PATCH // 2, r * PATCH), chr(chars[t, r, c, half] + 32), fill=(255, 0, 255))
        sheet.save(pathlib.Path(folder) / f"{batch['seed'].replace('/', '-')}-{i}.png")


def check_optimizer():
    """One step on flat buffers is Muon's and AdamW's, matrix by matrix."""
    torch.manual_seed(2)
    model = Pocket(Config(vocab_size=64, layers=2, softmax_layers=[1], vit_layers=1))
    heads = Heads(model.cfg, 5)
    twins = [p.detach().clone().requires_grad_() for p in [*model.parameters(), *heads.parameters()]]
    start = [t.detach().clone() for t in twins]
    names = [n for n, _ in model.named_parameters()] + ["head"] * len(list(heads.parameters()))
    optimizer = Optimizer(model, heads, twins)
    grads = [torch.randn_like(t) * 1e-5 for t in twins]
    for twin, grad in zip(twins, grads):
        twin.grad = grad.clone()
    optimizer.collect()
    optimizer.step(1e-3)
    for name, old, grad, new in zip(names, start, grads, twins):
        if name != "head" and is_matrix(name, old):
            grad = grad * (1 - MOMENTUM**2)  # momentum's first look, Nesterov's way
            expected = old * (1 - 1e-3 * MATRIX_DECAY) - 1e-3 * 0.2 * max(old.shape) ** 0.5 * orthogonalise(grad[None])[0].float()
            assert (new - expected).norm() < 0.05 * (new - old).norm(), name
        else:
            expected = old * (1 - 1e-3 * (OTHER_DECAY if old.ndim > 1 else 0)) - 1e-3 * grad / (grad.abs() + EPS)
            assert (new - expected).abs().max() < 1e-5, name


def check_batches(world, tokenizer, folder, count=6):
    """Draws batches and checks what the trainer relies on."""
    buffer = np.empty(dataset.PIXEL_BUDGET * 4 + dataset.MAX_PIXELS * 8, np.uint8)
    for i in range(count):
        batch = dataset.to_device(dataset.make_batch(f"check/{i}", world, tokenizer, 1.0, buffer, 24), buffer, torch.device("cpu"))
        ids = batch["ids"].long()
        assert (ids == tokenizer.image).sum().item() == batch["pictures"] * len(batch["pack"])
        assert torch.equal(ids.flatten()[batch["positions"] + 1], batch["targets"])
        assert batch["place"].shape[1] == plan(*batch["size"]).tiles * GRID * GRID
        assert abs(batch["shares"].sum().item() - 1) < 1e-4
        assert len(batch["picture_tiles"]) == batch["pictures"] * plan(*batch["size"]).tiles
        if len(batch["things"]):
            assert batch["thing_patches"].max() < len(batch["picture_tiles"]) * GRID * GRID
        if folder:
            overlay(batch, folder)


def check_ranks(world, tokenizer, steps=4):
    """Two ranks' batches of one step have one geometry and different pictures, in the order of their numbers."""
    loaders = [dataset.Loader(world, tokenizer, 2, "check", 24, rank, 2) for rank in range(2)]
    for step, (one, two) in zip(range(steps), zip(*(loader.in_order() for loader in loaders))):
        assert [one["number"], two["number"]] == [2 * step, 2 * step + 1]
        assert all(one[name] == two[name] for name in ("size", "effects", "samples", "pictures"))
        assert one["ids"].shape != two["ids"].shape or (one["ids"] != two["ids"]).any()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=pathlib.Path, required=True)
    parser.add_argument("--overlay", type=pathlib.Path)
    args = parser.parse_args()
    tokenizer = Tokenizer(args.assets / "tokenizer.model")
    check_attention()
    check_export(tokenizer)
    check_conversion(tokenizer)
    check_optimizer()
    check_preprocess()
    check_jpeg()
    if args.overlay:
        args.overlay.mkdir(parents=True, exist_ok=True)
    world = World(args.assets)
    check_measures(world)
    check_points(world, tokenizer)
    check_batches(world, tokenizer, args.overlay)
    check_ranks(world, tokenizer)
    print("all checks passed")


if __name__ == "__main__":
    main()
