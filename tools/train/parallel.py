# SPDX-License-Identifier: Apache-2.0
"""Training by several processes, one an accelerator: starting them, and what they tell each other."""

import os
import socket
import subprocess
import sys
import time

import torch
import torch.distributed as dist

HOST = "127.0.0.1"


def launch(count):
    """Runs this very program once a rank and ends all when one fails; returns the exit status."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    start = lambda rank: subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, "RANK": str(rank), "WORLD_SIZE": str(count), "MASTER_PORT": str(port)})
    ranks = [start(rank) for rank in range(count)]
    try:
        while None in (codes := [r.poll() for r in ranks]) and not any(codes):
            time.sleep(0.5)
    finally:
        for rank in ranks:
            rank.kill()
    return int(any(codes))


def launched():
    return "RANK" in os.environ


class Ranks:
    """The processes of one run. Alone, a process is the first of one and every exchange leaves things as they are."""

    def __init__(self):
        self.rank, self.count = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.first = self.rank == 0

    def device(self, name):
        """This rank's own accelerator, or the device as named."""
        return torch.device(name, self.rank) if name == "cuda" else torch.device(name)

    def join(self, device):
        """Meets the others; to be called once the loader's workers are forked."""
        if self.count == 1:
            return
        if device.type == "cuda":
            torch.cuda.set_device(device)
        self.store = dist.TCPStore(HOST, int(os.environ["MASTER_PORT"]), self.count, self.first)
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo", store=self.store, rank=self.rank, world_size=self.count)

    def leave(self):
        if self.count > 1:
            dist.destroy_process_group()

    def total(self, tensor):
        """Sums a tensor over all ranks, in place."""
        if self.count > 1:
            dist.all_reduce(tensor)
        return tensor

    def mean(self, tensor):
        return self.total(tensor).div_(self.count) if self.count > 1 else tensor

    def same(self, tensor):
        """Gives every rank the first one's values."""
        if self.count > 1:
            dist.broadcast(tensor, 0)

    def agree(self, name, value):
        """The first rank's number, at every rank; costs the accelerators nothing."""
        if self.count == 1:
            return value
        if self.first:
            self.store.set(f"agree {name}", repr(float(value)))
            return value
        return float(self.store.get(f"agree {name}"))
