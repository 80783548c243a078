# SPDX-License-Identifier: Apache-2.0
"""Training batches: worker processes render whole batches of one canvas size into shared memory.

A batch holds as many pictures as TILE_BUDGET allows, all of one geometry, so that nothing but the
text is padded. Dense labels name, for every patch, the characters, the object and the place in the
line under it; only throw-away heads learn from them.
"""

import mmap
import multiprocessing
import random
import threading
import queue
from dataclasses import dataclass

import numpy as np

import render
import scenes
from imageproc import GRID, PATCH, TILE, pack_index, plan, preprocess_batch
from model import CHUNK
from tokenizer import SYSTEM_TEXTS

TILE_BUDGET = 640
MAX_TEXT = 110
IGNORE = 255
MAX_INDEX, MAX_LINE = 31, 7
MAX_PIXELS = 420_000
SIZES = [((640, 480), 30), ((480, 640), 9), ((512, 512), 9), ((800, 400), 10), ((400, 200), 8), ((400, 800), 4),
         ((700, 230), 8), ((240, 600), 2), ((336, 336), 5), ((168, 168), 4), ((320, 240), 8)]


def choose_size(rng):
    """A canvas size (w, h); most are jittered so that unpadding and odd sizes are seen."""
    (w, h), = rng.choices([s for s, _ in SIZES], [p for _, p in SIZES])
    if rng.random() < 0.6:
        w, h = int(w * rng.uniform(0.85, 1.15)), int(h * rng.uniform(0.85, 1.15))
    shrink = min(1.0, (MAX_PIXELS / (w * h)) ** 0.5)
    return int(w * shrink), int(h * shrink)


@dataclass
class Sample:
    """One picture with its conversation and dense labels."""

    canvas: np.ndarray
    ids: list
    answer: list
    spans: list  # (task, first answer token, past-the-end) of each turn
    chars: np.ndarray
    objects: np.ndarray
    index: np.ndarray
    line: np.ndarray


def tile_order(grid, p):
    """[Hm, Wm, ...] labels of the padded map in the order of the tiles' patches."""
    rows, cols = p.target_h // TILE, p.target_w // TILE
    shape = (rows, GRID, cols, GRID) + grid.shape[2:]
    return grid.reshape(shape).swapaxes(1, 2).reshape((-1,) + grid.shape[2:])


def char_class(char):
    """1..94 for printable ASCII, 0 is background."""
    return ord(char) - 32


