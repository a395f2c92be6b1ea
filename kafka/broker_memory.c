/* SPDX-License-Identifier: Apache-2.0
 *
 * Topics in memory, for tests and dry runs: the embedded broker without
 * storage. What is sent can be read when the call returns, everything is kept
 * until the broker closes, and time is the clock that was handed in.
 */
#include "base/alloc.h"
#include "kafka/embedded.h"

static const BrokerType memory_type = {.name = "memory", EMBEDDED_CALLS};

Broker *broker_memory_open(const Clock *clock)
{
    EmbeddedBroker *broker = mem_zalloc(sizeof *broker);
    embedded_open(broker, &memory_type, clock, NULL);
    return &broker->base;
}
