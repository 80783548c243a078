/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arges: asynchronous image + text generation with the MiniMax-VL-01 family of models.
 *
 * Who owns what
 *   engine    a loaded model and the threads that run it
 *   session   one conversation; belongs to an engine
 *   message   what a user says: text and images in order
 *   image     decoded pixels
 *   queue     where events of requests arrive; may serve many requests
 *   request   one generation in flight, or another work that ends with an event
 *   Each handle is made by a function with an `out` pointer and given back with its own _free or
 *   _close function, once; NULL is allowed there. Handles may be given back in any order: what one
 *   needs of another stays alive inside the library. Arguments are copied or referenced by the
 *   call; the caller may give back a message, image or text buffer as soon as the call returns.
 *
 * Threads
 *   Every function may be called from any thread, also at the same time on the same handle, except
 *   that one message or one event struct belongs to one thread at a time, and that a handle must
 *   not be used after its _free or _close. Which functions wait is said at each.
 *   A handle is a number from 65536 on, never an address to look behind: one that is NULL, was
 *   given back, is of another kind or was never given out is answered with INVALID_ARGUMENT.
 *
 * Processes
 *   A process that was forked from one with handles cannot use the library: every call answers
 *   UNSUPPORTED, those that give a handle back do nothing, and arges_queue_fd is -1. The parent
 *   notices nothing. A process that has never had a handle, begun to open an engine nor set a log
 *   may fork, and one that is started anew (exec, posix_spawn) is free. Children made by _Fork or
 *   clone are not noticed: they must not call. A child that was forked in a callback must not
 *   return from it.
 *
 * Errors
 *   Functions return an arges_status. On failure nothing has changed, outputs are untouched, and
 *   arges_last_error_message() holds one sentence for the calling thread. The library never
 *   aborts, exits, throws, prints or installs signal handlers. A thread that is cancelled
 *   (pthread_cancel) inside a call ends behind it. INVALID_ARGUMENT for a handle, a pointer or a
 *   struct_size that is not allowed may come of any call and is not said at each.
 *
 * Text is UTF-8, given as pointer and length, not terminated; the pointer of an empty one must not
 * be NULL either. Text is always literal: nothing that a user writes can become a control token or
 * an image placeholder.
 *
 * Functions and callbacks have the calling convention that C has on the machine (on 32-bit Windows
 * __cdecl).
 *
 * Option structs begin with struct_size. Fill one with its _init function, passing sizeof of the
 * struct as the program knows it, then set fields. Zero means the default in every field, so that a
 * zeroed struct with its struct_size set will do as well. A struct longer than the library knows
 * (up to 4096 bytes) is accepted only if the unknown tail is zero (INVALID_ARGUMENT otherwise); one
 * of an older version is completed with the defaults. Structs that the library fills begin with
 * struct_size too; there the tail that the library does not know is set to zero.
 *
 * A whole program
 *
 *   arges_engine_options eo;  arges_engine_options_init(&eo, sizeof eo);
 *   eo.model_path = "models/pocket";  eo.model_path_length = strlen(eo.model_path);
 *   arges_engine* engine;    if (arges_engine_open(&eo, &engine)) return 1;
 *   arges_session* session;  arges_session_create(engine, &session);
 *   arges_queue* queue;      arges_queue_create(NULL, &queue);
 *   arges_image* image;      arges_image_decode(bytes, length, &image);
 *   arges_message* message;  arges_message_create(ARGES_ROLE_USER, &message);
 *   arges_message_add_image(message, image);
 *   arges_message_add_text(message, "What is the total?", 18);
 *   arges_request* request;
 *   arges_generate(session, &message, 1, NULL, queue, 7, &request);
 *   arges_event event;       arges_event_init(&event, sizeof event);
 *   while (!arges_queue_next(queue, -1, &event) && event.type < ARGES_EVENT_DONE)
 *     if (event.type == ARGES_EVENT_TEXT) fwrite(event.text, 1, event.text_length, stdout);
 */
#ifndef ARGES_ARGES_H
#define ARGES_ARGES_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(ARGES_BUILDING_LIBRARY)
#define ARGES_API __declspec(dllexport)
#elif defined(_WIN32)
#define ARGES_API __declspec(dllimport)
#else
#define ARGES_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions and errors ---------------------------------------------------------------- */

/* Outcome of a call. Codes never change meaning; treat an unknown one as ARGES_INTERNAL. */
typedef int32_t arges_status;

#define ARGES_OK 0
#define ARGES_INVALID_ARGUMENT 1 /* a pointer, size, number or text that is not allowed */
#define ARGES_MODEL_INVALID 2    /* the model folder is incomplete, damaged or contradictory */
#define ARGES_IMAGE_DECODE 3     /* not a picture, a damaged one, or one over the limits */
#define ARGES_CONTEXT_FULL 4     /* the prompt does not fit the context */
#define ARGES_OUT_OF_MEMORY_HOST 5
#define ARGES_OUT_OF_MEMORY_DEVICE 6
#define ARGES_CANCELLED 7    /* the caller asked for the end */
#define ARGES_DEADLINE 8     /* the request's own deadline passed */
#define ARGES_BUSY 9         /* the session has a request in flight, or a limit is reached */
#define ARGES_UNSUPPORTED 10 /* valid, but this model or build cannot do it */
#define ARGES_INTERNAL 11    /* a defect of the library: please report it */
#define ARGES_NOT_FOUND 12   /* a file or folder that is not there */
#define ARGES_TIMEOUT 13     /* nothing came within the time given; not an error state */
#define ARGES_CLOSED 14      /* the session or queue has been closed */
#define ARGES_IO 15          /* the system refused a file, a descriptor or a thread */

