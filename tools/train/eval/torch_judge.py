# SPDX-License-Identifier: Apache-2.0
"""PyTorch's judgement of an answer, in a process of its own: start() once, then judge_row() of each."""

import pathlib
import sys

import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from evaluate import MAX_NEW, Answerer  # noqa: E402


@torch.no_grad()
def judge(answerer, image, question, answer):
    """(mean log-probability of the answer's tokens, how far its worst token is behind the most likely one: 0 where greedy decoding gives it)"""
    packed = answerer.picture(image)
    ids = answerer.prompt(packed, [(question, None)])
    reply = answerer.tokenizer.encode(answer)
    reply += [answerer.tokenizer.end] if len(reply) < MAX_NEW else []
    sure = torch.log_softmax(answerer.logits(ids + reply, packed)[len(ids) - 1:-1], -1)
    given = sure.gather(1, torch.tensor(reply, device=sure.device)[:, None])[:, 0]
    return given.mean().item(), (sure.max(-1).values - given).max().item()


def start(model, device):
    global ANSWERER
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    ANSWERER = Answerer(model, device)


def judge_row(row):
    """(mean log-probability, whether it was right, margin, line) of one line of a set and its answer."""
    line, folder, item, given = row
    sure, margin = judge(ANSWERER, Image.open(folder / item["image"]).convert("RGB"), item["question"], given["answer"])
    return sure, given["right"], margin, line
