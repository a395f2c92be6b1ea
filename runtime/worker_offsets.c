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

static void merge_notes(Notes *into, const Notes *from)
{
    for (int i = 0; i < from->count; i++) {
        int64_t now;
        if (!notes_get(into, from->names[i], &now) || now < from->values[i])
            notes_set(into, from->names[i], from->values[i]);
    }
}

/* ---- committing ---- */

static ReadPart *find_part(ReadPart *parts, int *count, int topic,
                           int32_t partition)
{
    for (int i = 0; i < *count; i++)
        if (parts[i].topic == topic && parts[i].partition == partition)
            return &parts[i];
    ReadPart *part = &parts[(*count)++];
    *part = (ReadPart){
        .topic = topic, .partition = partition, .offset = INT64_MAX};
    return part;
}

static bool is_read(const TaskInput *input)
{
    return input->owned && input->position >= 0;
}

static void add_reader(ReadPart *part, const Task *task, const TaskInput *input)
{
    if (!part->readers++) part->time_ms = input->time_ms;
    if (input->position < part->offset) part->offset = input->position;
    part->restored = part->restored || task->restored;
    merge_notes(&part->notes, &task->notes);
}

/* Of one that is not the only reader. */
static void note_reader(Arena *arena, ReadPart *part, const Task *task,
                        const TaskInput *input)
{
    if (part->readers < 2) return;
    notes_set(&part->notes, input_note(arena, task, input, "offset"),
              input->position);
    notes_set(&part->notes, input_note(arena, task, input, "time"),
              input->time_ms);
}

static ReadPart *read_parts(Worker *worker, int *count)
{
    int most = 1;
    for (int t = 0; t < worker->task_count; t++)
        most += worker->tasks[t]->input_count;
    ReadPart *parts = ARENA_ARRAY(worker->turn, ReadPart, most);
    *count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int t = 0; t < worker->task_count; t++) {
            const Task *task = worker->tasks[t];
            for (int i = 0; i < task->input_count; i++) {
                const TaskInput *input = &task->inputs[i];
                if (!is_read(input)) continue;
                ReadPart *part = find_part(parts, count, input->topic,
                                           task->partition);
                if (!pass)
                    add_reader(part, task, input);
                else
                    note_reader(worker->turn, part, task, input);
            }
        }
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
    Notes all = {.count = 0}, rest = {.count = 0};
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
            notes_set(&rest, all.names[i], all.values[i]);
    merge_notes(&task->notes, &rest);
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
