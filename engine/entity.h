/* SPDX-License-Identifier: Apache-2.0
 *
 * Building results as JSON trees in an arena, in the REST API's shapes.
 */
#ifndef ENGINE_ENTITY_H
#define ENGINE_ENTITY_H

#include "base/json.h"
#include "types/schema.h"

Json *json_new_object(Arena *arena);
Json *json_new_array(Arena *arena);
Json *json_new_string(Arena *arena, Str text);
Json *json_new_int(Arena *arena, int64_t value);
Json *json_new_bool(Arena *arena, bool value);
Json *json_new_null(Arena *arena);

/* Adds a member, last; returns it. `name` is a literal. */
Json *json_set(Json *object, const char *name, Json *value);
/* Adds an element, last; returns it. */
Json *json_push(Json *array, Json *value);

/* An entity with "@type" and "statementText". */
Json *entity_new(Arena *arena, const char *type, Str statement);
/* Adds the empty "warnings", or one with a message. */
void entity_finish(Arena *arena, Json *entity, Str warning);

/* {"type":...,"fields":...,"memberSchema":...} of a type. */
Json *entity_type(Arena *arena, const Type *type);
/* The "fields" array of a schema. */
Json *entity_fields(Arena *arena, const Schema *schema);

#endif
