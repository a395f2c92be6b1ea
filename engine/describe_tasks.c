/* SPDX-License-Identifier: Apache-2.0
 *
 * What EXPLAIN of a running query tells about this process: under which
 * address it is known, and how far each of its tasks has come.
 */
#include "engine/engine_int.h"

#include <unistd.h>

/* host:port of a listener, the first of a list; an address that stands for all
 * of the machine is told as its name. */
static Str host_of(Arena *arena, Str listeners)
{
    char name[256] = "localhost";
    size_t end = str_find(listeners, STR(","), 0);
    Str host = {listeners.ptr, end == SIZE_MAX ? listeners.len : end};
    size_t scheme = str_find(host, STR("://"), 0);
    if (scheme != SIZE_MAX)
        host = (Str){host.ptr + scheme + 3, host.len - scheme - 3};
    while (str_ends_with(host, STR("/")))
        host.len--;
    size_t any = str_starts_with(host, STR("0.0.0.0:")) ? strlen("0.0.0.0")
                 : str_starts_with(host, STR("[::]:"))  ? strlen("[::]")
                                                        : 0;
    if (!any) return host;
    if (gethostname(name, sizeof name - 1)) name[0] = 0;
    return str_printf(arena, "%s%.*s", name, (int)(host.len - any),
                      host.ptr + any);
}

Json *describe_hosts(Exec *x, const char *state)
{
    Json *hosts = json_new_object(x->stmt);
    if (!state) return hosts;
    Str listener = engine_setting(x->engine, NULL,
                                  STR("ksql.advertised.listener"));
    if (!listener.len)
        listener = engine_setting(x->engine, NULL, STR("listeners"));
    json_set(hosts, str_cstr(x->stmt, host_of(x->stmt, listener)),
             json_new_string(x->stmt, str_from(state)));
    return hosts;
}

static void add_offsets(Exec *x, Json *list, const QueryTaskInput *input)
{
    Json *one = json_push(list, json_new_object(x->stmt));
    Json *part = json_set(one, "topicPartitionEntity",
                          json_new_object(x->stmt));
    json_set(part, "topic", json_new_string(x->stmt, str_from(input->topic)));
    json_set(part, "partition", json_new_int(x->stmt, input->partition));
    json_set(one, "endOffset", json_new_int(x->stmt, input->end));
    json_set(one, "committedOffset", json_new_int(x->stmt, input->committed));
}

Json *describe_tasks(Exec *x, const EngineQuery *query)
{
    Json *list = json_new_array(x->stmt), *offsets = NULL;
    QueryTaskInput *inputs;
    int count = query && query->query
                    ? query_tasks(query->query, x->stmt, &inputs)
                    : 0;
    for (int i = 0; i < count; i++) {
        if (i == 0 || !str_eq(inputs[i].task, inputs[i - 1].task)) {
            Json *task = json_push(list, json_new_object(x->stmt));
            json_set(task, "taskId", json_new_string(x->stmt, inputs[i].task));
            offsets = json_set(task, "topicOffsets", json_new_array(x->stmt));
            json_set(task, "timeCurrentIdlingStarted", json_new_null(x->stmt));
        }
        add_offsets(x, offsets, &inputs[i]);
    }
    return list;
}