/* The ABI's version as major << 16 | minor. A program keeps working with a library of the major it
 * was built against and of its minor or a later one; while the major is 0, of its very minor only.
 * The shared library's SONAME and its symbols' version carry what must agree (libarges.so.0.2,
 * ARGES_0.2), so that a program linked against another is refused when it is started. */
#define ARGES_ABI_VERSION 0x00000002u
ARGES_API uint32_t arges_abi_version(void);

/* Whether a program built against `version` can use this library; pass ARGES_ABI_VERSION. For
 * programs and bindings that load the library while they run, as their first call. UNSUPPORTED for
 * another major, a later minor, and while the major is 0 for any other minor. */
ARGES_API arges_status arges_abi_check(uint32_t version);

/* The library's version, e.g. "0.2.0"; a static string. */
ARGES_API const char* arges_version_string(void);

/* The stable name of a status, e.g. "CONTEXT_FULL"; a static string, "UNKNOWN" for other values. */
ARGES_API const char* arges_status_name(arges_status status);

/* Why the calling thread's last failed call failed: one sentence in UTF-8, never NULL, valid until
 * this thread's next call into the library. */
ARGES_API const char* arges_last_error_message(void);

#define ARGES_LOG_ERROR 1u   /* something that was asked for does not work */
#define ARGES_LOG_WARNING 2u /* it works, in another way than asked for */
#define ARGES_LOG_INFO 3u    /* what was done */
#define ARGES_LOG_DEBUG 4u   /* how */

/* Gets one line, without a line break, of UTF-8. Called on the thread that does what the line says,
 * which is inside a call into the library or opens an engine in the background; one at a time. Must
 * not end its thread nor throw, nor wait for an opening or close a queue, which may wait for a line
 * of their own. Calls that it makes log nothing on its thread. */
typedef void (*arges_log_fn)(void* user, uint32_t level, const char* text, uint64_t length);

/* Where the process's log goes: nowhere at first. Lines of `level` and of lower numbers are given
 * to `log`; level 0 = ARGES_LOG_WARNING. Nothing of what users write or show is in them, only names
 * of files and facts of the machine. NULL ends the log. Waits for a call of the former function,
 * unless it is made from there; that one is not called any more when it returns. INVALID_ARGUMENT.
 */
ARGES_API arges_status arges_set_log(arges_log_fn log, void* user, uint32_t level);

typedef struct arges_engine arges_engine;
typedef struct arges_session arges_session;
typedef struct arges_message arges_message;
typedef struct arges_image arges_image;
typedef struct arges_queue arges_queue;
typedef struct arges_request arges_request;

/* ---- Engine ----------------------------------------------------------------------------- */

/* Called on the loading thread as weights arrive, with bytes done and in all; before that, while
 * the files are looked through or read, with 0 and 0. Return 0 to go on, anything else to stop
 * loading with ARGES_CANCELLED, as does an exception. Must not end its thread. */
typedef int32_t (*arges_progress_fn)(void* user, uint64_t done_bytes, uint64_t total_bytes);

#define ARGES_FILES_MAP 1u  /* pages are read when they are touched; files must stay as they are */
#define ARGES_FILES_READ 2u /* files are read as a whole; what becomes of them does no harm */

/* An option that this build or machine cannot honour is UNSUPPORTED, never passed over. In this
 * version: other weight formats, and both budgets.
 *
 * weight_format "bf16_dot" rounds weights, and the rows that are multiplied with them, to bf16 for
 * the processor's units for that (AVX512_BF16 or AMX); router and LM head stay as stored. Answers
 * do not depend on threads, batches or chunks, but on the unit (arges_engine_info.instruction_set).
 * "q8" keeps the language model's attention, experts and LM head in 8 bits, "q4" the experts in 4,
 * in groups of 64 that share a scale, and takes rows of 8 bits; on the processor alone. All are
 * faster, and answers may differ. ARGES_ISA in the environment may name what multiplies 8 bits
 * (generic, avx2, avx512_vnni, amx_int8) or bf16 (avx512_bf16, amx_bf16); what is not here is
 * UNSUPPORTED. */
