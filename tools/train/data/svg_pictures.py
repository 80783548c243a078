# SPDX-License-Identifier: Apache-2.0
"""SVG to RGBA pictures by librsvg and cairo within this process: starting a program for each of some thousand icons costs more than drawing it."""

import ctypes

from PIL import Image

ARGB32 = 0  # CAIRO_FORMAT_ARGB32: alpha is multiplied in, bytes lie as B, G, R, A


class Box(ctypes.Structure):
    """RsvgRectangle."""

    _fields_ = [(name, ctypes.c_double) for name in ("x", "y", "width", "height")]


class Length(ctypes.Structure):
    """RsvgLength."""

    _fields_ = [("length", ctypes.c_double), ("unit", ctypes.c_int)]


def function(library, name, result, *arguments):
    found = getattr(library, name)
    found.restype, found.argtypes = result, arguments
    return found


POINTER, INT = ctypes.c_void_p, ctypes.c_int
RSVG, CAIRO, GOBJECT = (ctypes.CDLL(name) for name in ("librsvg-2.so.2", "libcairo.so.2", "libgobject-2.0.so.0"))
new_handle = function(RSVG, "rsvg_handle_new_from_data", POINTER, ctypes.c_char_p, ctypes.c_size_t, POINTER)
pixel_size = function(RSVG, "rsvg_handle_get_intrinsic_size_in_pixels", INT, POINTER, *[ctypes.POINTER(ctypes.c_double)] * 2)
dimensions = function(RSVG, "rsvg_handle_get_intrinsic_dimensions", None, POINTER, *[POINTER] * 6)
render = function(RSVG, "rsvg_handle_render_document", INT, POINTER, POINTER, ctypes.POINTER(Box), POINTER)
new_surface = function(CAIRO, "cairo_image_surface_create", POINTER, INT, INT, INT)
new_context = function(CAIRO, "cairo_create", POINTER, POINTER)
flush = function(CAIRO, "cairo_surface_flush", None, POINTER)
pixels = function(CAIRO, "cairo_image_surface_get_data", POINTER, POINTER)
row_bytes = function(CAIRO, "cairo_image_surface_get_stride", INT, POINTER)
free_context, free_surface = (function(CAIRO, name, None, POINTER) for name in ("cairo_destroy", "cairo_surface_destroy"))
free_handle = function(GOBJECT, "g_object_unref", None, POINTER)


def size_of(handle):
    """(width, height) of a drawing: its own, or its view box's where it has none."""
    w, h = ctypes.c_double(), ctypes.c_double()
    if pixel_size(handle, w, h):
        return w.value, h.value
    flags, lengths, view = [INT() for _ in range(3)], [Length() for _ in range(2)], Box()
    dimensions(handle, *(ctypes.addressof(v) for v in (flags[0], lengths[0], flags[1], lengths[1], flags[2], view)))
    return (view.width, view.height) if flags[2].value else (1.0, 1.0)


def draw(handle, side):
    w, h = size_of(handle)
    factor = side / max(w, h)
    w, h = max(1, round(w * factor)), max(1, round(h * factor))
    surface = new_surface(ARGB32, w, h)
    context = new_context(surface)
    try:
        if not render(handle, context, Box(0, 0, w, h), None):
            return None
        flush(surface)
        stride = row_bytes(surface)
        data = ctypes.string_at(pixels(surface), stride * h)
        return Image.frombuffer("RGBa", (w, h), data, "raw", "BGRa", stride, 1).convert("RGBA")
    finally:
        free_context(context)
        free_surface(surface)


def picture(svg, side):
    """The RGBA picture of SVG bytes fitted into `side`, or None where it cannot be drawn."""
    handle = new_handle(svg, len(svg), None)
    if not handle:
        return None
    try:
        return draw(handle, side)
    finally:
        free_handle(handle)