def glyph_labels(canvas, p):
    """chars [Hm, Wm, 2] (left and right half of a patch), index and line [Hm, Wm]."""
    rows, cols = p.target_h // PATCH, p.target_w // PATCH
    chars = np.zeros((rows, cols * 2), np.uint8)
    index = np.zeros((rows, cols), np.uint8)
    line = np.zeros((rows, cols), np.uint8)
    sx, sy = p.new_w / p.width, p.new_h / p.height
    half = PATCH / 2
    for g in canvas.glyphs:
        y0, y1 = g.y0 * sy + p.top, g.y1 * sy + p.top
        x0, x1 = g.x0 * sx + p.left, g.x1 * sx + p.left
        r0, r1 = int((y0 + 4) // PATCH), int((y1 - 4) // PATCH) + 1
        c0, c1 = int(np.ceil(x0 / half - 0.5)), int(np.ceil(x1 / half - 0.5))
        c1 = max(c1, c0 + 1)
        if r0 < 0 or c0 < 0:
            continue
        chars[r0:r1, c0:c1] = char_class(g.char)
        index[r0:r1, c0 // 2:(c1 + 1) // 2] = 1 + min(g.index, MAX_INDEX - 1)
        line[r0:r1, c0 // 2:(c1 + 1) // 2] = 1 + min(g.line, MAX_LINE - 1)
    return chars.reshape(rows, cols, 2), index, line


def object_labels(canvas, rows, cols, sx, sy, left, top):
    """[rows, cols]: 1 + kind * colours + colour where a patch centre lies inside an object's box."""
    out = np.zeros((rows, cols), np.uint8)
    for s in canvas.shapes:
        x, y, rx, ry = s.x * sx + left, s.y * sy + top, s.radius * sx * 0.85, s.radius * sy * 0.85
        r0, r1 = int(np.ceil((y - ry) / PATCH - 0.5)), int((y + ry) / PATCH + 0.5)
        c0, c1 = int(np.ceil((x - rx) / PATCH - 0.5)), int((x + rx) / PATCH + 0.5)
        label = 1 + render.KINDS.index(s.kind) * len(render.COLOUR_NAMES) + render.COLOUR_NAMES.index(s.colour)
        out[max(0, r0):max(r1, r0 + 1), max(0, c0):max(c1, c0 + 1)] = label
    return out


def dense_labels(canvas, p):
    """Flat labels over all patches of all tiles, thumbnail first (which has object labels only)."""
    patches = GRID * GRID
    chars, index, line = (tile_order(a, p) for a in glyph_labels(canvas, p))
    thumb = object_labels(canvas, GRID, GRID, TILE / p.width, TILE / p.height, 0, 0)
    grid = object_labels(canvas, p.target_h // PATCH, p.target_w // PATCH, p.new_w / p.width, p.new_h / p.height, p.left, p.top)
    lead = lambda a: np.concatenate([np.full((patches,) + a.shape[1:], IGNORE, np.uint8), a])
    return lead(chars), np.concatenate([thumb.reshape(-1), tile_order(grid, p)]), lead(index), lead(line)


def make_conversation(rng, tokenizer, questions, image_tokens, mix):
    """(ids, is_answer, spans) within MAX_TEXT text tokens; later turns are dropped when too long."""
    turns = scenes.choose_turns(rng, questions, mix=mix)
    image_first = rng.random() < 0.8
    system = rng.choice(SYSTEM_TEXTS) if rng.random() < 0.06 else None
    while True:
        ids, answer = tokenizer.conversation([(q.question, q.answer) for q in turns], image_tokens, image_first, system)
        if len(ids) - image_tokens <= MAX_TEXT or len(turns) == 1:
            break
        turns.pop()
        system = None
    spans, starts = [], [i for i, a in enumerate(answer) if a and not answer[i - 1]]
    for q, start in zip(turns, starts):
        end = start
        while end < len(answer) and answer[end]:
            end += 1
        spans.append((q.task, start, end))
    return ids[:image_tokens + MAX_TEXT], answer[:image_tokens + MAX_TEXT], spans


def make_sample(seed, world, tokenizer, size, p, level, image_tokens, mix):
    rng = random.Random(seed)
    canvas, questions = scenes.compose(rng, world, size, level, mix=mix)
    ids, answer, spans = make_conversation(rng, tokenizer, questions, image_tokens, mix)
    return Sample(np.asarray(canvas.image), ids, answer, spans, *dense_labels(canvas, p))


def buffer_bytes(budget):
    """Bytes that the canvases of any batch of `budget` tiles need: two tiles a picture at least."""
    return budget // 2 * 60_000 * 3 + budget // 3 * MAX_PIXELS * 3


def make_batch(seed, world, tokenizer, level, buffer, budget=TILE_BUDGET, size=None, mix="first"):
    """Renders one batch; canvases go to `buffer` (uint8, flat), the rest comes back as a dict of arrays."""
    rng = random.Random(seed)
    size = size or choose_size(rng)
    p = plan(*size)
    index = pack_index(p)
    count = budget // p.tiles
    samples = [make_sample(f"{seed}/{i}", world, tokenizer, size, p, level, len(index), mix) for i in range(count)]
    canvases = buffer[: count * size[0] * size[1] * 3].reshape(count, size[1], size[0], 3)
    length = -(-max(len(s.ids) for s in samples) // CHUNK) * CHUNK
    ids = np.full((count, length), tokenizer.pad, np.int16)
    positions, targets, spans = [], [], []
    for i, s in enumerate(samples):
        canvases[i] = s.canvas
        ids[i, : len(s.ids)] = s.ids
        for task, a, b in s.spans:
            if b <= len(s.ids):
                spans.append((task, len(positions), len(positions) + b - a))
                positions.extend(i * length + t - 1 for t in range(a, b))
                targets.extend(s.ids[a:b])
    stack = lambda name: np.stack([getattr(s, name) for s in samples])
    return {"seed": seed, "pictures": count, "size": size, "pack": index, "ids": ids,
            "positions": np.array(positions, np.int64), "targets": np.array(targets, np.int64), "spans": spans,
            "chars": stack("chars"), "objects": stack("objects"), "index": stack("index"), "line": stack("line")}


class Loader:
    """Worker processes and a ring of shared buffers; `next()` gives device tensors.

    Fork happens in the constructor, so build it before the accelerator is touched.
    """

    def __init__(self, assets, split, tokenizer, workers, seed, slots=None, budget=TILE_BUDGET, mix="first"):
        slots = slots or workers * 2
        context = multiprocessing.get_context("fork")
        self.budget, self.mix = budget, mix
        self.buffers = [np.frombuffer(mmap.mmap(-1, buffer_bytes(budget)), np.uint8) for _ in range(slots)]
        self.free, self.ready = context.Queue(), context.Queue()
        self.level = context.Value("d", 1.0)
        self.counter = context.Value("q", 0)
        for slot in range(slots):
            self.free.put(slot)
        self.processes = [context.Process(target=self._work, args=(assets, split, tokenizer, seed), daemon=True)
                          for _ in range(workers)]
        for process in self.processes:
            process.start()

    def _work(self, assets, split, tokenizer, seed):
        world = scenes.World.open(assets, split)
        while True:
            slot = self.free.get()
            with self.counter.get_lock():
                number = self.counter.value
                self.counter.value += 1
            batch = make_batch(f"{seed}/{number}", world, tokenizer, self.level.value, self.buffers[slot], self.budget, mix=self.mix)
            batch["slot"] = slot
            self.ready.put(batch)

    def start_copies(self, device, depth=3):
        """Starts the thread that moves finished batches to `device`."""
        import torch

        self.out = queue.Queue(depth)

        def run():
            stream = torch.cuda.Stream() if device.type == "cuda" else None
            while True:
                batch = self.ready.get()
                moved = to_device(batch, self.buffers[batch["slot"]], device, stream)
                self.free.put(batch["slot"])
                self.out.put(moved)

        threading.Thread(target=run, daemon=True).start()

    def next(self):
        return self.out.get()


def to_device(batch, buffer, device, stream=None):
    import contextlib

    import torch

    with torch.cuda.stream(stream) if stream else contextlib.nullcontext():
        w, h = batch["size"]
        canvases = torch.from_numpy(buffer[: batch["pictures"] * w * h * 3]).view(-1, h, w, 3).to(device, copy=True)
        out = {"picture_tiles": preprocess_batch(canvases, plan(w, h))}
        for key, value in batch.items():
            out[key] = torch.from_numpy(value).to(device) if isinstance(value, np.ndarray) else value
        if stream:
            stream.synchronize()
    return out