typedef struct arges_engine_options {
  uint32_t struct_size;
  uint32_t threads;       /* of compute, at most 256; 0 = one for each core that it may use */
  const char* model_path; /* a folder in the Hugging Face layout; 1 to 4096 bytes, none 0, UTF-8 or
                             not */
  uint64_t model_path_length;
  /* "auto": the first GPU that can be had and has room for the model, else the processor;
   * "cpu"; "cuda", "cuda:N": the GPU device_index, N; "cuda-fp32" and "reference" (scalar) are
   * slow, for tests. At most 64 bytes; NULL = "auto". */
  const char* device;
  uint64_t device_length;
  uint64_t max_context;   /* tokens of a session, to 10^9; 0, or more than the model was made for =
                             what it was made for */
  uint32_t prefill_chunk; /* prompt tokens in one step, 1 to 8192, in whole blocks of 64; 0 = 256 */
  uint32_t max_sessions;  /* open at a time, at most 65536; 0 = 1024 */
  arges_progress_fn progress; /* may be NULL */
  void* progress_user;
  uint32_t device_index;     /* with "cuda": which GPU, from 0, as the driver counts them */
  uint32_t files;            /* ARGES_FILES_*; 0 = mapped */
  const char* weight_format; /* in memory: "auto", "stored" (as in the files), "bf16_dot", "q8" or
                                "q4" (see above); at most 64 bytes; NULL = "auto" */
  uint64_t weight_format_length;
  uint64_t memory_budget; /* bytes of the host's memory, to 2^62, hard; 0 = no limit of its own */
  uint64_t device_budget; /* the same of the device's memory */
  uint64_t checkpoint_budget; /* bytes, to 2^62, of the memory that sequences lie in, for
                                 checkpoints (see arges_session_rewind) and for pictures that are
                                 kept encoded; 0 = an eighth of it */
} arges_engine_options;

/* Writes the defaults: zero in every field but struct_size; model_path is still to be set. Pass
 * sizeof of the struct. INVALID_ARGUMENT for a size that no version of it has. */
ARGES_API arges_status arges_engine_options_init(arges_engine_options* options,
                                                 uint64_t struct_size);

/* Loads a model. Waits until it is loaded (see progress). NOT_FOUND, MODEL_INVALID, UNSUPPORTED,
 * CANCELLED, IO, OUT_OF_MEMORY_*, INVALID_ARGUMENT; INTERNAL when a GPU does not work. */
ARGES_API arges_status arges_engine_open(const arges_engine_options* options, arges_engine** out);

/* The same in the background: returns at once, with a request. options are copied; progress must be
 * NULL in them. PROGRESS events arrive in `queue` under `tag`, with the bytes of all weights in
 * prompt_tokens and of those loaded in prompt_done, both 0 before the first weight; then exactly
 * one terminal event. After DONE arges_request_take_engine hands the engine over. CANCELLED follows
 * arges_request_cancel and the queue's closing, within about a second, behind the tokenizer
 * (seconds at most) or at the next weight; FAILED has the status that arges_engine_open would
 * answer. arges_request_wait works as for any request. An engine that nobody has taken belongs to
 * the request and is closed with it: before arges_request_free returns, or when loading ends if
 * that comes later. BUSY while 1024 terminal events wait in the queue, INVALID_ARGUMENT, IO,
 * OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_engine_open_async(const arges_engine_options* options,
                                               arges_queue* queue, uint64_t tag,
                                               arges_request** out);

/* The engine of a request of arges_engine_open_async, once: the caller closes it. BUSY before the
 * request has ended, NOT_FOUND when it did not end with DONE or the engine was taken,
 * INVALID_ARGUMENT for any other request, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_request_take_engine(arges_request* request, arges_engine** out);

/* Cancels what runs on the engine and gives the handle back, whatever calls on it other threads are
 * inside. Waits at most for the step, the stretch of text being tokenized (about a second, whatever
 * the model folder says), the copy of a session's state and the layer of a picture, its cutting
 * into tiles or a row of its file under way; of a WebP, and where stb_image reads pictures, for the
 * whole file. Sessions still open must still be closed; from then on they hold no tokens
 * (arges_session_token_count: OK and 0) and arges_generate answers CLOSED. */
ARGES_API void arges_engine_close(arges_engine* engine);

typedef struct arges_model_info {
  uint32_t struct_size;
  uint32_t supports_images; /* 1 or 0 */
  uint64_t max_context;     /* tokens of a session */
  uint64_t vocab_size;
  uint64_t session_state_bytes; /* constant memory of a session; up to three times that while it
                                   generates */
  uint64_t kv_bytes_per_token;  /* memory that grows with the conversation */
} arges_model_info;

/* Set info->struct_size before the call. */
ARGES_API arges_status arges_engine_model_info(const arges_engine* engine, arges_model_info* info);

/* How an engine runs. Texts end with a zero. */
typedef struct arges_engine_info {
  uint32_t struct_size;
  uint32_t threads; /* of compute */
  uint32_t device_index;
  uint32_t prefill_chunk;
  char device[32];         /* taken, e.g. "cpu" */
  char device_reason[256]; /* why that one */
  char instruction_set[32];
  char weight_format[32]; /* in memory, e.g. "BF16" */
  uint64_t weight_bytes;
} arges_engine_info;

/* Set info->struct_size before the call. */
ARGES_API arges_status arges_engine_get_info(const arges_engine* engine, arges_engine_info* info);

