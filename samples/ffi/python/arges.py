# SPDX-License-Identifier: Apache-2.0
"""The C ABI of Arges through ctypes: Python 3.9 or later and its standard library.

    with Conversation(Library("libarges.so.0.2"), "models/pocket") as conversation:
        for piece in conversation.ask("What is the total?", picture_bytes):
            print(piece, end="")
"""

import ctypes
import itertools
import os
from ctypes import POINTER, byref, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p

ABI_VERSION = 2  # major << 16 | minor, what the structs below are written for
ROLE_USER = 2
EVENT_TEXT = 2
EVENT_DONE = 256  # this and larger types are terminal


class EngineOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("threads", c_uint32),
        ("model_path", c_char_p),
        ("model_path_length", c_uint64),
        ("device", c_char_p),
        ("device_length", c_uint64),
        ("max_context", c_uint64),
        ("prefill_chunk", c_uint32),
        ("max_sessions", c_uint32),
        ("progress", c_void_p),
        ("progress_user", c_void_p),
        ("device_index", c_uint32),
        ("files", c_uint32),
        ("weight_format", c_char_p),
        ("weight_format_length", c_uint64),
        ("memory_budget", c_uint64),
        ("device_budget", c_uint64),
    ]


class Event(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("type", c_uint32),
        ("tag", c_uint64),
        ("status", c_int32),
        ("finish_reason", c_uint32),
        ("text", c_void_p),
        ("text_length", c_uint64),
        ("prompt_tokens", c_uint64),
        ("prompt_done", c_uint64),
        ("generated_tokens", c_uint64),
        ("storage", c_uint64),
        ("queued_us", c_uint64),
        ("text_us", c_uint64),
        ("images_us", c_uint64),
        ("prefill_us", c_uint64),
        ("first_token_us", c_uint64),
        ("total_us", c_uint64),
    ]

    def words(self):
        return ctypes.string_at(self.text, self.text_length) if self.text else b""


# Functions that return an arges_status, and those that return nothing.
CALLS = {
    "abi_check": [c_uint32],
    "engine_options_init": [POINTER(EngineOptions), c_uint64],
    "engine_open": [POINTER(EngineOptions), POINTER(c_void_p)],
    "session_create": [c_void_p, POINTER(c_void_p)],
    "queue_create": [c_void_p, POINTER(c_void_p)],
    "queue_next": [c_void_p, c_int64, POINTER(Event)],
    "event_init": [POINTER(Event), c_uint64],
    "image_decode": [c_char_p, c_uint64, POINTER(c_void_p)],
    "message_create": [c_uint32, POINTER(c_void_p)],
    "message_add_text": [c_void_p, c_char_p, c_uint64],
    "message_add_image": [c_void_p, c_void_p],
    "generate": [c_void_p, POINTER(c_void_p), c_uint64, c_void_p, c_void_p, c_uint64,
                 POINTER(c_void_p)],
    "request_cancel": [c_void_p],
    "request_wait": [c_void_p, c_int64],
}
RELEASES = {
    "engine_close": [c_void_p],
    "session_close": [c_void_p],
    "queue_close": [c_void_p],
    "event_clear": [POINTER(Event)],
    "image_free": [c_void_p],
    "message_free": [c_void_p],
    "request_free": [c_void_p],
}


class ArgesError(Exception):
    """A call that failed: the status's name and the library's sentence."""


class Library:
    """libarges.so with its functions as methods, which raise ArgesError instead of returning it."""

    def __init__(self, path):
        self._dll = ctypes.CDLL(path)
        self._dll.arges_last_error_message.restype = c_char_p
        self._dll.arges_status_name.argtypes = [c_int32]
        self._dll.arges_status_name.restype = c_char_p
        for name, arguments in CALLS.items():
            setattr(self, name, self._checked(name, arguments))
        for name, arguments in RELEASES.items():
            setattr(self, name, self._function(name, arguments, None))
        self.abi_check(ABI_VERSION)

    def status_name(self, status):
        return self._dll.arges_status_name(status).decode()

    def make(self, name, *arguments):
        """Calls a function whose last parameter is an `out` handle and returns the handle."""
        handle = c_void_p()
        getattr(self, name)(*arguments, byref(handle))
        return handle

    def _function(self, name, arguments, result):
        function = getattr(self._dll, "arges_" + name)
        function.argtypes = arguments
        function.restype = result
        return function

    def _checked(self, name, arguments):
        function = self._function(name, arguments, c_int32)

        def call(*given):
            status = function(*given)
            if status != 0:
                reason = self._dll.arges_last_error_message().decode()
                raise ArgesError(f"{self.status_name(status)}: {reason}")

        return call


class Conversation:
    """A loaded model and one session on it; use with `with`."""

    def __init__(self, library, model_path):
        self._library = library
        self._engine = self._session = self._queue = None
        self._tags = itertools.count(1)
        options = EngineOptions()
        library.engine_options_init(byref(options), ctypes.sizeof(options))
        path = os.fsencode(model_path)
        options.model_path, options.model_path_length = path, len(path)
        self._engine = library.make("engine_open", byref(options))

    def __enter__(self):
        try:
            self._session = self._library.make("session_create", self._engine)
            self._queue = self._library.make("queue_create", None)
        except ArgesError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._library.session_close(self._session)
        self._library.queue_close(self._queue)
        self._library.engine_close(self._engine)

    def ask(self, question, picture=None):
        """Yields the answer piece by piece; an answer left early is cancelled and forgotten.
        `picture`: the bytes of a PNG, JPEG or WebP file, or None."""
        # What is not UTF-8 on the command line goes on as it is: the library says so.
        message = self._message(question.encode(errors="surrogateescape"), picture)
        messages = (c_void_p * 1)(message)
        tag = next(self._tags)
        try:
            request = self._library.make("generate", self._session, messages, 1, None, self._queue,
                                         tag)
        finally:
            self._library.message_free(message)
        try:
            yield from self._pieces(tag)
        finally:
            self._library.request_cancel(request)  # does nothing when it has ended
            self._library.request_wait(request, -1)  # for the session to be free again
            self._library.request_free(request)

    def _message(self, text, picture):
        library = self._library
        message = library.make("message_create", ROLE_USER)
        try:
            if picture is not None:
                self._add_picture(message, picture)
            library.message_add_text(message, text, len(text))
        except ArgesError:
            library.message_free(message)
            raise
        return message

    def _add_picture(self, message, picture):
        image = self._library.make("image_decode", picture, len(picture))
        try:
            self._library.message_add_image(message, image)
        finally:
            self._library.image_free(image)

    def _pieces(self, tag):
        event = Event()
        self._library.event_init(byref(event), ctypes.sizeof(event))
        try:
            while event.tag != tag or event.type < EVENT_DONE:
                self._library.queue_next(self._queue, -1, byref(event))
                if event.tag == tag and event.type == EVENT_TEXT:
                    yield event.words().decode()
            status, reason = event.status, event.words().decode()
        finally:
            self._library.event_clear(byref(event))
        if status != 0:
            raise ArgesError(f"no answer ({self._library.status_name(status)}): {reason}")
