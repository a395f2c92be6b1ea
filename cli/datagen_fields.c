/* SPDX-License-Identifier: Apache-2.0
 *
 * The fields of each quickstart and how their values are made. Names, types
 * and the shape of identifiers (User_3, Page_27, Item_184) are those that the
 * tutorials of the reference's generator rely on; all texts are our own.
 *
 * Random numbers are splitmix64: one 64-bit state, so that a seed is a number
 * and equal seeds give equal records. Popular pages, places and codes come
 * more often than others, as they do in life.
 */
#include "cli/datagen.h"

#include <time.h>

static uint64_t next_random(DataSource *s)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* From 0 to n - 1. */
static int64_t below(DataSource *s, int64_t n)
{
    return (int64_t)(next_random(s) % (uint64_t)n);
}

/* From 0 to n - 1, low numbers more often: the lesser of two. */
static int64_t low_below(DataSource *s, int64_t n)
{
    int64_t a = below(s, n), b = below(s, n);
    return a < b ? a : b;
}

#define COUNT(array) ((int64_t)(sizeof(array) / sizeof *(array)))

static Str one_of(DataSource *s, const char *const *list, int64_t count)
{
    return str_from(list[low_below(s, count)]);
}

#define ONE_OF(s, list) one_of((s), (list), COUNT(list))

/* ---- shared fields ---- */

static void make_time(DataSource *s, Datum *d)
{
    d->integer = s->time_ms;
}

static void make_index(DataSource *s, Datum *d)
{
    d->integer = s->index;
}

static void make_index_from_1(DataSource *s, Datum *d)
{
    d->integer = s->index + 1;
}

static void make_user(DataSource *s, Datum *d)
{
    d->text = str_printf(s->arena, "User_%d", (int)below(s, 9) + 1);
}

/* Some time in the two years before. */
static void make_past_time(DataSource *s, Datum *d)
{
    d->integer = s->time_ms - below(s, (int64_t)730 * 24 * 3600 * 1000);
}

static const struct {
    const char *city, *state;
    int zipcode, zipcodes;
} places[] = {
    {"New York", "New York", 10001, 280}, {"Chicago", "Illinois", 60601, 60},
    {"Houston", "Texas", 77001, 98},      {"Seattle", "Washington", 98101, 98},
    {"Denver", "Colorado", 80201, 65},    {"Boston", "Massachusetts", 2108, 28},
    {"Atlanta", "Georgia", 30301, 97},    {"Portland", "Oregon", 97201, 98},
    {"Miami", "Florida", 33101, 98},      {"Detroit", "Michigan", 48201, 42},
};

/* ---- users ---- */

static void make_region(DataSource *s, Datum *d)
{
    d->text = str_printf(s->arena, "Region_%d", (int)below(s, 9) + 1);
}

static void make_gender(DataSource *s, Datum *d)
{
    static const char *const genders[] = {"FEMALE", "MALE", "OTHER"};
    int64_t dice = below(s, 20);
    d->text = str_from(genders[dice == 0 ? 2 : dice % 2]);
}

static const DataField users_fields[] = {
    {"registertime", FIELD_BIGINT, make_past_time},
    {"userid", FIELD_STRING, make_user},
    {"regionid", FIELD_STRING, make_region},
    {"gender", FIELD_STRING, make_gender},
};

static void make_interests(DataSource *s, Datum *d)
{
    static const char *const interests[] = {"Travel", "News",  "Sport", "Music",
                                            "Books",  "Games", "Movies"};
    int64_t first = below(s, COUNT(interests));
    int64_t count = 1 + below(s, 3);
    Str all = STR("[");
    for (int64_t i = 0; i < count; i++)
        all = str_printf(s->arena, "%.*s%s\"%s\"", STR_ARG(all), i ? "," : "",
                         interests[(first + i * 2) % COUNT(interests)]);
    d->text = str_printf(s->arena, "%.*s]", STR_ARG(all));
}

static void make_contact(DataSource *s, Datum *d)
{
    d->text = str_printf(
        s->arena,
        "{\"phone\":\"%03d-555-%04d\",\"city\":\"%s\",\"state\":\"%s\","
        "\"zipcode\":\"%05d\"}",
        (int)below(s, 800) + 200, (int)below(s, 10000), places[s->place].city,
        places[s->place].state,
        places[s->place].zipcode + (int)below(s, places[s->place].zipcodes));
}

static const DataField users_more_fields[] = {
    {"registertime", FIELD_BIGINT, make_past_time},
    {"userid", FIELD_STRING, make_user},
    {"regionid", FIELD_STRING, make_region},
    {"gender", FIELD_STRING, make_gender},
    {"interests", FIELD_NESTED, make_interests},
    {"contactinfo", FIELD_NESTED, make_contact},
};