/* What an engine is doing and has done, as it was a moment ago. */
typedef struct arges_stats {
  uint32_t struct_size;
  uint32_t sessions;         /* now: open */
  uint32_t preparing;        /* now: requests whose text or pictures are being prepared */
  uint32_t prefilling;       /* now: requests whose prompt is being absorbed */
  uint32_t decoding;         /* now: requests whose answer is being generated */
  uint32_t paused;           /* now: requests whose text waits for room in a queue */
  uint64_t done;             /* since opening: requests that ended so */
  uint64_t cancelled;        /* the same */
  uint64_t failed;           /* the same */
  uint64_t prompt_tokens;    /* since opening: absorbed, pictures included */
  uint64_t generated_tokens; /* since opening: chosen, stop tokens included */
  uint64_t images_encoded;   /* since opening */
  uint64_t steps;            /* since opening: of the model, each shared by its requests */
  uint64_t step_us;          /* since opening: microseconds in these */
  uint64_t weight_bytes;     /* memory by owner: the model's weights */
  uint64_t workspace_bytes;  /* scratch memory of steps and pictures */
  uint64_t session_bytes;    /* of conversations, reckoned from their lengths */
  uint64_t request_bytes;    /* of the copies that running requests work on, reckoned likewise */
  uint64_t checkpoint_bytes; /* of checkpoints, at most: pages that they share count for each; and
                                of the pictures that are kept encoded */
  uint64_t images_cached;    /* since opening: shown again, and not encoded again */
  uint64_t reused_tokens;    /* since opening: of arges_event.reused_tokens */
} arges_stats;

/* Set stats->struct_size before the call. Takes time in proportion to the open sessions. */
ARGES_API arges_status arges_engine_stats(const arges_engine* engine, arges_stats* stats);

/* What a picture of this size costs, before any pixel is decoded (architecture: any-resolution
 * tiles plus a thumbnail). */
typedef struct arges_image_plan {
  uint32_t struct_size;
  uint32_t tiles;         /* tiles encoded, the thumbnail included */
  uint32_t resized_width; /* of the picture on the tile canvas, pixels */
  uint32_t resized_height;
  uint32_t canvas_width; /* pixels */
  uint32_t canvas_height;
  uint64_t tokens;   /* tokens of the context it fills */
  uint64_t kv_bytes; /* session memory it fills */
} arges_image_plan;

/* Set plan->struct_size before the call. UNSUPPORTED for a model without an image encoder,
 * INVALID_ARGUMENT for a picture over the limits of arges_image_from_pixels. */
ARGES_API arges_status arges_image_plan_for_size(const arges_engine* engine, uint32_t width,
                                                 uint32_t height, arges_image_plan* plan);

/* ---- Images ----------------------------------------------------------------------------- */

/* Decodes PNG, JPEG or WebP bytes (by content, not by name): orientation applied, alpha composited
 * over white, 16-bit reduced to 8. Works on the calling thread. IMAGE_DECODE for what is no
 * picture, a damaged one or an animated WebP, and over the limits: 20 MiB of bytes, 100 scans of a
 * JPEG, the dimensions of arges_image_from_pixels. INVALID_ARGUMENT, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_image_decode(const void* bytes, uint64_t length, arges_image** out);

#define ARGES_PIXELS_RGB 1u
#define ARGES_PIXELS_BGR 2u
#define ARGES_PIXELS_RGBA 3u
#define ARGES_PIXELS_BGRA 4u
#define ARGES_PIXELS_GREY 5u
#define ARGES_PIXELS_YUYV 6u /* also called YUY2; see arges_image_from_nv12 */

/* Copies 8-bit pixels, rows from the top, `stride` bytes from one row to the next; alpha is
 * composited over white. A row of YUYV takes 4 bytes for each two pixels, the last one of an odd
 * width a pair of its own. INVALID_ARGUMENT for an unknown format, a stride shorter than a row, or
 * a picture over the limits: 16384 pixels a side, 40,000,000 in all, one side 200 times the other.
 * OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_image_from_pixels(const void* pixels, uint32_t width, uint32_t height,
                                               uint64_t stride, uint32_t format, arges_image** out);

/* Copies a video frame of two planes: luma, one byte a pixel, and chroma, one pair of bytes (Cb,
 * Cr) for each 2 by 2 pixels, at the right and lower edge of an odd size too. Strides in bytes from
 * one row to the next. Frames, YUYV too, are taken for ITU-R BT.601 in limited range (luma 16 to
 * 235), as cameras give them; other matrices, full range and more than 8 bits are not supported.
 * Chroma is not smoothed. Errors and limits of arges_image_from_pixels. */
ARGES_API arges_status arges_image_from_nv12(const void* luma, uint64_t luma_stride,
                                             const void* chroma, uint64_t chroma_stride,
                                             uint32_t width, uint32_t height, arges_image** out);

/* Pixels, after the orientation has been applied. */
ARGES_API arges_status arges_image_size(const arges_image* image, uint32_t* width,
                                        uint32_t* height);
/* Gives the handle back; messages keep the pixels that they hold. NULL allowed. */
ARGES_API void arges_image_free(arges_image* image);

/* ---- Messages --------------------------------------------------------------------------- */

#define ARGES_ROLE_SYSTEM 1u
#define ARGES_ROLE_USER 2u
#define ARGES_ROLE_ASSISTANT 3u

