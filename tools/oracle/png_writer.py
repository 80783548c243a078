# SPDX-License-Identifier: Apache-2.0
"""A minimal PNG encoder for the variants Pillow does not write: 16-bit colour, sub-byte grey, colour keys, Adam7."""

import struct
import zlib

import numpy as np

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples: np.ndarray, colour: int, bits: int, interlaced: bool = False, chunks: tuple = ()) -> bytes:
    """`samples`: [height, width, channels] of values below 2**bits; `chunks`: (name, payload) put before IDAT."""
    height, width, _ = samples.shape
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, int(interlaced))
    passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [samples]
    rows = b"".join(_rows(part, bits) for part in passes if part.size)
    body = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, payload) for name, payload in body)


def _rows(samples: np.ndarray, bits: int) -> bytes:
    """Packed rows behind their filter bytes: odd rows use filter 2 (difference to the row above), even rows none."""
    packed = [_packed(row, bits) for row in samples.reshape(len(samples), -1)]
    filtered = [b"\x00" + row.tobytes() if index % 2 == 0 else b"\x02" + (row - packed[index - 1]).tobytes()
                for index, row in enumerate(packed)]
    return b"".join(filtered)


def _packed(row: np.ndarray, bits: int) -> np.ndarray:
    if bits == 16:
        return np.frombuffer(row.astype(">u2").tobytes(), np.uint8)
    if bits == 8:
        return row.astype(np.uint8)
    spread = (row[:, None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(spread.astype(np.uint8).reshape(-1))


def _chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))
