# SPDX-License-Identifier: Apache-2.0
"""Training batches: worker processes draw whole batches of one canvas size into shared memory.

A batch holds as many pictures as its budget of tiles and pixels allows, all of one geometry, so that nothing but the
text is padded. Dense labels name, for every patch, the characters and the place in the line under it, and list the
patches of named things; only throw-away heads learn from them.
"""

import contextlib
import mmap
import multiprocessing
import os
import queue
import random
import threading
import traceback
from dataclasses import dataclass

import numpy as np
import torch

import augment
import pointing
from data import canvas as cv
from data import mix, recall, shapes
from imageproc import GRID, PATCH, TILE, kept_area, pack_index, plan, preprocess_batch
from model import CHUNK
from tokenizer import SYSTEM_TEXTS

TILE_BUDGET, PIXEL_BUDGET = 640, 56_000_000
MAX_TEXT, MOST_TURNS = 240, 10
IGNORE = 255
MAX_INDEX, MAX_LINE = 31, 15
MEASURES = 60  # shares of a scale that a head tells apart
MAX_PIXELS = 1_600_000
PATCHES_A_THING = 24
SIZES = [((640, 480), 15), ((480, 640), 8), ((800, 600), 5), ((600, 800), 4), ((1024, 768), 2.5), ((768, 1024), 1.5), ((1280, 720), 2), ((1500, 1000), 1), ((1000, 1400), 1),
         ((400, 300), 9), ((320, 240), 8), ((240, 320), 5), ((512, 512), 6), ((384, 384), 5), ((256, 256), 7), ((192, 192), 5), ((128, 128), 3), ((300, 600), 4), ((600, 300), 6),
         ((400, 100), 4), ((800, 200), 4), ((1200, 300), 1.5), ((200, 800), 1.5), ((160, 120), 3)]
PAIR_SIZES = [((320, 240), 3), ((256, 256), 3), ((192, 192), 2), ((240, 320), 2), ((400, 300), 2), ((640, 480), 1)]
PAIR_SHARE = 0.05
SLOTS_A_WORKER = 3  # finished batches wait for the slower ones before them


def choose_size(rng, sizes=None):
    """A canvas size (w, h); most are jittered so that unpadding and odd sizes are seen."""
    sizes = sizes or SIZES
    (w, h), = rng.choices([s for s, _ in sizes], [p for _, p in sizes])
    if rng.random() < 0.7:
        w, h = int(w * rng.uniform(0.8, 1.25)), int(h * rng.uniform(0.8, 1.25))
    shrink = min(1.0, (MAX_PIXELS / (w * h)) ** 0.5)
    return max(100, min(1500, int(w * shrink))), max(100, min(1500, int(h * shrink)))


def thing_names(world):
    """Every name that a drawn thing can have, in the order of the head's classes."""
    names = list(world.concepts) + [f"icon {n}" for n in world.icons.labels] + [f"flag of {n}" for n in world.flags.labels]
    names += [f"{c} {k}" for c in cv.COLOUR_NAMES for k in shapes.KINDS] + [f"die {n}" for n in range(1, 7)] + ["button"]
    return names


@dataclass
class Picture:
    """One canvas with its dense labels."""

    canvas: np.ndarray
    row: np.ndarray
    chars: np.ndarray
    index: np.ndarray
    line: np.ndarray
    measure: np.ndarray
    patches: list
    things: list
    points: np.ndarray
    targets: np.ndarray


@dataclass
class Sample:
    """One or two pictures with their conversation."""

    pictures: list
    ids: list
    spans: list  # (task, first answer token, past-the-end) of each turn


def tile_order(grid, p):
    """[Hm, Wm, ...] labels of the padded map in the order of the tiles' patches."""
    rows, cols = p.target_h // TILE, p.target_w // TILE
    shape = (rows, GRID, cols, GRID) + grid.shape[2:]
    return grid.reshape(shape).swapaxes(1, 2).reshape((-1,) + grid.shape[2:])


def moved(matrix, x, y):
    """Where canvas points (arrays) lie in the picture, and how much larger things are there."""
    if matrix is None:
        return x, y, 1.0
    u, v, z = matrix @ np.stack([x, y, np.ones_like(x)])
    size = np.sqrt(abs(np.linalg.det(matrix[:2, :2]))) / z
    return u / z, v / z, size