/* An empty message. INVALID_ARGUMENT for a role that is not ARGES_ROLE_*, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_message_create(uint32_t role, arges_message** out);
/* Appends a part: a copy of the text, of at most 8,000,000 bytes. INVALID_ARGUMENT if it is not
 * UTF-8, and when the message has 4096 parts already, as many as a request may hold;
 * OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_message_add_text(arges_message* message, const char* text,
                                              uint64_t length);
/* Appends a part, without copying the pixels. A session keeps the pixels of its turns' pictures
 * until these are taken back or it is closed, and so does each fork; of a picture file (below) it
 * keeps the file alone. INVALID_ARGUMENT behind 4096 parts, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_message_add_image(arges_message* message, const arges_image* image);
/* Appends a picture file (see arges_image_decode), a copy of its bytes. It is decoded in the
 * background when a request comes to it, one picture at a time, so that a waiting request holds the
 * bytes alone. A file that is no picture, a damaged one or one over the limits of
 * arges_image_decode ends that request: FAILED with IMAGE_DECODE and the reason. Here IMAGE_DECODE
 * for more than 20 MiB, INVALID_ARGUMENT behind 4096 parts or 16 images, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_message_add_image_bytes(arges_message* message, const void* bytes,
                                                     uint64_t length);
/* Gives the handle back; requests made from the message go on. NULL allowed. */
ARGES_API void arges_message_free(arges_message* message);

/* ---- Tokens ------------------------------------------------------------------------------ */

/* Tokens of the prompt that these messages make in a new session, pictures and the answer's header
 * included. Tokenizes on the calling thread; of picture files the headers are read. The limits of
 * arges_generate: INVALID_ARGUMENT, UNSUPPORTED, IMAGE_DECODE, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_count_tokens(const arges_engine* engine,
                                          arges_message* const* messages, uint64_t message_count,
                                          uint64_t* out);

/* The tokens of a text of at most 8,000,000 bytes; control tokens are never among them. *count says
 * how many there are; they are written if `capacity` suffices, so a capacity of 0 (tokens may be
 * NULL then) asks for the number. Tokenizes on the calling thread. INVALID_ARGUMENT,
 * OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_tokenize(const arges_engine* engine, const char* text, uint64_t length,
                                      int32_t* tokens, uint64_t capacity, uint64_t* count);

/* The bytes that tokens stand for, control tokens by their names; they may begin or end inside a
 * code point. *length says how many there are; they are written, without a zero behind them, if
 * `capacity` suffices. INVALID_ARGUMENT for a number that is no token and for more than
 * 100,000,000 of them, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_detokenize(const arges_engine* engine, const int32_t* tokens,
                                        uint64_t count, char* text, uint64_t capacity,
                                        uint64_t* length);

/* ---- Queues and events ------------------------------------------------------------------ */

/* Every type from ARGES_EVENT_DONE on is terminal and no type below it is: test for the end with
 * type >= ARGES_EVENT_DONE, and pass over other types that the program does not know. */
#define ARGES_EVENT_PROGRESS 1u    /* prompt tokens, or bytes; skipped when the reader is slow */
#define ARGES_EVENT_TEXT 2u        /* a piece of the answer, whole code points */
#define ARGES_EVENT_DONE 256u      /* terminal: what was asked for is complete and kept */
#define ARGES_EVENT_CANCELLED 257u /* terminal: CANCELLED or DEADLINE; session unchanged */
#define ARGES_EVENT_FAILED 258u    /* terminal: status and text say why; session unchanged */

#define ARGES_FINISH_NONE 0u
#define ARGES_FINISH_STOP 1u   /* the model ended its turn, or a stop string or id was met */
#define ARGES_FINISH_LENGTH 2u /* max_tokens reached, or the context is full */

typedef struct arges_event {
  uint32_t struct_size;
  uint32_t type;          /* ARGES_EVENT_* */
  uint64_t tag;           /* of the call that made the request */
  arges_status status;    /* see type */
  uint32_t finish_reason; /* ARGES_FINISH_*, for DONE */
  const char* text;       /* TEXT: the piece; FAILED: the sentence; else NULL */
  uint64_t text_length;   /* bytes */
  uint64_t
      prompt_tokens;    /* new prompt tokens of the request, pictures included; or bytes to load */
  uint64_t prompt_done; /* of these, absorbed so far */
  uint64_t generated_tokens;
  uint64_t storage; /* the library's: stands for what owns text */
  /* Terminal events: where the time went, in microseconds; 0 for what the request did not come to
   * and for all but the total of an opening. */
  uint64_t queued_us;      /* from submission until its first message was taken up */
  uint64_t text_us;        /* in tokenizing its messages */
  uint64_t images_us;      /* in decoding and encoding its pictures */
  uint64_t prefill_us;     /* from the prompt's completion until it was absorbed */
  uint64_t first_token_us; /* from submission until the answer's first token */
  uint64_t total_us;       /* from submission until the end */
  uint64_t reused_tokens;  /* terminal events: of the conversation, prompt_tokens included, those
                              that lay absorbed in a checkpoint: see arges_session_reuse */
} arges_event;

/* Before an event struct's first use. Pass sizeof of the struct. */
ARGES_API arges_status arges_event_init(arges_event* event, uint64_t struct_size);
/* Frees what the struct holds. arges_queue_next does so too before it fills a struct again, so one
 * call after the last event is enough. NULL allowed. */
ARGES_API void arges_event_clear(arges_event* event);

