/* SPDX-License-Identifier: Apache-2.0
 *
 * What is committed of a partition, and where its readers begin again.
 *
 * Mostly one input reads a partition, and its position is committed, with its
 * time and what its task's operators remember as a note. A topic that is both a
 * stream and a table here, or a stream under two names, is read by several
 * inputs, maybe of several tasks, which need not be equally far. Then the
 * offset is that of the last of them, and the note has the position and time of
 * each, as "#SUB.INPUT.offset" and "#SUB.INPUT.time"; who is ahead of the
 * offset leaves out what it has done (task_add).
 */
#include "runtime/query_int.h"

/* A partition, and what those who read it have to say. */
typedef struct ReadPart {
    int topic;
    int32_t partition;
    int64_t offset, time_ms;
    int readers;
    bool restored; /* One of them: the others have done nothing yet. */
    Notes notes;
} ReadPart;

static Str input_note(Arena *arena, const Task *task, const TaskInput *input,
                      const char *what)
{
    return str_printf(arena, "#%d.%d.%s", task->sub,
                      (int)(input - task->inputs), what);
}

/* ---- committing ---- */

typedef struct Reader {
    const Task *task;
    const TaskInput *input;
} Reader;

static Reader *readers_of(const Worker *worker, int *count)
{
    int most = 1;
    for (int t = 0; t < worker->task_count; t++)
        most += worker->tasks[t]->input_count;
    Reader *readers = ARENA_ARRAY(worker->turn, Reader, most);
    *count = 0;
    for (int t = 0; t < worker->task_count; t++) {
        const Task *task = worker->tasks[t];
        for (int i = 0; i < task->input_count; i++)
            if (task->inputs[i].owned && task->inputs[i].position >= 0)
                readers[(*count)++] = (Reader){task, &task->inputs[i]};
    }
    return readers;
}

static ReadPart *find_part(ReadPart *parts, int *count, const Reader *reader)
{
    int topic = reader->input->topic;
    int32_t partition = reader->task->partition;
    for (int i = 0; i < *count; i++)
        if (parts[i].topic == topic && parts[i].partition == partition)
            return &parts[i];
    ReadPart *part = &parts[(*count)++];
    *part = (ReadPart){
        .topic = topic, .partition = partition, .offset = INT64_MAX};
    return part;
}

static void add_reader(ReadPart *part, const Reader *reader)
{
    const Task *task = reader->task;
    const TaskInput *input = reader->input;
    if (!part->readers++) part->time_ms = input->time_ms;
    if (input->position < part->offset) part->offset = input->position;
    part->restored = part->restored || task->restored;
    for (int i = 0; i < task->notes.count; i++)
        notes_raise(&part->notes, task->notes.names[i], task->notes.values[i]);
}

/* Of one that is not the only reader. */
static void note_reader(Arena *arena, ReadPart *part, const Reader *reader)
{
    const TaskInput *input = reader->input;
    if (part->readers < 2) return;
    notes_set(&part->notes, input_note(arena, reader->task, input, "offset"),
              input->position);
    notes_set(&part->notes, input_note(arena, reader->task, input, "time"),
              input->time_ms);
}

static ReadPart *read_parts(Worker *worker, int *count)
{
    int reader_count;
    const Reader *readers = readers_of(worker, &reader_count);
    ReadPart *parts = ARENA_ARRAY(worker->turn, ReadPart, reader_count + 1);
    *count = 0;
    for (int i = 0; i < reader_count; i++)
        add_reader(find_part(parts, count, &readers[i]), &readers[i]);
    for (int i = 0; i < reader_count; i++)
        note_reader(worker->turn, find_part(parts, count, &readers[i]),
                    &readers[i]);
    return parts;
}

TopicPartition *worker_offsets(Worker *worker, int *out)
{
    int read_count, count = 0;
    const ReadPart *read = read_parts(worker, &read_count);
    TopicPartition *parts = ARENA_ARRAY(worker->turn, TopicPartition,
                                        read_count + 1);
    for (int i = 0; i < read_count; i++)
        if (read[i].restored)
            parts[count++] = (TopicPartition){
                .topic_index = read[i].topic,
                .partition = read[i].partition,
                .offset = read[i].offset,
                .metadata = notes_write(worker->turn, read[i].time_ms,
                                        &read[i].notes)};
    *out = count;
    return parts;
}

/* ---- beginning again ---- */

/* What a note says of this input, and to its task's operators. */
static void take_note(Arena *arena, Task *task, TaskInput *input, Str metadata)
{
    Notes all = {.count = 0};
    int64_t offset;
    if (!notes_read(task->plan, metadata, &input->time_ms, &all)) return;
    if (notes_get(&all, input_note(arena, task, input, "offset"), &offset) &&
        offset > input->position) {
        input->position = offset;
        if (input->committed >= 0) input->committed = offset;
    }
    notes_get(&all, input_note(arena, task, input, "time"), &input->time_ms);
    for (int i = 0; i < all.count; i++)
        if (!str_starts_with(all.names[i], STR("#")))
            notes_raise(&task->notes, all.names[i], all.values[i]);
    if (input->time_ms > task->stream_time_ms)
        task->stream_time_ms = input->time_ms;
}

void worker_begin_input(Worker *worker, Task *task, TaskInput *input,
                        const TopicPartition *part, bool committed)
{
    input->owned = true;
    input->caught_up = false;
    input->position = part->offset >= 0 ? part->offset : -1;
    input->committed = committed ? part->offset : -1;
    input->start = part->offset;
    take_note(worker->turn, task, input, part->metadata);
}
