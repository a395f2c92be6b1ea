/* SPDX-License-Identifier: Apache-2.0
 *
 * The embedded default broker: durable topics in a data directory. The broker
 * itself is kafka/embedded*.c; this opens the directory for it, and
 * broker_local_store.c keeps its records in RocksDB.
 *
 * One process owns a directory: broker.lock in it is locked by flock(2), which
 * the kernel gives back however the process ends, and holds the owner's pid for
 * the message to others.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "kafka/broker_local_int.h"

/* What the errno of an open or mkdir means to the user. */
static Status directory_error(Arena *arena, const char *path, int error)
{
    if (error == EACCES || error == EPERM || error == EROFS)
        return st_error(arena, ST_USER,
                        "no permission to write in the data directory '%s': "
                        "choose another one",
                        path);
    if (error == ENOSPC || error == EDQUOT)
        return st_error(arena, ST_FATAL,
                        "the disk of the data directory '%s' is full", path);
    return st_error(arena, ST_USER, "cannot use the data directory '%s': %s",
                    path, strerror(error));
}

/* Makes the directory and its parents. */
static Status make_directory(Arena *arena, const char *path)
{
    char *name = arena_copy(arena, path, strlen(path) + 1);
    for (char *at = name + 1;; at++) {
        if (*at && *at != '/') continue;
        char kept = *at;
        *at = '\0';
        if (mkdir(name, 0755) && errno != EEXIST)
            return directory_error(arena, path, errno);
        *at = kept;
        if (!kept) return st_ok();
    }
}

static Status take_lock(LocalStore *store, Arena *arena)
{
    char text[32] = "";
    Str path = str_printf(arena, "%s/broker.lock", store->directory);
    int fd = open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0) return directory_error(arena, store->directory, errno);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        int error = errno;
        ssize_t len = read(fd, text, sizeof text - 1);
        close(fd);
        if (error != EWOULDBLOCK)
            return directory_error(arena, store->directory, error);
        while (len > 0 && text[len - 1] < '0')
            len--;
        return st_error(arena, ST_USER,
                        "the data directory '%s' is in use by process %.*s: "
                        "end it or choose another directory",
                        store->directory, len > 0 ? (int)len : 1,
                        len > 0 ? text : "?");
    }
    store->lock_fd = fd;
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len)
        return directory_error(arena, store->directory, errno);
    return st_ok();
}

/* StorageType.close: stops the cleaner, closes the database, gives the
 * directory back. */
void local_store_close(Storage *storage)
{
    LocalStore *store = (LocalStore *)storage;
    if (store->cleaner_runs) {
        atomic_store(&store->closing, true);
        sem_post(&store->clean_wake);
        pthread_join(store->cleaner, NULL);
    }
    local_store_close_db(store);
    if (store->lock_fd >= 0) close(store->lock_fd);
    sem_destroy(&store->clean_wake);
    pthread_mutex_destroy(&store->clean_lock);
    pthread_mutex_destroy(&store->write_lock);
    mem_free(store->failure);
    mem_free(store->directory);
    mem_free(store);
}

static const BrokerType local_type = {.name = "local", EMBEDDED_CALLS};

Status broker_local_open(Arena *arena, Str directory,
                         const BrokerLocalOptions *options, Broker **out)
{
    EmbeddedBroker *broker = mem_zalloc(sizeof *broker);
    LocalStore *store = mem_zalloc(sizeof *store);

    store->base.type = &local_storage;
    store->broker = broker;
    store->lock_fd = -1;
    store->directory = mem_zalloc(directory.len + 1);
    memcpy(store->directory, directory.ptr, directory.len);
    pthread_mutex_init(&store->clean_lock, NULL);
    pthread_mutex_init(&store->write_lock, NULL);
    sem_init(&store->clean_wake, 0, 0);
    embedded_open(broker, &local_type, options->clock, &store->base);

    Status st = directory.len
                    ? make_directory(arena, store->directory)
                    : st_error(arena, ST_USER, "no data directory is given");
    if (!st.kind) st = take_lock(store, arena);
    if (!st.kind) st = local_store_open(store, arena, options->fsync);
    if (!st.kind &&
        pthread_create(&store->cleaner, NULL, local_cleaner, store) == 0)
        store->cleaner_runs = true;
    *out = st.kind ? NULL : &broker->base;
    if (st.kind) embedded_close(&broker->base);
    return st;
}
