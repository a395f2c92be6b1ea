/* SPDX-License-Identifier: Apache-2.0
 *
 * Results on the screen: entities as tables, rows as a grid, or all as JSON.
 */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include <stdio.h>

#include "engine/engine.h"

typedef struct Render {
    FILE *out;
    bool json;        /* Else tabular. */
    int width;        /* Of the terminal; 0: none, cells are not cut. */
    int column_width; /* SET CLI COLUMN-WIDTH; 0: automatic. */
    bool wrap;        /* SET CLI WRAP: long cells go on on further lines. */
    /* The SELECT that is being shown: */
    int cell_width;
} Render;

/* Where to show, with the terminal's width and colours if it is one. */
void render_open(Render *render, FILE *out);

/* A statement's result. */
void render_entity(Render *render, const Json *entity);

/* The parts of a SELECT. */
void render_header(Render *render, Str query_id, const Schema *schema);
void render_row(Render *render, const Schema *schema, const Value *values,
                bool tombstone);
void render_end(Render *render, Str message);

#endif