/* ---- pageviews ---- */

static void make_page(DataSource *s, Datum *d)
{
    d->text = str_printf(s->arena, "Page_%d", (int)low_below(s, 99) + 1);
}

static const DataField pageviews_fields[] = {
    {"viewtime", FIELD_BIGINT, make_time},
    {"userid", FIELD_STRING, make_user},
    {"pageid", FIELD_STRING, make_page},
};

/* ---- orders ---- */

static void make_item(DataSource *s, Datum *d)
{
    d->text = str_printf(s->arena, "Item_%d", (int)low_below(s, 999) + 1);
}

/* 0.5 to 10.0 in steps of a quarter. */
static void make_units(DataSource *s, Datum *d)
{
    d->real = 0.5 + 0.25 * (double)low_below(s, 39);
}

static void make_address(DataSource *s, Datum *d)
{
    d->text = str_printf(
        s->arena, "{\"city\":\"%s\",\"state\":\"%s\",\"zipcode\":%d}",
        places[s->place].city, places[s->place].state,
        places[s->place].zipcode + (int)below(s, places[s->place].zipcodes));
}

static const DataField orders_fields[] = {
    {"ordertime", FIELD_BIGINT, make_time},
    {"orderid", FIELD_INT, make_index},
    {"itemid", FIELD_STRING, make_item},
    {"orderunits", FIELD_DOUBLE, make_units},
    {"address", FIELD_NESTED, make_address},
};

/* ---- ratings ---- */

static void make_rating_user(DataSource *s, Datum *d)
{
    d->integer = below(s, 20) + 1;
}

static void make_stars(DataSource *s, Datum *d)
{
    d->integer = 5 - low_below(s, 5);
}

static void make_route(DataSource *s, Datum *d)
{
    d->integer = below(s, 10000) + 1;
}

static void make_channel(DataSource *s, Datum *d)
{
    static const char *const channels[] = {"web", "iOS", "android", "iOS-test"};
    d->text = ONE_OF(s, channels);
}

static void make_message(DataSource *s, Datum *d)
{
    static const char *const messages[] = {
        "boarding was quick and friendly",
        "two hours late and nobody told us why",
        "the crew found my lost bag, thank you!",
        "seats are too narrow for a long flight",
        "tried to pay in the app, it asked for my card \"again\"",
        "why is the coffee always cold?",
        "smooth landing, kids loved it",
        "more vegetarian food, please",
        "gate changed three times, we ran",
        "would fly again",
    };
    d->text = ONE_OF(s, messages);
}

static const DataField ratings_fields[] = {
    {"rating_id", FIELD_BIGINT, make_index_from_1},
    {"user_id", FIELD_INT, make_rating_user},
    {"stars", FIELD_INT, make_stars},
    {"route_id", FIELD_INT, make_route},
    {"rating_time", FIELD_BIGINT, make_time},
    {"channel", FIELD_STRING, make_channel},
    {"message", FIELD_STRING, make_message},
};

/* ---- clickstream ---- */

