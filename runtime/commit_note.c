/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes the metadata that goes with committed offsets. Whatever a
 * broker hands back may be another program's, so reading checks every length.
 */
#include "runtime/commit_note.h"

#include "base/number.h"

enum { NOTE_VERSION = 2 };

bool notes_set(Notes *notes, Str name, int64_t value)
{
    for (int i = 0; i < notes->count; i++) {
        if (!str_eq(notes->names[i], name)) continue;
        notes->values[i] = value;
        return true;
    }
    if (notes->count == NOTES_MAX) return false;
    notes->names[notes->count] = name;
    notes->values[notes->count++] = value;
    return true;
}

bool notes_get(const Notes *notes, Str name, int64_t *value)
{
    for (int i = 0; i < notes->count; i++) {
        if (!str_eq(notes->names[i], name)) continue;
        *value = notes->values[i];
        return true;
    }
    return false;
}

bool notes_raise(Notes *notes, Str name, int64_t value)
{
    int64_t now;
    return (notes_get(notes, name, &now) && now >= value) ||
           notes_set(notes, name, value);
}

static void put(Buf *buf, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_push(buf, (char)(value >> (8 * i)));
}

Str notes_write(Arena *arena, int64_t partition_time_ms, const Notes *notes)
{
    Buf raw = {0}, text = {0};
    buf_push(&raw, NOTE_VERSION);
    put(&raw, (uint64_t)partition_time_ms, 8);
    put(&raw, (uint64_t)notes->count, 4);
    for (int i = 0; i < notes->count; i++) {
        put(&raw, notes->names[i].len, 4);
        buf_append_str(&raw, notes->names[i]);
        put(&raw, (uint64_t)notes->values[i], 8);
    }
    base64_encode(&text, buf_str(&raw));
    Str out = str_copy(arena, buf_str(&text));
    buf_free(&raw);
    buf_free(&text);
    return out;
}

/* Takes `bytes` bytes as a number; false: there are not so many. */
static bool take(Str *from, int bytes, uint64_t *value)
{
    if (from->len < (size_t)bytes) return false;
    *value = 0;
    for (int i = 0; i < bytes; i++)
        *value = *value << 8 | (unsigned char)from->ptr[i];
    from->ptr += bytes;
    from->len -= (size_t)bytes;
    return true;
}

bool notes_read(Arena *arena, Str metadata, int64_t *partition_time_ms,
                Notes *notes)
{
    Str raw;
    uint64_t version, time, count = 0;
    if (!metadata.ptr || !base64_decode(arena, metadata, &raw)) return false;
    if (!take(&raw, 1, &version) || version != NOTE_VERSION) return false;
    if (!take(&raw, 8, &time)) return false;
    Notes read = {.count = 0};
    if (raw.len && !take(&raw, 4, &count)) return false;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t len, value;
        if (!take(&raw, 4, &len) || raw.len < len) return false;
        Str name = str_copy(arena, (Str){raw.ptr, (size_t)len});
        raw.ptr += len;
        raw.len -= (size_t)len;
        if (!take(&raw, 8, &value)) return false;
        if (!notes_set(&read, name, (int64_t)value)) return false;
    }
    *partition_time_ms = (int64_t)time;
    for (int i = 0; i < read.count; i++)
        notes_raise(notes, read.names[i], read.values[i]);
    return true;
}
