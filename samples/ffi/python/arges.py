# SPDX-License-Identifier: Apache-2.0
"""The C ABI of Arges through ctypes: Python 3.9 or later and its standard library.

    with Conversation(Library("libarges.so.0.2"), "models/pocket") as conversation:
        for piece in conversation.ask("What is the total?", picture_bytes, max_tokens=50):
            print(piece, end="")
        print(conversation.timings)
"""

import ctypes
import itertools
import os
from ctypes import POINTER, byref, c_char_p, c_float, c_int32, c_int64, c_uint32, c_uint64, c_void_p

ABI_VERSION = 2  # major << 16 | minor, what the structs below are written for
ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT = 1, 2, 3
EVENT_PROGRESS = 1
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
        ("checkpoint_budget", c_uint64),
    ]


class SessionOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("checkpoints", c_uint32),
        ("scope", c_uint64),
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
        ("reused_tokens", c_uint64),
    ]

    def words(self):
        return ctypes.string_at(self.text, self.text_length) if self.text else b""

    def timings(self):
        names = [name for name, _ in self._fields_ if name.endswith("_us")]
        return {name[:-len("_us")]: getattr(self, name) / 1e6 for name in names}


class GenerateOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("max_tokens", c_uint32),
        ("temperature", c_float),
        ("top_k", c_uint32),
        ("top_p", c_float),
        ("min_p", c_float),
        ("repetition_penalty", c_float),
        ("presence_penalty", c_float),
        ("frequency_penalty", c_float),
        ("stop_string_count", c_uint32),
        ("seed", c_uint64),
        ("deadline_ms", c_uint64),
        ("stop_strings", c_void_p),
        ("stop_tokens", c_void_p),
        ("logit_biases", c_void_p),
        ("stop_token_count", c_uint32),
        ("logit_bias_count", c_uint32),
        ("continue_last", c_uint32),
        ("priority", c_int32),
    ]


class Reuse(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reason", c_uint32),
        ("prompt_tokens", c_uint64),
        ("matched", c_uint64),
        ("reused", c_uint64),
        ("evicted", c_uint64),
        ("images", c_uint64),
        ("images_cached", c_uint64),
    ]


# Functions that return an arges_status, and those that return nothing.
CALLS = {
    "abi_check": [c_uint32],
    "engine_options_init": [POINTER(EngineOptions), c_uint64],
    "engine_open_async": [POINTER(EngineOptions), c_void_p, c_uint64, POINTER(c_void_p)],
    "request_take_engine": [c_void_p, POINTER(c_void_p)],
    "session_create_with": [c_void_p, POINTER(SessionOptions), POINTER(c_void_p)],
    "session_token_count": [c_void_p, POINTER(c_uint64)],
    "session_fork": [c_void_p, POINTER(c_void_p)],
    "session_rewind": [c_void_p, c_uint64],
    "session_reuse": [c_void_p, POINTER(c_void_p), c_uint64, POINTER(Reuse)],
    "session_save": [c_void_p, c_char_p, c_uint64, c_void_p, c_uint64, POINTER(c_void_p)],
    "session_load": [c_void_p, c_char_p, c_uint64, c_void_p, c_uint64, POINTER(c_void_p)],
    "queue_create": [c_void_p, POINTER(c_void_p)],
    "queue_next": [c_void_p, c_int64, POINTER(Event)],
    "event_init": [POINTER(Event), c_uint64],
    "message_create": [c_uint32, POINTER(c_void_p)],
    "message_add_text": [c_void_p, c_char_p, c_uint64],
    "message_add_image_bytes": [c_void_p, c_char_p, c_uint64],
    "generate_options_init": [POINTER(GenerateOptions), c_uint64],
    "generate": [c_void_p, POINTER(c_void_p), c_uint64, POINTER(GenerateOptions), c_void_p,
                 c_uint64, POINTER(c_void_p)],
    "session_add": [c_void_p, POINTER(c_void_p), c_uint64, c_void_p, c_uint64, POINTER(c_void_p)],
    "request_cancel": [c_void_p],
    "request_wait": [c_void_p, c_int64],
    "count_tokens": [c_void_p, POINTER(c_void_p), c_uint64, POINTER(c_uint64)],
    "tokenize": [c_void_p, c_char_p, c_uint64, POINTER(c_int32), c_uint64, POINTER(c_uint64)],
    "detokenize": [c_void_p, POINTER(c_int32), c_uint64, c_char_p, c_uint64, POINTER(c_uint64)],
}
RELEASES = {
    "engine_close": [c_void_p],
    "session_close": [c_void_p],
    "queue_close": [c_void_p],
    "event_clear": [POINTER(Event)],
    "message_free": [c_void_p],
    "request_free": [c_void_p],
}