/* As web servers log it: 02/Jan/2024:13:05:59 +0000. */
static void make_log_time(DataSource *s, Datum *d)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(s->time_ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    d->text = str_printf(s->arena, "%02d/%.3s/%04d:%02d:%02d:%02d +0000",
                         tm.tm_mday, months + (ptrdiff_t)3 * tm.tm_mon,
                         tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Addresses that are kept free for documentation. */
static void make_ip(DataSource *s, Datum *d)
{
    static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};
    Str net = ONE_OF(s, nets);
    d->text = str_printf(s->arena, "%.*s.%d", STR_ARG(net),
                         (int)low_below(s, 60) + 1);
}

static void make_request(DataSource *s, Datum *d)
{
    static const char *const requests[] = {
        "GET / HTTP/1.1",
        "GET /index.html HTTP/1.1",
        "GET /products HTTP/1.1",
        "GET /images/logo.png HTTP/1.1",
        "GET /style.css HTTP/1.1",
        "GET /cart HTTP/1.1",
        "POST /cart/items HTTP/1.1",
        "POST /checkout HTTP/1.1",
    };
    d->text = ONE_OF(s, requests);
}

static const struct {
    int code;
    const char *meaning;
} codes[] = {
    {200, "Delivered"},      {302, "Moved for the time being"},
    {404, "Page not found"}, {405, "Method not allowed"},
    {406, "Not acceptable"}, {407, "Proxy wants a login"},
};

static void make_status(DataSource *s, Datum *d)
{
    int64_t choice = below(s, 10) < 7 ? 0 : low_below(s, COUNT(codes));
    d->integer = codes[choice].code;
}

static void make_click_user(DataSource *s, Datum *d)
{
    d->integer = below(s, 40) + 1;
}

static void make_bytes(DataSource *s, Datum *d)
{
    d->integer = 200 + low_below(s, 30000);
}

static void make_agent(DataSource *s, Datum *d)
{
    static const char *const agents[] = {
        "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        "curl/7.88.1",
        "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://www.example.com/)",
    };
    d->text = ONE_OF(s, agents);
}

static void make_dash(DataSource *s, Datum *d)
{
    (void)s;
    d->text = STR("-");
}

static const DataField clickstream_fields[] = {
    {"_time", FIELD_BIGINT, make_time},
    {"time", FIELD_STRING, make_log_time},
    {"ip", FIELD_STRING, make_ip},
    {"request", FIELD_STRING, make_request},
    {"status", FIELD_INT, make_status},
    {"userid", FIELD_INT, make_click_user},
    {"bytes", FIELD_BIGINT, make_bytes},
    {"agent", FIELD_STRING, make_agent},
    {"remote_user", FIELD_STRING, make_dash},
    {"referrer", FIELD_STRING, make_dash},
};

static void make_code(DataSource *s, Datum *d)
{
    d->integer = codes[s->index % COUNT(codes)].code;
}

static void make_definition(DataSource *s, Datum *d)
{
    d->text = str_from(codes[s->index % COUNT(codes)].meaning);
}

static const DataField codes_fields[] = {
    {"code", FIELD_INT, make_code},
    {"definition", FIELD_STRING, make_definition},
};

/* ---- clickstream_users ---- */

static const char *const first_names[] = {
    "Ada",     "Alan",    "Grace", "Edsger", "Barbara", "Dennis",
    "Frances", "Niklaus", "Karen", "Donald", "Radia",   "Tony",
};
static const char *const last_names[] = {
    "Meyer", "Okafor", "Silva", "Tanaka", "Novak",  "Haddad",
    "Berg",  "Rossi",  "Khan",  "Duval",  "Murphy",
};

/* The names of a user follow from the number, so that they agree. */
static Str user_first(const DataSource *s)
{
    return str_from(first_names[s->index % COUNT(first_names)]);
}

static Str user_last(const DataSource *s)
{
    return str_from(last_names[s->index % COUNT(last_names)]);
}

static void make_user_number(DataSource *s, Datum *d)
{
    d->integer = s->index % 40 + 1;
}

static void make_user_name(DataSource *s, Datum *d)
{
    Str name = str_printf(s->arena, "%.*s_%.*s", STR_ARG(user_first(s)),
                          STR_ARG(user_last(s)));
    d->text = str_ascii_lower(s->arena, name);
}

static void make_first_name(DataSource *s, Datum *d)
{
    d->text = user_first(s);
}

static void make_last_name(DataSource *s, Datum *d)
{
    d->text = user_last(s);
}

static void make_city(DataSource *s, Datum *d)
{
    d->text = str_from(places[s->place].city);
}

static void make_level(DataSource *s, Datum *d)
{
    static const char *const levels[] = {"Silver", "Gold", "Platinum"};
    d->text = ONE_OF(s, levels);
}

static const DataField click_users_fields[] = {
    {"user_id", FIELD_INT, make_user_number},
    {"registered_at", FIELD_BIGINT, make_past_time},
    {"username", FIELD_STRING, make_user_name},
    {"first_name", FIELD_STRING, make_first_name},
    {"last_name", FIELD_STRING, make_last_name},
    {"city", FIELD_STRING, make_city},
    {"level", FIELD_STRING, make_level},
};

/* ---- the table ---- */

#define FIELDS(list) (list), (int)COUNT(list)

const Quickstart datagen_quickstarts[] = {
    {"clickstream_codes", "clickstream_codes", "code", FIELDS(codes_fields)},
    {"clickstream", "clickstream", "ip", FIELDS(clickstream_fields)},
    {"clickstream_users", "clickstream_users", "user_id",
     FIELDS(click_users_fields)},
    {"orders", "orders", "orderid", FIELDS(orders_fields)},
    {"ratings", "ratings", "rating_id", FIELDS(ratings_fields)},
    {"users", "users", "userid", FIELDS(users_fields)},
    {"users_", "users", "userid", FIELDS(users_more_fields)},
    {"pageviews", "pageviews", "viewtime", FIELDS(pageviews_fields)},
};

const int datagen_quickstart_count = (int)COUNT(datagen_quickstarts);

void datagen_record(DataSource *source, const Quickstart *quickstart,
                    Datum *values)
{
    source->place = (int)low_below(source, COUNT(places));
    for (int i = 0; i < quickstart->field_count; i++) {
        values[i] = (Datum){0};
        quickstart->fields[i].make(source, &values[i]);
    }
}
