/* SPDX-License-Identifier: Apache-2.0
 *
 * The version of the RocksDB library in use, which its C interface does not
 * tell. Declared in state/store.h.
 */
#include <rocksdb/version.h>

#include <string>

extern "C" const char *state_rocksdb_version(void);

extern "C" const char *state_rocksdb_version(void)
{
    static const std::string version =
        ROCKSDB_NAMESPACE::GetRocksVersionAsString(true);
    return version.c_str();
}