/* Callback mode, for C and C++: called on one thread of the queue, never two at a time; the event
 * is valid during the call, its storage is 0. Its struct_size is the library's: a program built
 * with a newer header must check it before it reads a field that an older library does not have.
 * It may call any function, also to close its own queue. An exception out of it is dropped; one
 * that ends its thread (pthread_exit) thereby closes its queue, whose handle is still to be given
 * back. While it runs no other event of the queue is delivered. */
typedef void (*arges_event_fn)(void* user, const arges_event* event);

/* Called once when the library has done with `user`: behind the last callback, on its thread. An
 * exception out of it is dropped; it must not end its thread. */
typedef void (*arges_release_fn)(void* user);

typedef struct arges_queue_options {
  uint32_t struct_size;
  uint32_t capacity;       /* events that may wait, 1 to 65536; 0 = 256 */
  arges_event_fn callback; /* NULL: events are pulled */
  void* callback_user;
  arges_release_fn release; /* of callback_user, in callback mode; may be NULL */
} arges_queue_options;

/* Writes the defaults: zero in every field but struct_size. Pass sizeof of the struct. */
ARGES_API arges_status arges_queue_options_init(arges_queue_options* options, uint64_t struct_size);

/* options may be NULL for the defaults. INVALID_ARGUMENT, IO, OUT_OF_MEMORY_HOST; release is not
 * called when it fails. */
ARGES_API arges_status arges_queue_create(const arges_queue_options* options, arges_queue** out);

/* Takes the next event, waiting at most timeout_ms (negative: without limit, 0: not at all).
 * TIMEOUT when none came, CLOSED when another thread closed the queue meanwhile, UNSUPPORTED for a
 * queue in callback mode, INVALID_ARGUMENT, OUT_OF_MEMORY_HOST when the event's place could not be
 * made: the event still waits and the next call takes it. The event struct is then as it was.
 * TIMEOUT and CLOSED need no memory. Exactly one terminal event arrives
 * for each request, and none of that request after it. When `capacity` events wait, the requests
 * that write to the queue pause; their terminal events fit all the same, but while 1024 of these
 * wait, arges_generate answers BUSY for the queue. */
ARGES_API arges_status arges_queue_next(arges_queue* queue, int64_t timeout_ms, arges_event* event);

/* As arges_queue_next, for several events at once: waits for the first, then takes what else is
 * there, up to `capacity` (1 to 65536) events. events: an array of structs with the same
 * struct_size, each initialised by arges_event_init once; one with another struct_size than the
 * first's ends the array. The first *count of them are filled. Each is cleared by itself. */
ARGES_API arges_status arges_queue_next_many(arges_queue* queue, int64_t timeout_ms,
                                             arges_event* events, uint64_t capacity,
                                             uint64_t* count);

/* A descriptor that is readable while events wait, for poll, select, epoll or any event loop;
 * never read from it or close it. It becomes readable when the first event comes and stays so until
 * the last one is taken: an event loop that reports changes only (edge-triggered) must read to
 * TIMEOUT before it waits again. Valid until arges_queue_close: take it out of the event loop
 * before that, for its number may be given to another file then. -1 for a queue in callback mode
 * and for no queue. */
ARGES_API int32_t arges_queue_fd(const arges_queue* queue);

/* Cancels the requests that write to the queue and drops their events; waits for a callback that
 * is running, and its release. No callback runs after it returns. From inside a callback, of this
 * queue or another, it does not wait: a callback of this queue that is running is its last, and
 * release says when that is over. */
ARGES_API void arges_queue_close(arges_queue* queue);

/* ---- Sessions and requests --------------------------------------------------------------- */

/* BUSY when max_sessions are open, CLOSED while the engine is being closed, OUT_OF_MEMORY_*. */
ARGES_API arges_status arges_session_create(arges_engine* engine, arges_session** out);

typedef struct arges_session_options {
  uint32_t struct_size;
  uint32_t checkpoints; /* of the newest turns, at most 4096; 0 = 8; see arges_session_rewind */
  uint64_t scope; /* sessions with the same one share what they have read; 0 = each for itself */
} arges_session_options;

/* Writes the defaults: zero in every field but struct_size. Pass sizeof of the struct. */
ARGES_API arges_status arges_session_options_init(arges_session_options* options,
                                                  uint64_t struct_size);

/* As arges_session_create, with options; NULL for the defaults. Sessions of one scope, of which
 * each session and its forks are one by themselves, go on from each other's checkpoints, where the
 * conversations are the same up to there, and encode a picture once; answers have the same bits all
 * the same. Checkpoints lie where turns end: a beginning that many sessions have in common is best
 * added as a turn of its own (arges_session_add). What a scope shares is freed with its last
 * session. Between scopes nothing is shared, so that not even the time that a request takes tells
 * one what another has read. INVALID_ARGUMENT. */
ARGES_API arges_status arges_session_create_with(arges_engine* engine,
                                                 const arges_session_options* options,
                                                 arges_session** out);

/* Tokens that the conversation holds; 0 after the engine has been closed. */
ARGES_API arges_status arges_session_token_count(const arges_session* session, uint64_t* out);

