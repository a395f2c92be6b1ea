/* SPDX-License-Identifier: Apache-2.0
 *
 * The door to RocksDB, for state/ only: one database with named families
 * (RocksDB's column families), no write-ahead log. A Disk may be used from any
 * thread; a DiskBatch and a DiskCursor belong to one.
 *
 * All failures are ST_FATAL with a text in `arena` that names the directory. A
 * corruption met while running leaves a mark in the directory, so that the next
 * disk_open sets the database aside.
 */
#ifndef STATE_STORE_ROCKSDB_H
#define STATE_STORE_ROCKSDB_H

#include "base/status.h"
#include "base/str.h"
#include "state/store.h"

typedef struct Disk Disk;
typedef struct Family Family;
typedef struct DiskBatch DiskBatch;
typedef struct DiskCursor DiskCursor;

/* Opens or makes the database in `directory` (made with its parents). A
 * damaged one is renamed to "<directory>.damaged-<n>" and logged. The block
 * cache is one for the process; the first to open decides its size. */
STATUS disk_open(Arena *arena, Str directory, const StateOptions *options,
                 Disk **disk);
/* Writes what is in RocksDB's memory and closes. */
void disk_close(Disk *disk);
/* Removes a closed database. Fine if there is none. */
STATUS disk_destroy(Arena *arena, Str directory);
/* Makes the directory and its parents. */
STATUS disk_make_directory(Arena *arena, const char *directory);

/* ---- families ---- */

/* The family of that name, or NULL. It lives until dropped or closed. */
Family *disk_find(Disk *disk, Str name);
STATUS disk_create(Disk *disk, Arena *arena, Str name, Family **family);
/* Removes the family and its data at once. */
STATUS disk_drop(Disk *disk, Arena *arena, Family *family);
/* Calls `visit` for each family whose name starts with `prefix`. It must not
 * create or drop families. */
void disk_each(Disk *disk, Str prefix,
               void (*visit)(void *context, Family *family, Str name),
               void *context);
/* True if the family has no key. */
bool disk_is_empty(Disk *disk, Family *family);
/* RocksDB's guesses of keys and of bytes, its memory included. */
int64_t disk_key_estimate(Disk *disk, const Family *family);
int64_t disk_bytes_estimate(Disk *disk, const Family *family);

/* ---- reading ---- */

/* Looks up `count` keys; `visit` is called for each that is found, with its
 * place in `keys`. The value is valid during the call. */
STATUS disk_get_many(Disk *disk, Arena *arena, Family *family, const Str *keys,
                     int count, void (*visit)(void *context, int at, Str value),
                     void *context);

/* Reads keys in [from, to) in byte order; to.ptr NULL: to the end. `to` must
 * stay valid. The cursor stands on the first key. */
DiskCursor *disk_seek(Disk *disk, Family *family, Str from, Str to);
/* False at the end or after an error. */
bool disk_at_key(const DiskCursor *cursor, Str *key, Str *value);
void disk_next(DiskCursor *cursor);
/* Closes; the status tells whether the end was the end. */
STATUS disk_cursor_close(DiskCursor *cursor, Arena *arena);

/* ---- writing ---- */

/* Changes that become visible together. */
DiskBatch *disk_batch_new(void);
void disk_batch_free(DiskBatch *batch);
void disk_batch_put(DiskBatch *batch, Family *family, Str key, Str value);
void disk_batch_delete(DiskBatch *batch, Family *family, Str key);
size_t disk_batch_bytes(const DiskBatch *batch);
/* Writes to RocksDB's memory and empties the batch. From there on RocksDB may
 * make it durable at any time, one family before the other. */
STATUS disk_write(Disk *disk, Arena *arena, DiskBatch *batch);
/* Makes this family's data durable. */
STATUS disk_flush(Disk *disk, Arena *arena, Family *family);

/* Adds many changes at once as a file of its own, durably and several times
 * faster than batches. `next` gives them in ascending key order, each key once,
 * value.ptr NULL to delete; it returns false when there are no more. */
STATUS disk_ingest(Disk *disk, Arena *arena, Family *family,
                   bool (*next)(void *context, Str *key, Str *value),
                   void *context);

#endif
