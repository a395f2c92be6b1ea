/* SPDX-License-Identifier: Apache-2.0
 *
 * Properties: reading one as a truth value or a number.
 */
#include "base/property.h"

#include "base/number.h"

static Str property(const Map *properties, const char *name)
{
    const Str *text = properties ? map_get(properties, str_from(name)) : NULL;
    return text ? str_trim(*text) : STR_NULL;
}

bool property_bool(const Map *properties, const char *name, bool otherwise)
{
    Str text = property(properties, name);
    if (str_eq_nocase(text, STR("true"))) return true;
    if (str_eq_nocase(text, STR("false"))) return false;
    return otherwise;
}

int64_t property_int(const Map *properties, const char *name, int64_t otherwise)
{
    int64_t value;
    return number_parse_i64(property(properties, name), &value) ? value
                                                                : otherwise;
}