/* A session with the same past, given back as any; the two then go on by themselves. Copies
 * nothing: states and pages are shared and copied when either goes on. A request in flight is not
 * part of it. BUSY when max_sessions are open, CLOSED, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_session_fork(const arges_session* session, arges_session** out);

/* Forgets all turns behind the first `turns`: to ask again, or something else, from any point. A
 * turn is what one request with DONE has brought, its messages and their answer. Where a session's
 * newest turns end (eight, or as arges_session_options.checkpoints says), and as long as
 * checkpoint_budget has room for it, the state is kept, in a checkpoint, and the next request goes
 * on from there; elsewhere it absorbs again what lies behind the last checkpoint, its pictures too,
 * and makes the checkpoints of the newest turns on its way anew. Answers are the same, bit for bit,
 * either way. Checkpoints and encoded pictures that no session has used for longest are given up
 * first, for the budget alone: OUT_OF_MEMORY_* of a request gives none up. NOT_FOUND when there are
 * fewer turns, BUSY while a request is in flight, CLOSED, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_session_rewind(arges_session* session, uint64_t turns);

typedef struct arges_turn_info {
  uint32_t struct_size;
  uint32_t has_checkpoint; /* 1 or 0: whether a request behind this turn goes on from its end */
  uint64_t first_token;    /* of the conversation's */
  uint64_t tokens;
  uint64_t images;
} arges_turn_info;

/* A turn of the conversation, from 0. Set info->struct_size before the call. NOT_FOUND behind the
 * last, CLOSED. */
ARGES_API arges_status arges_session_turn(const arges_session* session, uint64_t turn,
                                          arges_turn_info* info);

#define ARGES_REUSE_ALL 0u     /* nothing is in the way: what follows is new */
#define ARGES_REUSE_DIFFERS 1u /* from `matched` on tokens or pictures differ */
#define ARGES_REUSE_NO_CHECKPOINT \
  2u                         /* a turn ends further on whose checkpoint is not kept: `evicted` */
#define ARGES_REUSE_SCOPE 3u /* another scope's past agrees further; it is not shared */

typedef struct arges_reuse {
  uint32_t struct_size;
  uint32_t reason;        /* ARGES_REUSE_*: why not more is reused */
  uint64_t prompt_tokens; /* the conversation, the messages and the answer's header */
  uint64_t matched; /* of these, the first that an open session of the scope has absorbed too */
  uint64_t reused;  /* of these, those that lie in a checkpoint */
  uint64_t evicted; /* of `matched`, up to where the furthest checkpoint lay that is not kept any
                       more; 0 = there is none behind `reused` */
  uint64_t images;  /* pictures behind `reused` */
  uint64_t images_cached; /* of these, those that are kept encoded */
} arges_reuse;

/* What arges_generate would find absorbed of these messages behind the session's conversation, as
 * things are, and why not more. Set reuse->struct_size before the call. Tokenizes, and reads all
 * pictures' bytes, on the calling thread; a picture file's pixels are not decoded.
 * ARGES_REUSE_SCOPE is for the program alone: whoever a scope stands for should not hear what
 * another has read. The limits of arges_generate: INVALID_ARGUMENT, UNSUPPORTED, IMAGE_DECODE,
 * CLOSED, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_session_reuse(const arges_session* session,
                                           arges_message* const* messages, uint64_t message_count,
                                           arges_reuse* reuse);

/* Writes what the session has committed to a file, beside a request in flight, which is not part of
 * it: its turns and pictures, and the state of the last one, so that going on from the file needs
 * no prefill and answers the same, bit for bit, on the same device, kind of processor and
 * weight_format; elsewhere the turns are absorbed again. path: 1 to 4096 bytes, none 0. Returns at
 * once; exactly one terminal event arrives in `queue` under `tag`. With DONE the file is on the
 * disk and has taken the place of one of its name; until then, and with any other end, that one
 * stays, unless the sentence says that only the folder could not be put on the disk. It is written
 * beside, under its name with ".part" behind. CANCELLED follows
 * arges_request_cancel, arges_session_close and the closing of queue or engine, once the system has
 * written what it has in hand. The engine writes and reads one file at a time. FAILED: IO, BUSY
 * while another save writes that file, OUT_OF_MEMORY_HOST, INTERNAL. BUSY while another save of the
 * session has not ended or 1024 terminal events wait in the queue, CLOSED, INVALID_ARGUMENT, IO,
 * OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_session_save(const arges_session* session, const char* path,
                                          uint64_t path_length, arges_queue* queue, uint64_t tag,
                                          arges_request** out);

/* Puts what a file of arges_session_save holds in the place of the session's conversation. A
 * request in flight as those of arges_generate, with one terminal event and no other; until DONE,
 * and with any other end, the conversation is what it was. The file may be anybody's: all of it is
 * checked, and memory is set aside for what is there and fits the context. It is bound to the
 * model: its config and vocabulary, and of each weight name, shape, type and a few bytes. Other
 * sessions of the scope, but for forks, do not go on from its state, nor from what followed on it.
 * FAILED:
 * NOT_FOUND, MODEL_INVALID (no such file, damaged, or of another model), UNSUPPORTED (of a later
 * version of the library), CONTEXT_FULL (longer than max_context), IO, OUT_OF_MEMORY_*, INTERNAL.
 * BUSY, CLOSED as arges_generate, INVALID_ARGUMENT, IO, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_session_load(arges_session* session, const char* path,
                                          uint64_t path_length, arges_queue* queue, uint64_t tag,
                                          arges_request** out);

/* Cancels a request in flight, and a save, and gives the handle back; their terminal events are
 * queued before it returns. Waits at most one step of work, and for what the system has in hand of
 * a file being written. */
