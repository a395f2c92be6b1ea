/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads chunks of 256 KiB, cuts them at newlines and sends what is whole in
 * batches; a line longer than the chunk makes it grow, up to 64 MiB. When a
 * pipe is dry for the moment, what was sent is flushed, so that it is seen at
 * once.
 */
#include "cli/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/cli.h"

enum {
    CHUNK_BYTES = 256 << 10,
    LINE_BYTES_MAX = 64 << 20,
    SEND_RECORDS_MAX = 1024,
};

typedef struct Feeding {
    LineFeeder *feeder;
    Producer *producer;
    Arena *arena;
    Record *records;
    int count;
    int64_t sent;
} Feeding;

static Status send_records(Feeding *f)
{
    Status st = st_ok();
    if (f->count)
        st = producer_send(f->producer, f->arena, f->feeder->topic,
                           f->feeder->partition, f->records, f->count);
    if (!st.kind) f->sent += f->count;
    f->count = 0;
    return st;
}

static bool is_full(const Feeding *f)
{
    int64_t max = f->feeder->max_lines;
    return max >= 0 && f->sent + f->count >= max;
}

/* One line without its newline. */
static Status take_line(Feeding *f, Str line)
{
    LineFeeder *feeder = f->feeder;
    Record record = {
        .value = line, .timestamp_ms = -1, .headers = feeder->headers};

    if (line.len && line.ptr[line.len - 1] == '\r') record.value.len--;
    if (feeder->separator.ptr) {
        size_t at = str_find(record.value, feeder->separator, 0);
        if (at != SIZE_MAX) {
            record.key = (Str){line.ptr, at};
            record.value.ptr += at + feeder->separator.len;
            record.value.len -= at + feeder->separator.len;
        }
    }
    if (feeder->empty_is_null && !record.value.len) record.value = STR_NULL;
    f->records[f->count++] = record;
    return f->count == SEND_RECORDS_MAX ? send_records(f) : st_ok();
}

/* All whole lines of the chunk; *used says how far. */
static Status take_lines(Feeding *f, Str chunk, size_t *used)
{
    Status st = st_ok();
    size_t at = 0;

    while (!st.kind && !is_full(f)) {
        const char *end = memchr(chunk.ptr + at, '\n', chunk.len - at);
        if (!end) break;
        st = take_line(f,
                       (Str){chunk.ptr + at, (size_t)(end - chunk.ptr) - at});
        at = (size_t)(end - chunk.ptr) + 1;
    }
    if (!st.kind) st = send_records(f);
    *used = at;
    return st;
}

/* Waits for the acknowledgements, as long as it takes. */
static Status flush(Feeding *f)
{
    Status st;
    do {
        arena_reset(f->arena);
        st = producer_flush(f->producer, f->arena, 1000);
    } while (st.kind == ST_RETRY && !interrupted());
    return st;
}

/* Waits until there is something to read, or the end. If there is not at once,
 * what has been read so far goes out. False: asked to stop. */
static bool wait_for_input(Feeding *f, int fd, Status *st)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    bool stop = f->feeder->stop && f->feeder->stop();

    if (stop || poll(&waiting, 1, 0) != 0) return !stop;
    *st = flush(f);
    while (!st->kind && !stop && poll(&waiting, 1, 50) == 0)
        stop = f->feeder->stop && f->feeder->stop();
    return !st->kind && !stop;
}

static Status feed_file(Feeding *f, int fd, const char *path)
{
    Buf chunk = {.max = LINE_BYTES_MAX};
    Status st = st_ok();
    ssize_t n = 1;

    while (n > 0 && !st.kind && !is_full(f) && wait_for_input(f, fd, &st)) {
        size_t used;
        if (chunk.len + CHUNK_BYTES > LINE_BYTES_MAX) {
            st = st_error(f->arena, ST_USER,
                          "a line of '%s' is longer than %d MiB", path,
                          LINE_BYTES_MAX >> 20);
            break;
        }
        arena_reset(f->arena);
        buf_reserve(&chunk, CHUNK_BYTES);
        n = read(fd, chunk.ptr + chunk.len, CHUNK_BYTES);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        if (n < 0) {
            st = st_error(f->arena, ST_USER, "cannot read '%s': %s", path,
                          strerror(errno));
            break;
        }
        chunk.len += (size_t)n;
        st = take_lines(f, buf_str(&chunk), &used);
        memmove(chunk.ptr, chunk.ptr + used, chunk.len - used);
        chunk.len -= used;
    }
    if (!st.kind && chunk.len && n == 0 && !is_full(f)) {
        st = take_line(f, buf_str(&chunk));
        if (!st.kind) st = send_records(f);
    }
    buf_free(&chunk);
    return st;
}

bool lines_feed(LineFeeder *feeder, const char *path)
{
    Feeding f = {.feeder = feeder, .arena = arena_new("lines", 0)};
    ProducerOptions options = {.transactional_id = STR_NULL,
                               .properties = feeder->properties};
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    Status st = st_ok();

    feeder->lines = 0;
    if (fd < 0)
        st = st_error(f.arena, ST_USER, "cannot read '%s': %s", path,
                      strerror(errno));
    if (!st.kind)
        st = producer_open(feeder->broker, f.arena, &options, &f.producer);
    if (!st.kind) {
        f.records = mem_alloc(sizeof(Record) * SEND_RECORDS_MAX);
        st = feed_file(&f, fd, path);
        Status flushed = flush(&f);
        if (!st.kind) st = flushed;
        producer_close(f.producer);
        mem_free(f.records);
    }
    if (!st.kind) feeder->lines = f.sent;
    if (st.kind) complain("topic '%s': %s", feeder->topic, st.text);
    if (!standard && fd >= 0) close(fd);
    arena_free(f.arena);
    return !st.kind;
}
