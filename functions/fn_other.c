/* SPDX-License-Identifier: Apache-2.0
 *
 * AS_VALUE and GEO_DISTANCE (functions.md 4.10).
 *
 * AS_VALUE gives its argument back: in a projection it copies a key column into
 * the value.
 */
#include "functions/function_int.h"

#include <math.h>

static bool as_value(FnCall *call, const Value *args, int count, Value *out)
{
    (void)call, (void)count;
    *out = args[0];
    return true;
}

static void as_value_column(FnCall *call, const Column *const *args,
                            int arg_count, const uint16_t *sel, int sel_count,
                            int row_count, Column *out)
{
    (void)arg_count;
    size_t width = column_width(out->type);
    for (int i = 0; i < sel_count; i++) {
        int row = sel_row(sel, i), from = arg_row(args[0], row);
        if (bit_get(args[0]->nulls, from))
            column_set_null(call->arena, out, row, row_count);
        else
            memcpy((char *)out->values + (size_t)row * width,
                   (const char *)args[0]->values + (size_t)from * width, width);
    }
}

enum { RADIUS_KM = 6371, RADIUS_MILES = 3959 };

/* Earth's radius in the unit; 0: no such unit. */
static int radius_in(Str unit)
{
    static const char *const km[] = {"",           "KM",        "KILOMETER",
                                     "KILOMETERS", "KILOMETRE", "KILOMETRES"};
    static const char *const miles[] = {"MI", "MILE", "MILES"};
    for (size_t i = 0; i < sizeof km / sizeof *km; i++)
        if (str_eq_nocase(unit, str_from(km[i]))) return RADIUS_KM;
    for (size_t i = 0; i < sizeof miles / sizeof *miles; i++)
        if (str_eq_nocase(unit, str_from(miles[i]))) return RADIUS_MILES;
    return 0;
}

/* d / 180 * pi in that order: it gives the reference's results bit for bit. */
static double radians(double degrees)
{
    return degrees / 180 * 3.141592653589793;
}

/* The haversine distance. */
static bool geo_distance(FnCall *call, const Value *args, int count, Value *out)
{
    for (int i = 0; i < 4; i++) {
        if (args[i].null) return fn_fail(call, "GEO_DISTANCE takes no NULL");
        double limit = i % 2 ? 180 : 90;
        if (!(fabs(args[i].f64) <= limit))
            return fn_fail(call, "GEO_DISTANCE: %s %g is out of range",
                           i % 2 ? "longitude" : "latitude", args[i].f64);
    }
    int radius = RADIUS_KM;
    if (count > 4 && !args[4].null) radius = radius_in(str_trim(args[4].str));
    if (!radius)
        return fn_fail(call, "GEO_DISTANCE: unit '%.*s' is neither km nor mile",
                       STR_ARG(args[4].str));
    double d_lat = radians(args[2].f64 - args[0].f64);
    double d_lon = radians(args[3].f64 - args[1].f64);
    double lat1 = radians(args[0].f64), lat2 = radians(args[2].f64);
    double a = sin(d_lat / 2) * sin(d_lat / 2) +
               sin(d_lon / 2) * sin(d_lon / 2) * cos(lat1) * cos(lat2);
    double c = 2 * asin(sqrt(a));
    *out = (Value){.f64 = radius * c};
    return true;
}

static const Function rows[] = {
    {.name = "AS_VALUE",
     .signature = "T -> T",
     .scalar = as_value,
     .column = as_value_column,
     .category = "OTHER",
     .description = "The value itself: copies a key column into the value.",
     .example = "AS_VALUE('a') = 'a'"},
    {.name = "geo_distance",
     .signature = "DOUBLE, DOUBLE, DOUBLE, DOUBLE -> DOUBLE",
     .scalar = geo_distance,
     .category = "OTHER",
     .description = "The distance in km of two points given by latitude and "
                    "longitude in degrees.",
     .example = "GEO_DISTANCE(10E0, 20E0, 10E0, 20E0) = 0E0"},
    {.name = "geo_distance",
     .signature = "DOUBLE, DOUBLE, DOUBLE, DOUBLE, STRING -> DOUBLE",
     .scalar = geo_distance,
     .category = "OTHER",
     .description = "The distance of two points in km or miles.",
     .example = "GEO_DISTANCE(0E0, 0E0, 0E0, 180E0, 'miles') > 12437E0"},
};

const FunctionFamily fn_other = {rows, sizeof rows / sizeof *rows};