class ArgesError(Exception):
    """A call that failed: the status's name and the library's sentence."""

    def __init__(self, status, reason):
        super().__init__(f"{status}: {reason}")
        self.status = status


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
                raise ArgesError(self.status_name(status), reason)

        return call


def with_fields(options, values):
    """Sets fields of an option struct by name; a name that it does not have is a TypeError."""
    known = {name for name, _ in options._fields_}
    for name, value in values.items():
        if name not in known:
            raise TypeError(f"no option is called {name}")
        if isinstance(value, str):
            value = value.encode()
            setattr(options, name + "_length", len(value))
        setattr(options, name, value)
    return options


class Conversation:
    """A loaded model and one session on it; use with `with`.

    `progress(done_bytes, total_bytes)` is called while the model is loaded; `options` are fields of
    arges_engine_options, such as threads=2, or of arges_session_options: checkpoints and scope.
    `timings` holds what a terminal event says of the last request, in seconds by name: queued,
    text, images, prefill, first_token, total.
    """

    def __init__(self, library, model_path, progress=None, **options):
        self._begin(library)
        self._model_path = os.fsencode(model_path)
        self._progress = progress
        self._options = EngineOptions()
        library.engine_options_init(byref(self._options), ctypes.sizeof(self._options))
        remembering = {name: options.pop(name) for name in ("checkpoints", "scope")
                       if name in options}
        self._session_options = with_fields(SessionOptions(), remembering)
        self._session_options.struct_size = ctypes.sizeof(SessionOptions)
        with_fields(self._options, options)
        self._options.model_path = self._model_path
        self._options.model_path_length = len(self._model_path)

    def _begin(self, library):
        self._library = library
        self._engine = self._session = self._queue = None
        self._parent = None  # whose engine it is
        self._tags = itertools.count(1)
        self.timings = {}

    def __enter__(self):
        try:
            self._queue = self._library.make("queue_create", None)
            self._engine = self._opened_engine()
            self._session = self._library.make("session_create_with", self._engine,
                                               byref(self._session_options))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._library.session_close(self._session)
        self._library.queue_close(self._queue)
        if self._parent is None:
            self._library.engine_close(self._engine)

    def ask(self, question, picture=None, beginning=None, **options):
        """Yields the answer piece by piece; an answer left early is cancelled and forgotten.

        `picture`: the bytes of a PNG, JPEG or WebP file, or None. `beginning`: what the answer goes
        on from. `options` are fields of arges_generate_options, such as max_tokens=50."""
        settings = GenerateOptions()
        self._library.generate_options_init(byref(settings), ctypes.sizeof(settings))
        with_fields(settings, options)
        turns = [(ROLE_USER, question, picture)]
        if beginning is not None:
            turns.append((ROLE_ASSISTANT, beginning, None))
            settings.continue_last = 1
        for event in self._request(turns, "generate", byref(settings)):
            if event.type == EVENT_TEXT:
                yield event.words().decode()

    def add(self, text, picture=None, role=ROLE_USER):
        """Adds a message to the conversation, without an answer; waits until it is absorbed."""
        for _ in self._request([(role, text, picture)], "session_add"):
            pass

    def rewind(self, turns):
        """Forgets all behind the first `turns` questions or additions: to ask again from there."""
        self._library.session_rewind(self._session, turns)

    def fork(self):
        """A conversation with the same past, for a `with` inside this one's."""
        return Fork(self)

    def save(self, path):
        """Writes the conversation to a file, which takes an old one's place; waits for the disk."""
        self._with_file("session_save", path)

    def load(self, path):
        """Goes on from a saved conversation instead of this one."""
        self._with_file("session_load", path)

    def token_count(self):
        """Tokens that the conversation holds."""
        return self._number("session_token_count", self._session)

    def count_tokens(self, question, picture=None):
        """Tokens of the prompt that this question would make in a new conversation."""
        with Messages(self._library, [(ROLE_USER, question, picture)]) as messages:
            return self._number("count_tokens", self._engine, messages, 1)

    def reuse(self, question, picture=None):
        """What this question would find absorbed, and why not more: an arges_reuse."""
        found = Reuse(struct_size=ctypes.sizeof(Reuse))
        with Messages(self._library, [(ROLE_USER, question, picture)]) as messages:
            self._library.session_reuse(self._session, messages, 1, byref(found))
        return found

    def tokenize(self, text):
        """The token ids of a text."""
        data = utf8(text)
        count = self._number("tokenize", self._engine, data, len(data), None, 0)
        tokens = (c_int32 * count)()
        self._number("tokenize", self._engine, data, len(data), tokens, count)
        return list(tokens)

    def detokenize(self, tokens):
        """The bytes that token ids stand for; they may begin or end inside a character."""
        ids = (c_int32 * len(tokens))(*tokens)
        length = self._number("detokenize", self._engine, ids, len(ids), None, 0)
        data = ctypes.create_string_buffer(max(length, 1))
        self._number("detokenize", self._engine, ids, len(ids), data, length)
        return data.raw[:length]

    def _number(self, name, *arguments):
        number = c_uint64()
        getattr(self._library, name)(*arguments, byref(number))
        return number.value

    def _opened_engine(self):
        tag = next(self._tags)
        request = self._library.make("engine_open_async", byref(self._options), self._queue, tag)
        try:
            for event in self._events(tag):
                if event.type == EVENT_PROGRESS and self._progress is not None:
                    self._progress(event.prompt_done, event.prompt_tokens)
            return self._library.make("request_take_engine", request)
        finally:
            self._end(request)

    def _request(self, turns, call, *settings):
        """Yields the events of a request that `call` makes of these turns."""
        tag = next(self._tags)
        with Messages(self._library, turns) as messages:
            request = self._library.make(call, self._session, messages, len(turns), *settings,
                                         self._queue, tag)
        yield from self._events_of(request, tag)

    def _with_file(self, call, path):
        tag = next(self._tags)
        name = os.fsencode(path)
        request = self._library.make(call, self._session, name, len(name), self._queue, tag)
        for _ in self._events_of(request, tag):
            pass

    def _events_of(self, request, tag):
        try:
            yield from self._events(tag)
        finally:
            self._end(request)

    def _end(self, request):
        self._library.request_cancel(request)  # does nothing when it has ended
        self._library.request_wait(request, -1)  # for the session to be free again
        self._library.request_free(request)

    def _events(self, tag):
        """Yields what arrives under `tag`, in one struct; raises what the terminal event says."""
        event = Event()
        self._library.event_init(byref(event), ctypes.sizeof(event))
        try:
            while event.tag != tag or event.type < EVENT_DONE:
                self._next(event)
                if event.tag == tag:
                    yield event
            self.timings = event.timings()
            if event.status != 0:
                status = self._library.status_name(event.status)
                raise ArgesError(status, event.words().decode() or "the request was ended")
        finally:
            self._library.event_clear(byref(event))

    def _next(self, event):
        """Waits for an event in short turns, so that Python notices Ctrl-C."""
        while True:
            try:
                return self._library.queue_next(self._queue, 100, byref(event))
            except ArgesError as error:
                if error.status != "TIMEOUT":
                    raise


