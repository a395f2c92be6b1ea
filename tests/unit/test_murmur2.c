/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys land where Java's default partitioner puts them.
 */
#include "kafka/broker.h"
#include "tests/unit/check.h"

int main(void)
{
    static const struct {
        Str key;
        int32_t hash; /* As Java prints it. */
    } known[] = {
        {STR_INIT("21"), -973932308},
        {STR_INIT("foobar"), -790332482},
        {STR_INIT("abc"), 479470107},
        {STR_INIT("a-little-bit-long-string"), -985981536},
        {STR_INIT("a-little-bit-longer-string"), -1486304829},
        {STR_INIT("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"),
         -58897971},
        {STR_INIT(""), 275646681},
        {STR_INIT("\0\0\0\1"), -173113808},
        {STR_INIT("\0\0\0\0\0\0\0\1"), 2100486060},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        Str key = known[i].key;
        CHECK((int32_t)murmur2(key.ptr, key.len) == known[i].hash);
        for (int n = 1; n < 40; n += 13)
            CHECK(broker_partition(key, n) == (known[i].hash & 0x7fffffff) % n);
    }
    return check_done();
}
