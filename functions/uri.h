/* SPDX-License-Identifier: Apache-2.0
 *
 * For the URL functions: a URI in its parts, as java.net.URI reads it.
 */
#ifndef FUNCTIONS_URI_H
#define FUNCTIONS_URI_H

#include "base/str.h"

/* Parts as they are written; ptr NULL: absent. */
typedef struct Uri {
    Str scheme;
    Str host; /* IPv6 with its brackets; NULL if the authority is no server. */
    Str path; /* NULL only in opaque URIs such as mailto:x. */
    Str query;
    Str fragment;
    int32_t port; /* -1: absent. */
} Uri;

/* False: `text` is no URI. */
bool uri_parse(Str text, Uri *uri);

#endif