class Fork(Conversation):
    """Conversation.fork; the engine stays its parent's."""

    def __init__(self, parent):
        self._begin(parent._library)
        self._engine, self._parent = parent._engine, parent

    def __enter__(self):
        try:
            self._queue = self._library.make("queue_create", None)
            self._session = self._library.make("session_fork", self._parent._session)
        except BaseException:
            self.__exit__()
            raise
        return self


class Messages:
    """The handles of messages, one for each (role, text, picture or None), as an array of C."""

    def __init__(self, library, turns):
        self._library = library
        self._turns = turns
        self._array = (c_void_p * len(turns))()

    def __enter__(self):
        try:
            for place, turn in enumerate(self._turns):
                self._array[place] = self._library.make("message_create", turn[0])
                self._fill(self._array[place], *turn[1:])
        except BaseException:
            self.__exit__()
            raise
        return self._array

    def __exit__(self, *_):
        for message in self._array:
            self._library.message_free(message)

    def _fill(self, message, text, picture):
        if picture is not None:
            self._library.message_add_image_bytes(message, picture, len(picture))
        data = utf8(text)
        self._library.message_add_text(message, data, len(data))


def utf8(text):
    # What is not UTF-8 on the command line goes on as it is: the library says so.
    return text.encode(errors="surrogateescape")