ARGES_API void arges_session_close(arges_session* session);

typedef struct arges_text {
  const char* data;
  uint64_t length; /* bytes */
} arges_text;

typedef struct arges_logit_bias {
  int32_t token;
  float bias; /* in [-1000, 1000], added to the logit; -100 or less in effect forbids it */
} arges_logit_bias;

typedef struct arges_generate_options {
  uint32_t struct_size;
  uint32_t max_tokens;            /* 1 to 1,000,000; 0 = 256 */
  float temperature;              /* 0 = greedy, the default; at most 100 */
  uint32_t top_k;                 /* 0 = off */
  float top_p;                    /* in (0, 1]; 1 = off; 0 = 1 */
  float min_p;                    /* in [0, 1]; 0 = off */
  float repetition_penalty;       /* in (0, 100]; 1 = off; 0 = 1 */
  float presence_penalty;         /* in [-100, 100]; 0 = off */
  float frequency_penalty;        /* in [-100, 100]; 0 = off */
  uint32_t stop_string_count;     /* at most 16 */
  uint64_t seed;                  /* see arges_generate */
  uint64_t deadline_ms;           /* from submission; 0 = none */
  const arges_text* stop_strings; /* 1 to 512 bytes each; end the answer, are not part of it */
  const int32_t* stop_tokens;     /* in addition to the model's own */
  const arges_logit_bias* logit_biases;
  uint32_t stop_token_count; /* at most 64 */
  uint32_t logit_bias_count; /* at most 1024, each token once */
  uint32_t continue_last;    /* 1: the answer goes on from the last message; see arges_generate */
  int32_t priority; /* -100 to 100; 0 is the default. Of prompts that wait to be absorbed those of
                       higher priority go first, but none waits longer than twice its share of the
                       steps; answers that run take part in every step. */
} arges_generate_options;

/* Writes the defaults: 256 tokens, greedy, no penalty, no bias, no stop but the model's own, no
 * deadline. Pass sizeof of the struct. */
ARGES_API arges_status arges_generate_options_init(arges_generate_options* options,
                                                   uint64_t struct_size);

/* Adds `messages` (1 to 4096 with at most 4096 parts, 32,000,000 bytes of text and 16 images in
 * all, the last one not the assistant's) to the conversation and generates the assistant's answer.
 * Returns at once: texts and pixels are shared, not copied. Events arrive in `queue`
 * under `tag` and end with exactly one terminal event. The first of them, even the last one, may
 * arrive before the call returns and before *out is written: know requests by their tag. On DONE
 * the messages and the answer have become part of the session; on CANCELLED and FAILED the session
 * is what it was before and can be used again. The requests of an engine share its steps: when
 * memory runs out in one, all that take part in it may end with OUT_OF_MEMORY_HOST. options may be
 * NULL for the defaults.
 *
 * With continue_last the last message must be the assistant's and hold text alone, and some: the
 * answer begins with it. Events carry only what is new, and stop strings are sought in that; the
 * conversation then holds both as one turn of the assistant.
 *
 * The same seed and input give the same answer on the same model, device, kind of processor (its
 * instruction set), whatever other requests run beside it and however the conversation came about.
 *
 * BUSY while the session has a request in flight or 1024 terminal events wait in the queue, CLOSED,
 * INVALID_ARGUMENT, UNSUPPORTED, OUT_OF_MEMORY_HOST. */
ARGES_API arges_status arges_generate(arges_session* session, arges_message* const* messages,
                                      uint64_t message_count, const arges_generate_options* options,
                                      arges_queue* queue, uint64_t tag, arges_request** out);

/* Adds messages, of any roles, to the conversation without an answer: DONE comes once they have
 * been absorbed, with ARGES_FINISH_NONE. For a conversation from elsewhere, or to have a long text
 * read before the question is known. All else as arges_generate. */
ARGES_API arges_status arges_session_add(arges_session* session, arges_message* const* messages,
                                         uint64_t message_count, arges_queue* queue, uint64_t tag,
                                         arges_request** out);

/* Asks for the end and returns at once. The terminal event follows after at most the step under
 * way: chunks of prompt tokens and tokens of answers, of this and of other requests. A stretch of
 * text being tokenized, a layer of a picture being encoded, its cutting into tiles or what
 * arges_engine_close waits for of its file, or a copy of the session's state is finished in the
 * background and no more of the request is prepared. No effect on a request that has ended. */
ARGES_API arges_status arges_request_cancel(arges_request* request);

/* Waits at most timeout_ms (negative: without limit, 0: not at all) until the request has ended and
 * its session is idle: its terminal event has been queued, or dropped because the queue was closed.
 * TIMEOUT, INVALID_ARGUMENT. A request whose text finds no room in its queue does not end: a thread
 * that is to read that queue, or runs its callback, must not wait here without limit. */
ARGES_API arges_status arges_request_wait(const arges_request* request, int64_t timeout_ms);

/* Gives the handle back; does not cancel. */
ARGES_API void arges_request_free(arges_request* request);

#ifdef __cplusplus
}
#endif

#endif /* ARGES_ARGES_H */
