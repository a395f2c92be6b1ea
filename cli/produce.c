/* SPDX-License-Identifier: Apache-2.0
 *
 * millrace produce TOPIC: lines of files or standard input as records, in
 * kcat's habits. Works on either broker; the topic is made if it is not there.
 */
#include "cli/cli.h"
#include "cli/lines.h"

typedef struct Produce {
    CommonOptions common;
    LineFeeder feeder;
    VEC(RecordHeader) headers;
    int partitions; /* Of a topic that must be made. */
    bool quiet;
} Produce;

enum { OPTION_PARTITIONS = OPTION_OWN };

static bool take_header(Produce *produce, const char *text)
{
    Str name, value;
    if (!split_pair(text, &name, &value)) {
        complain("-H takes NAME=VALUE, not '%s'", text);
        return false;
    }
    *vec_push(produce->common.arena, &produce->headers) = (RecordHeader){name,
                                                                         value};
    return true;
}

static int read_options(Produce *produce, int argc, char **argv)
{
    static const struct option longs[] = {
        COMMON_LONG_OPTIONS,
        {"partitions", required_argument, NULL, OPTION_PARTITIONS},
        {0},
    };
    LineFeeder *feeder = &produce->feeder;
    int option, status;
    int64_t number;
    bool good = true;

    while (good && (option = next_option(argc, argv, "d:hK:p:c:H:Zq", longs)) != -1) {
        if (common_option(&produce->common, option, optarg, "produce",
                          &status)) {
            if (status >= 0) return status;
            continue;
        }
        switch (option) {
        case 'K':
            feeder->separator = unescape_text(produce->common.arena,
                                              str_from(optarg));
            break;
        case 'p':
            good = take_number(optarg, -1, "-p", &number);
            feeder->partition = (int32_t)number;
            break;
        case 'c':
            good = take_number(optarg, 0, "-c", &feeder->max_lines);
            break;
        case 'H': good = take_header(produce, optarg); break;
        case 'Z': feeder->empty_is_null = true; break;
        case 'q': produce->quiet = true; break;
        case OPTION_PARTITIONS:
            good = take_number(optarg, 1, "--partitions", &number);
            produce->partitions = (int)number;
            break;
        default: break;
        }
    }
    if (!good) return EXIT_USAGE;
    if (optind < argc) return -1;
    complain("produce needs a topic");
    fputs("Try 'millrace help produce'.\n", stderr);
    return EXIT_USAGE;
}

static bool feed_all(Produce *produce, char **files, int count)
{
    static char dash[] = "-";
    char *standard[] = {dash};
    LineFeeder *feeder = &produce->feeder;
    int64_t total = 0, max = feeder->max_lines;
    bool good = true;

    if (!count) {
        files = standard;
        count = 1;
    }
    for (int i = 0; i < count && good && !interrupted(); i++) {
        if (max >= 0) feeder->max_lines = max - total;
        good = lines_feed(feeder, files[i]);
        total += feeder->lines;
    }
    if (!produce->quiet)
        fprintf(stderr, "%lld records to '%s'\n", (long long)total,
                feeder->topic);
    return good;
}

int command_produce(int argc, char **argv)
{
    Produce produce = {.common.arena = arena_new("produce", 0),
                       .feeder = {.separator = STR_NULL,
                                  .partition = PARTITION_BY_KEY,
                                  .max_lines = -1,
                                  .stop = interrupted},
                       .partitions = 1};
    int status = read_options(&produce, argc, argv);
    mr_Engine *engine = NULL;

    if (status < 0) {
        engine = open_tool_engine(&produce.common);
        status = EXIT_USAGE;
    }
    if (engine) {
        LineFeeder *feeder = &produce.feeder;
        feeder->broker = mr_broker(engine);
        feeder->topic = argv[optind];
        feeder->properties = &produce.common.settings;
        if (produce.headers.count) {
            RecordHeaders *headers = arena_alloc(
                produce.common.arena,
                sizeof *headers +
                    sizeof(RecordHeader) * (size_t)produce.headers.count);
            headers->count = produce.headers.count;
            memcpy(headers->at, produce.headers.at,
                   sizeof(RecordHeader) * (size_t)headers->count);
            feeder->headers = headers;
        }
        bool good = make_topic(feeder->broker, str_from(feeder->topic),
                               produce.partitions) &&
                    feed_all(&produce, argv + optind + 1, argc - optind - 1);
        status = good ? EXIT_OK : EXIT_FAILED;
        mr_close(engine);
    }
    arena_free(produce.common.arena);
    return status;
}
