/* SPDX-License-Identifier: Apache-2.0 */
/* Asks two questions about a picture, the second one in the same conversation.
 *
 *   conversation MODEL_FOLDER PICTURE QUESTION1 QUESTION2
 *
 * Answers go to standard output as they are made, one line each. Exit status 0, 1 when something
 * failed (one line on standard error says what), 2 for a wrong command line. */
#include <arges/arges.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the conversation holds; every handle may be NULL until it is made. */
typedef struct conversation {
  arges_engine* engine;
  arges_session* session;
  arges_queue* queue;
  arges_image* image;
} conversation;

static int fail(const char* what) {
  fprintf(stderr, "conversation: %s: %s\n", what, arges_last_error_message());
  return 1;
}

static int open_conversation(conversation* c, const char* model_path) {
  arges_engine_options options;
  if (arges_engine_options_init(&options, sizeof options)) return fail("engine options");
  options.model_path = model_path;
  options.model_path_length = strlen(model_path);
  if (arges_engine_open(&options, &c->engine)) return fail(model_path);
  if (arges_session_create(c->engine, &c->session)) return fail("session");
  if (arges_queue_create(NULL, &c->queue)) return fail("queue");
  return 0;
}

static void close_conversation(conversation* c) {
  arges_image_free(c->image);
  arges_session_close(c->session);
  arges_queue_close(c->queue);
  arges_engine_close(c->engine);
}

/* The whole file in memory from malloc; NULL when it cannot be read. */
static void* read_file(const char* path, size_t* length) {
  FILE* file = fopen(path, "rb");
  char* bytes = NULL;
  long size = -1;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0) size = ftell(file);
  if (size > 0 && fseek(file, 0, SEEK_SET) == 0) bytes = malloc((size_t)size);
  if (bytes != NULL && fread(bytes, 1, (size_t)size, file) != (size_t)size) {
    free(bytes);
    bytes = NULL;
  }
  fclose(file);
  *length = (size_t)size;
  return bytes;
}

static int open_picture(conversation* c, const char* path) {
  size_t length = 0;
  void* bytes = read_file(path, &length);
  arges_status status;
  if (bytes == NULL) {
    fprintf(stderr, "conversation: %s: the file cannot be read\n", path);
    return 1;
  }
  status = arges_image_decode(bytes, length, &c->image);
  free(bytes);
  return status ? fail(path) : 0;
}

/* Prints the answer piece by piece until the request's one terminal event. */
static int print_answer(arges_queue* queue) {
  arges_event event;
  int failed = 0;
  if (arges_event_init(&event, sizeof event)) return fail("event");
  do {
    if (arges_queue_next(queue, -1, &event)) return fail("waiting for the answer");
    if (event.type == ARGES_EVENT_TEXT) {
      fwrite(event.text, 1, (size_t)event.text_length, stdout);
      fflush(stdout);
    }
  } while (event.type < ARGES_EVENT_DONE);
  if (event.type != ARGES_EVENT_DONE) {
    fprintf(stderr, "conversation: no answer (%s): %.*s\n", arges_status_name(event.status),
            (int)event.text_length, event.text != NULL ? event.text : "");
    failed = 1;
  }
  arges_event_clear(&event);
  putchar('\n');
  return failed;
}

/* `image` may be NULL: what was shown before stays part of the conversation. */
static int ask(conversation* c, const arges_image* image, const char* question) {
  arges_message* message = NULL;
  arges_request* request = NULL;
  arges_message* messages[1];
  arges_status status = arges_message_create(ARGES_ROLE_USER, &message);
  if (!status && image != NULL) status = arges_message_add_image(message, image);
  if (!status) status = arges_message_add_text(message, question, strlen(question));
  messages[0] = message;
  if (!status) status = arges_generate(c->session, messages, 1, NULL, c->queue, 0, &request);
  arges_message_free(message); /* the request has its own copy */
  if (status) return fail("question");
  arges_request_free(request); /* only needed to cancel */
  return print_answer(c->queue);
}

int main(int argc, char** argv) {
  conversation c = {NULL, NULL, NULL, NULL};
  int failed;
  if (argc != 5) {
    fprintf(stderr, "usage: %s MODEL_FOLDER PICTURE QUESTION1 QUESTION2\n", argv[0]);
    return 2;
  }
  failed = open_conversation(&c, argv[1]) || open_picture(&c, argv[2]) ||
           ask(&c, c.image, argv[3]) || ask(&c, NULL, argv[4]);
  close_conversation(&c);
  return failed;
}
