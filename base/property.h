/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: settings as a Map of text (Str *) by full name, as a query gets
 * them. A map without defaults: who reads a property says what holds where
 * nothing is set.
 */
#ifndef BASE_PROPERTY_H
#define BASE_PROPERTY_H

#include "base/map.h"

/* `true` or `false` in any case of letters; anything else, also no map:
 * `otherwise`. */
bool property_bool(const Map *properties, const char *name, bool otherwise);

/* A whole number; what is none, also no map: `otherwise`. */
int64_t property_int(const Map *properties, const char *name,
                     int64_t otherwise);

#endif