def run_labels(run, matrix, p, chars, index, line):
    """Writes one text run's characters into the label maps (half patches across for chars)."""
    sx, sy, half = p.new_w / p.width, p.new_h / p.height, PATCH / 2
    keep = np.array([c != " " for c in run.text])
    x0, x1 = run.edges[:-1][keep], run.edges[1:][keep]
    middle = np.full(len(x0), (run.y0 + run.y1) / 2)
    cx, cy, size = moved(matrix, (x0 + x1) / 2, middle)
    cx, cy = cx * sx + p.left, cy * sy + p.top
    half_w, half_h = (x1 - x0) / 2 * size * sx, (run.y1 - run.y0) / 2 * size * sy
    if np.mean(half_h) < 3.5:
        return
    r0, r1 = ((cy - half_h + 3.5) // PATCH).astype(int), ((cy + half_h - 3.5) // PATCH).astype(int) + 1
    c0, c1 = np.ceil((cx - half_w) / half - 0.5).astype(int), np.ceil((cx + half_w) / half - 0.5).astype(int)
    c1 = np.maximum(c1, c0 + 1)
    places = np.arange(len(run.text))[keep] + run.first
    codes = [ord(run.text[i]) - 32 if 32 < ord(run.text[i]) < 127 else 95 for i in np.nonzero(keep)[0]]
    rows, cols = line.shape
    for code, a, b, c, d, place in zip(codes, r0, r1, c0, c1, places):
        if a < 0 or c < 0 or a >= rows or c >= cols * 2:
            continue
        chars[a:b, c:d] = code
        index[a:b, c // 2:(d + 1) // 2] = 1 + min(place, MAX_INDEX - 1)
        line[a:b, c // 2:(d + 1) // 2] = 1 + min(run.line, MAX_LINE - 1)


def glyph_labels(canvas, matrix, p):
    """chars [Hm, Wm, 2] (left and right half of a patch), index and line [Hm, Wm]."""
    rows, cols = p.target_h // PATCH, p.target_w // PATCH
    chars = np.zeros((rows, cols * 2), np.uint8)
    index, line = np.zeros((rows, cols), np.uint8), np.zeros((rows, cols), np.uint8)
    for run in canvas.runs:
        if run.text.strip():
            run_labels(run, matrix, p, chars, index, line)
    return chars.reshape(rows, cols, 2), index, line


def place_labels(p):
    """uint8 [patches of all tiles, 2]: the row and column, of GRID each, in which a patch lies in its picture; IGNORE off it."""
    r0, r1, c0, c1 = kept_area(p)
    rows, cols = np.mgrid[0:p.target_h // PATCH, 0:p.target_w // PATCH]
    on = (rows >= r0) & (rows < r1) & (cols >= c0) & (cols < c1)
    part = lambda at, a, b: np.where(on, (at - a) * GRID // (b - a), IGNORE).astype(np.uint8)
    whole = np.stack(np.mgrid[0:GRID, 0:GRID], -1).reshape(-1, 2).astype(np.uint8)
    return np.concatenate([whole, tile_order(np.stack([part(rows, r0, r1), part(cols, c0, c1)], -1), p)])


def measure_labels(canvas, matrix, p):
    """uint8 [patches of all tiles]: the share of its scale that a chart's or an instrument's patch stands for; IGNORE elsewhere."""
    whole = np.full((GRID, GRID), IGNORE, np.uint8)
    tiled = np.full((p.target_h // PATCH, p.target_w // PATCH), IGNORE, np.uint8)
    for m in canvas.measures:
        for grid, area in zip((whole, tiled), covered((m.x0, m.y0, m.x1, m.y1), matrix, p)):
            grid[area] = min(MEASURES - 1, int(m.share * MEASURES))
    return np.concatenate([whole.ravel(), tile_order(tiled, p)])


def covered(box, matrix, p):
    """The patches (rows, columns) that a canvas box (x0, y0, x1, y1) covers, of the thumbnail and of the tiles' map."""
    x0, y0, x1, y1 = box
    x, y, _ = moved(matrix, np.array([x0, x1, x0, x1]), np.array([y0, y0, y1, y1]))
    maps = (TILE / p.width, TILE / p.height, 0, 0), (p.new_w / p.width, p.new_h / p.height, p.left, p.top)
    return [tuple(slice(*patches_between(v.min() * s + at, v.max() * s + at)) for v, s, at in ((y, sy, top), (x, sx, left))) for sx, sy, left, top in maps]


def point_labels(rng, canvas, matrix, p, tokenizer, tokens, spans):
    """What the conversation about one picture names: places of tokens int16 [MOST], -1 for none, and their patches uint8 [MOST, patches of all tiles]."""
    boxes = pointing.named_boxes(canvas)
    places, masks = np.full(pointing.MOST, -1, np.int16), np.zeros((pointing.MOST, p.tiles * GRID * GRID), np.uint8)
    for i, (place, name) in enumerate(pointing.choose(rng, tokenizer, tokens, spans, boxes)):
        whole, tiled = np.zeros((GRID, GRID), np.uint8), np.zeros((p.target_h // PATCH, p.target_w // PATCH), np.uint8)
        for box in boxes[name]:
            for grid, area in zip((whole, tiled), covered(box, matrix, p)):
                grid[area] = 1
        places[i], masks[i] = place, np.concatenate([whole.ravel(), tile_order(tiled, p)])
    return places, masks


def patches_between(low, high):
    """The range of patches whose middles lie between two coordinates, at least the one in the middle."""
    first, last = int(np.ceil(low / PATCH - 0.5)), int(np.floor(high / PATCH - 0.5)) + 1
    middle = int((low + high) / 2 // PATCH)
    return (max(0, first), max(0, last)) if last > first else (max(0, middle), max(0, middle + 1))


def thing_patches(rng, canvas, matrix, p, ids):
    """(flat patch numbers over all tiles, class numbers) of some patches inside each named thing."""
    patches, names = [], []
    maps = [(0, GRID, TILE / p.width, TILE / p.height, 0, 0, None), (GRID * GRID, p.target_w // PATCH, p.new_w / p.width, p.new_h / p.height, p.left, p.top, p)]
    for thing in canvas.things:
        box = np.array([thing.x0, thing.x1]), np.array([thing.y0, thing.y1])
        cx, cy, size = moved(matrix, box[0].mean(keepdims=True), box[1].mean(keepdims=True))
        rx, ry = (np.ptp(b) / 2 * np.ravel(size)[0] * 0.75 for b in box)
        for base, _, sx, sy, left, top, grid in maps:
            x, y = cx[0] * sx + left, cy[0] * sy + top
            c = np.arange(max(0, int(np.ceil((x - rx * sx) / PATCH - 0.5))), max(0, int((x + rx * sx) / PATCH - 0.5) + 1))
            r = np.arange(max(0, int(np.ceil((y - ry * sy) / PATCH - 0.5))), max(0, int((y + ry * sy) / PATCH - 0.5) + 1))
            wide, high = (GRID, GRID) if grid is None else (p.target_w // PATCH, p.target_h // PATCH)
            rr, cc = (a.ravel() for a in np.meshgrid(r[r < high], c[c < wide], indexing="ij"))
            tile = 0 if grid is None else (rr // GRID) * (wide // GRID) + cc // GRID
            flat = base + tile * GRID * GRID + (rr % GRID) * GRID + cc % GRID
            if len(flat) > PATCHES_A_THING:
                flat = flat[:: len(flat) // PATCHES_A_THING + 1]
            patches.extend(flat.tolist())
            names.extend([ids[thing.name]] * len(flat))
    return patches, names


def finish_picture(rng, canvas, p, effects, ids, tokenizer, tokens, spans):
    noise = augment.choose(rng, canvas, effects)
    labels = glyph_labels(canvas, noise["matrix"], p)
    lead = lambda a: np.concatenate([np.full((GRID * GRID,) + a.shape[2:], IGNORE, np.uint8), tile_order(a, p)])
    return Picture(canvas.array, noise["row"], *(lead(a) for a in labels), measure_labels(canvas, noise["matrix"], p), *thing_patches(rng, canvas, noise["matrix"], p, ids),
                   *point_labels(rng, canvas, noise["matrix"], p, tokenizer, tokens, spans))


def draw_sample(rng, world, size, level, pair):
    """(canvases, turns): a turn is (question, answer, task, pictures shown with it)."""
    turn = lambda q, shown=0: (q.question, q.answer, q.task, shown)
    if not pair:
        canvas, questions, name = mix.compose(rng, world, size, level)
        turns = mix.choose_turns(rng, world, questions, MOST_TURNS, mix.MIX[name].families)
        turns = recall.weave(rng, world, turns)
        return [canvas], [turn(q, int(i == 0)) for i, q in enumerate(turns)]
    if rng.random() < 0.5:
        canvases, questions = mix.compose_pair(rng, world, size, level)
        turns = mix.choose_turns(rng, world, questions, 5, mix.MIX["naming"].families)
        return canvases, [turn(q, 2 * (i == 0)) for i, q in enumerate(turns)]
    canvases, turns = [], []
    for _ in range(2):
        canvas, questions, name = mix.compose(rng, world, size, level)
        canvases.append(canvas)
        turns += [turn(q, int(i == 0)) for i, q in enumerate(mix.choose_turns(rng, world, questions, 3, mix.MIX[name].families))]
    return canvases, turns


def make_conversation(rng, tokenizer, turns, image_tokens):
    """(ids, spans) with at most MAX_TEXT text tokens; later turns without a picture are dropped when too long."""
    image_first = rng.random() < 0.85
    system = rng.choice(SYSTEM_TEXTS) if rng.random() < 0.06 else None
    while True:
        ids, answer = tokenizer.conversation([(q, a, shown) for q, a, _, shown in turns], image_tokens, image_first, system)
        text = len(ids) - image_tokens * sum(t[3] for t in turns)
        droppable = [i for i, t in enumerate(turns) if not t[3]]
        if text <= MAX_TEXT or not droppable:
            break
        turns = [t for i, t in enumerate(turns) if i != droppable[-1]]
    spans, end = [], 0
    for _, _, task, _ in turns:
        start = answer.index(True, end)
        end = start
        while end < len(answer) and answer[end]:
            end += 1
        spans.append((task, start, end))
    return ids, spans


def make_sample(seed, world, tokenizer, size, p, level, image_tokens, pair, effects, ids):
    rng = random.Random(seed)
    while True:
        try:
            canvases, turns = draw_sample(rng, world, size, level, pair)
        except Exception:  # one bad draw must not end a run: say so and draw again
            traceback.print_exc()
            continue
        if turns:
            break
    tokens, spans = make_conversation(rng, tokenizer, turns, image_tokens)
    return Sample([finish_picture(rng, c, p, effects, ids, tokenizer, tokens, spans) for c in canvases], tokens, spans)


def choose_geometry(seed):
    """(canvas size, whether each sample has two pictures, noise effects) of one step."""
    rng = random.Random(seed)
    pair = rng.random() < PAIR_SHARE
    return choose_size(rng, PAIR_SIZES if pair else None), pair, augment.effects_of(rng)


def make_batch(seed, world, tokenizer, level, buffer, budget=TILE_BUDGET, geometry=None):
    """Draws one batch; canvases go to `buffer` (uint8, flat), the rest comes back as a dict of arrays.

    What a batch costs hangs on its geometry, so the ranks of one step share it and draw different pictures.

    `shares` are the tokens' shares of the answer loss: an answer counts by the root of its length, so that "no" is not
    drowned by lines of text.
    """
    size, pair, effects = geometry or choose_geometry(seed)
    p, names = plan(*size), {n: i for i, n in enumerate(thing_names(world))}
    index, images = pack_index(p), 1 + pair
    count = max(1, min(budget // (p.tiles * images), PIXEL_BUDGET // (size[0] * size[1] * images)))
    samples = [make_sample(f"{seed}/{i}", world, tokenizer, size, p, level, len(index), pair, effects, names) for i in range(count)]
    pictures = [picture for s in samples for picture in s.pictures]
    canvases = buffer[: len(pictures) * size[0] * size[1] * 4].reshape(len(pictures), size[1], size[0], 4)
    length = -(-max(len(s.ids) for s in samples) // CHUNK) * CHUNK
    ids = np.full((count, length), tokenizer.pad, np.int16)
    positions, targets, spans, shares = [], [], [], []
    for i, s in enumerate(samples):
        ids[i, : len(s.ids)] = s.ids
        for task, a, b in s.spans:
            spans.append((task, len(positions), len(positions) + b - a))
            positions.extend(i * length + t - 1 for t in range(a, b))
            targets.extend(s.ids[a:b])
            shares.extend([(b - a) ** -0.5] * (b - a))
    patches = p.tiles * GRID * GRID
    for i, picture in enumerate(pictures):
        canvases[i] = picture.canvas
    shares = np.array(shares, np.float32)
    stack = lambda name: np.stack([getattr(x, name) for x in pictures])
    return {"seed": seed, "samples": count, "pictures": len(pictures), "size": size, "effects": effects, "pack": index, "ids": ids,
            "positions": np.array(positions, np.int64), "targets": np.array(targets, np.int64), "shares": shares / shares.sum(), "spans": spans, "rows": stack("row"),
            "chars": stack("chars"), "index": stack("index"), "line": stack("line"), "measure": stack("measure"), "points": stack("points"), "point_targets": stack("targets"), "place": place_labels(p)[None],
            "thing_patches": np.array([i * patches + n for i, x in enumerate(pictures) for n in x.patches], np.int64),
            "things": np.array([t for x in pictures for t in x.things], np.int64)}


class Loader:
    """Worker processes and a ring of shared buffers; `next()` gives device tensors.

    Fork happens in the constructor, so build it before the accelerator is touched; `world` is inherited, not copied. Of the
    seed's numbered batches this one draws first, first + stride, first + 2 * stride and so on, and hands them out in this order:
    loaders of one seed and stride then give batches of one geometry at every step.
    """

    def __init__(self, world, tokenizer, workers, seed, budget=TILE_BUDGET, first=0, stride=1):
        slots = workers * SLOTS_A_WORKER
        context = multiprocessing.get_context("fork")
        self.budget = budget
        self.buffers = [np.frombuffer(mmap.mmap(-1, PIXEL_BUDGET * 4 + MAX_PIXELS * 8), np.uint8) for _ in range(slots)]
        self.free, self.ready = context.Queue(), context.Queue()
        self.level = context.Value("d", 1.0)
        self.counter, self.first, self.stride = context.Value("q", first), first, stride
        for slot in range(slots):
            self.free.put(slot)
        self.processes = [context.Process(target=self._work, args=(world, tokenizer, seed), daemon=True) for _ in range(workers)]
        for process in self.processes:
            process.start()

    def _work(self, world, tokenizer, seed):
        torch.set_num_threads(1)
        parent = os.getppid()
        while True:
            try:
                slot = self.free.get(timeout=10)
            except queue.Empty:
                if os.getppid() != parent:  # the trainer was killed
                    return
                continue
            with self.counter.get_lock():
                number = self.counter.value
                self.counter.value += self.stride
            geometry = choose_geometry(f"{seed}/step {number // self.stride}")
            batch = make_batch(f"{seed}/{number}", world, tokenizer, self.level.value, self.buffers[slot], self.budget, geometry)
            self.ready.put(batch | {"slot": slot, "number": number})

    def in_order(self):
        """Finished batches by their number. Numbers are given out with free slots, so the next one is always on its way."""
        number, early = self.first, {}
        while True:
            while number not in early:
                batch = self.ready.get()
                early[batch["number"]] = batch
            yield early.pop(number)
            number += self.stride

    def start_copies(self, device, depth=3):
        """Starts the thread that moves finished batches to `device`."""
        self.out = queue.Queue(depth)

        def run():
            stream = torch.cuda.Stream(device) if device.type == "cuda" else None
            for batch in self.in_order():
                moved_batch = to_device(batch, self.buffers[batch["slot"]], device, stream)
                self.free.put(batch["slot"])
                self.out.put(moved_batch)

        threading.Thread(target=run, daemon=True).start()

    def next(self):
        batch = self.out.get(timeout=300)
        for value in batch.values():
            if torch.is_tensor(value) and value.is_cuda:  # made on another stream: not to be reused before this one is done
                value.record_stream(torch.cuda.current_stream())
        return batch


@torch.no_grad()
def to_device(batch, buffer, device, stream=None):
    """The batch as device tensors, its canvases augmented and cut into tiles."""
    with torch.cuda.stream(stream) if stream else contextlib.nullcontext():
        w, h = batch["size"]
        canvases = torch.from_numpy(buffer[: batch["pictures"] * w * h * 4]).view(-1, h, w, 4).to(device, copy=True)
        out = {k: torch.from_numpy(v).to(device) if isinstance(v, np.ndarray) else v for k, v in batch.items()}
        planes = canvases[..., :3].permute(0, 3, 1, 2).float().contiguous()
        p = plan(w, h)
        if batch["effects"]:
            planes = augment.apply(planes, out["rows"], batch["effects"], p.scale).round()
        out["picture_tiles"] = preprocess_batch(planes, p)
        if stream:
            stream.synchronize()
    return out
