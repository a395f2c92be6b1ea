/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON: a validating pull reader and a writer into a Buf. The reader copies
 * nothing: strings without escapes are slices of the input, others are decoded
 * into the arena. It accepts exactly RFC 8259 and well-formed UTF-8, nests at
 * most `depth_max` deep, and never recurses.
 *
 *     JsonReader r;
 *     json_open(&r, arena, text);
 *     if (json_next(&r) == JSON_OBJECT)
 *         while (json_next(&r) == JSON_NAME) { use(r.text); json_skip(&r); }
 *     if (r.error) ...
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/str.h"

typedef enum JsonEvent {
    JSON_END,          /* The text is at its end, nothing but blanks follow. */
    JSON_ERROR,        /* Malformed: see error and at. Stays so. */
    JSON_OBJECT,       /* { */
    JSON_OBJECT_CLOSE, /* } */
    JSON_ARRAY,        /* [ */
    JSON_ARRAY_CLOSE,  /* ] */
    JSON_NAME,         /* A member name, in text; its value comes next. */
    JSON_STRING,       /* In text, escapes decoded. */
    JSON_NUMBER,       /* In text, as written. */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
} JsonEvent;

enum { JSON_DEPTH_MAX = 1000 };

typedef struct JsonReader {
    const char *start, *at, *end;
    Arena *arena;
    JsonEvent event;   /* The last event. */
    Str text;          /* Of a name, string or number. */
    Str raw;           /* The bytes of the last token as written. */
    const char *error; /* What is wrong, or NULL. */
    int depth;
    uint8_t state;     /* What may come next. */
    uint64_t is_object[(JSON_DEPTH_MAX + 64) / 64]; /* One bit a level. */
} JsonReader;

/* Starts reading `text`. Decoded strings go to `arena`. */
void json_open(JsonReader *r, Arena *arena, Str text);

/* The next event. */
JsonEvent json_next(JsonReader *r);

/* Skips the value that comes next (validating it); `raw` is then its text. */
void json_skip(JsonReader *r);

/* Skips the rest of the value whose opening event was the last one (an object
 * or array); does nothing after a scalar. */
void json_skip_rest(JsonReader *r);

/* Appends a quoted, escaped JSON string. */
void json_write_string(Buf *buf, Str s);

/* A tree, for configuration and test data; not for the record path. Objects
 * keep the order of members and repeated names. */
typedef struct Json {
    JsonEvent kind;  /* JSON_OBJECT, JSON_ARRAY, JSON_STRING, ... */
    Str text;        /* Of strings and numbers. */
    Str name;        /* If this is a member of an object. */
    struct Json *first, *next; /* Children, siblings. */
    int count;       /* Of children. */
} Json;

/* The whole text as a tree in `arena`, or NULL with `*error` set. */
Json *json_parse(Arena *arena, Str text, const char **error);

/* The member `name`, or NULL (also if `json` is NULL or no object). */
const Json *json_get(const Json *json, const char *name);

/* Appends the tree as compact JSON. */
void json_write(Buf *buf, const Json *json);

#endif
