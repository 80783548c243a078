# SPDX-License-Identifier: Apache-2.0
"""Throw-away linear heads, which only training uses: what is under each patch, what it measures, where it lies, and what the text speaks of."""

import torch
import torch.nn.functional as F
from torch import nn

import dataset
from imageproc import GRID

CHARS = 96
POINT = 64


def cross_entropy(logits, labels):
    return F.cross_entropy(logits.float().flatten(0, -2), labels.long().flatten(), ignore_index=dataset.IGNORE)


class Heads(nn.Module):
    """Characters and things on the ViT's features; text, places, measures and pointing on the language stream."""

    def __init__(self, cfg, things):
        super().__init__()
        self.chars = nn.Linear(cfg.vit_hidden, 2 * CHARS)
        self.things = nn.Linear(cfg.vit_hidden, things)
        self.language = nn.Linear(cfg.hidden, 2 * CHARS + dataset.MAX_INDEX + 1 + dataset.MAX_LINE + 1)
        self.place = nn.Linear(cfg.hidden, 2 * GRID)
        self.measure = nn.Linear(cfg.hidden, dataset.MEASURES)
        self.name, self.named = nn.Linear(cfg.hidden, POINT), nn.Linear(cfg.hidden, POINT)
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

    def on_language(self, hidden, chars, index, line, place, measure):
        """(text loss, place loss, measure loss) of the language stream [B, T, hidden]."""
        out = self.language(hidden)
        cut = 2 * CHARS + dataset.MAX_INDEX + 1
        text = self.char_loss(out[..., : 2 * CHARS], chars) + cross_entropy(out[..., 2 * CHARS:cut], index) + cross_entropy(out[..., cut:], line)
        measured = F.cross_entropy(self.measure(hidden).float().flatten(0, 1), measure.long().flatten(), ignore_index=dataset.IGNORE, reduction="sum")
        return text, cross_entropy(self.place(hidden).unflatten(-1, (2, GRID)), place), measured / (measure != dataset.IGNORE).sum().clamp(min=1)

    def pointing(self, hidden, ids, image_id, places, targets):
        """Loss of pointing from the tokens at `places` [B, M] of the stream [B, T, hidden] at the picture's tokens that `targets`
        [B, M, N] marks; a place of -1 names nothing."""
        order = (ids == image_id).byte().argsort(1, descending=True, stable=True)[:, : targets.shape[2]]
        keys = self.named(take(hidden, order))
        logits = self.name(take(hidden, places.long().clamp(min=0))) @ keys.mT * POINT**-0.5
        marked = logits.float().log_softmax(-1).masked_fill(targets == 0, -1e4).logsumexp(-1)
        real = (places >= 0) & targets.any(-1)
        return -(marked * real).sum() / real.sum().clamp(min=1)


def take(hidden, places):
    """hidden [B, T, d] at places [B, M]."""
    return hidden.gather(1, places[..., None].expand(-1, -1, hidden.shape[-1]))


def gather_dense(labels, pack):
    """Dense labels [pictures, patches, ...] in packed order; newline positions are ignored."""
    end = torch.full((len(labels), 1) + labels.shape[2:], dataset.IGNORE, dtype=labels.dtype, device=labels.device)
    return torch.cat([labels, end], 1)[:, pack]


def label_sequence(labels, batch, ids, image_id):
    """Dense labels [pictures, patches, ...] at the places of the pictures' tokens [B, T, ...]; text is ignored."""
    out = torch.full(ids.shape + labels.shape[2:], dataset.IGNORE, dtype=labels.dtype, device=labels.device)
    mask = (ids == image_id).view(ids.shape + (1,) * (labels.dim() - 2))
    return out.masked_scatter(mask, gather_dense(labels, batch["pack"]))
