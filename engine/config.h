/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings: one row a key, from which SHOW PROPERTIES, SET and docs/config.md
 * come. Names are the reference's (server 5). Settings of Kafka clients and of
 * stream processing may be written bare, or after `ksql.streams.`.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include "base/map.h"
#include "base/status.h"
#include "base/str.h"

typedef enum SettingType {
    SETTING_TEXT,
    SETTING_INT, /* 64 bits; range in min and max. */
    SETTING_BOOL,
    SETTING_LIST, /* Comma list. */
    SETTING_ENUM, /* One of the words in `words`, blank-separated. */
} SettingType;

enum {
    SETTING_QUERY = 1,       /* Level QUERY: SET may change it (else SERVER). */
    SETTING_FIXED = 2,       /* SET is refused. */
    SETTING_SECRET = 4,      /* Shown masked. */
    SETTING_STREAMS = 8,     /* Known with and without `ksql.streams.`. */
    SETTING_PENDING = 16,    /* Accepted; takes effect with a later version. */
    SETTING_DEPRECATED = 32, /* Accepted with a warning; has no effect. */
};

typedef struct Setting {
    const char *name;
    SettingType type;
    const char *value; /* The default; NULL: unset. */
    unsigned flags;
    int64_t min, max;  /* SETTING_INT; both 0: any. */
    const char *words; /* SETTING_ENUM. */
    const char *description;
} Setting;

/* The row for a name, with or without `ksql.streams.`; NULL if there is none.
 */
const Setting *setting_find(Str name);

/* All rows. */
const Setting *setting_all(int *count);

/* The name under which values are kept: without `ksql.streams.`. */
Str setting_canonical(Str name);

/* True for names that go to the Kafka clients unchecked: `consumer.*`,
 * `producer.*`, `ssl.*`, `sasl.*`, `security.protocol`, `ksql.functions.*` ...
 */
bool setting_is_passed_on(Str name);

/* Checks a value against its row; ST_USER tells the type or range. Unknown
 * names are fine here. */
STATUS setting_check(Arena *arena, Str name, Str value);

/* Reads a Java properties file (`#` and `!` comments, `=` or `:` or blank,
 * continuation lines, escapes) into `settings`, Str values in `arena`. */
STATUS settings_read(Arena *arena, Str text, Map *settings);

/* docs/config.md. */
void settings_document(Buf *out);

#endif
