/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for changes of files: inotify on their folders, since editors put new
 * files in the place of old ones. Changes that come together count as one.
 */
#include "cli/test.h"

#include <dirent.h>
#include <errno.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { QUIET_MS = 60, NAME_BYTES = 256 };

struct TestWatch {
    Arena *arena;
    int fd;
    Map files; /* By last name: those that count, whatever they end with. */
    char changed[NAME_BYTES];
};

/* ---- what is watched ---- */

/* A folder may be watched already, or anew after it was removed: both are the
 * same call. */
static void add_folder(TestWatch *watch, const char *path)
{
    uint32_t events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                      IN_CREATE;
    if (inotify_add_watch(watch->fd, path, events) < 0)
        complain("cannot watch '%s': %s", path, strerror(errno));
}

static void add_folders(TestWatch *watch, Arena *arena, const char *path)
{
    struct dirent *entry;
    DIR *dir = opendir(path);

    if (!dir) return;
    add_folder(watch, path);
    while ((entry = readdir(dir))) {
        struct stat info;
        if (entry->d_name[0] == '.') continue;
        const char *name = str_printf(arena, "%s/%s", path, entry->d_name).ptr;
        if (!lstat(name, &info) && S_ISDIR(info.st_mode))
            add_folders(watch, arena, name);
    }
    closedir(dir);
}

static void add_file(TestWatch *watch, Arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    Str folder = !slash          ? STR(".")
                 : slash == path ? STR("/")
                                 : (Str){path, (size_t)(slash - path)};

    add_folder(watch, str_cstr(arena, folder));
    if (!map_get(&watch->files, str_from(name)))
        map_put(watch->arena, &watch->files,
                str_copy(watch->arena, str_from(name)), watch);
}

TestWatch *watch_open(void)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) {
        complain("cannot watch files: %s", strerror(errno));
        return NULL;
    }
    Arena *arena = arena_new("watch", 0);
    TestWatch *watch = ARENA_NEW(arena, TestWatch);
    watch->arena = arena;
    watch->fd = fd;
    return watch;
}

void watch_path(TestWatch *watch, const char *path)
{
    Arena *arena = arena_new("path", 0);
    struct stat info;
    if (!stat(path, &info) && S_ISDIR(info.st_mode))
        add_folders(watch, arena, path);
    else
        add_file(watch, arena, path);
    arena_free(arena);
}

void watch_scripts(TestWatch *watch, const Suite *suite)
{
    Arena *arena = arena_new("path", 0);
    const char *last = NULL;
    for (int i = 0; i < suite->tests.count; i++) {
        const Test *test = &suite->tests.at[i];
        for (int s = 0; test->sql && s < test->sql->steps.count; s++) {
            const char *file = test->sql->steps.at[s].file;
            if (file != last && file != test->file)
                add_file(watch, arena, file);
            last = file;
        }
    }
    arena_free(arena);
}

void watch_close(TestWatch *watch)
{
    if (!watch) return;
    close(watch->fd);
    arena_free(watch->arena);
}

/* ---- waiting ---- */

/* Reads what changed; true if something of it counts. */
static bool read_changes(TestWatch *watch)
{
    char events[8192]
        __attribute__((aligned(__alignof__(struct inotify_event))));
    bool counts = false;
    ssize_t n;

    while ((n = read(watch->fd, events, sizeof events)) > 0) {
        for (char *at = events; at < events + n;) {
            const struct inotify_event *event = (const void *)at;
            Str name = str_from(event->len ? event->name : "");
            bool file = str_ends_with(name, STR(".sql")) ||
                        map_get(&watch->files, name);
            /* A file that is made is not yet written. */
            bool made = (event->mask & IN_CREATE) && !(event->mask & IN_ISDIR);
            if (!made && (file || (event->mask & IN_ISDIR))) {
                counts = true;
                snprintf(watch->changed, sizeof watch->changed, "%.*s",
                         STR_ARG(name));
            }
            at += sizeof *event + event->len;
        }
    }
    return counts;
}

/* Keys come one by one and are not shown. False: it is no terminal. */
static bool open_keys(struct termios *before)
{
    struct termios keys;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, before)) return false;
    keys = *before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    return tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
}

static const char *wait_for_change(TestWatch *watch)
{
    int fds[] = {watch->fd, STDIN_FILENO};
    char key;

    for (;;) {
        int ready = wait_readable_any(fds, 2, -1);
        if (ready < 0) return NULL;
        if (ready == 0 && read_changes(watch)) break;
        if (ready == 0) continue;
        if (read(STDIN_FILENO, &key, 1) <= 0)
            fds[1] = -1; /* Without an input, only files and signals count. */
        else if (key == 'q' || key == 'Q')
            return NULL;
        else if (key == '\n' || key == '\r')
            return "";
    }
    /* Until all is quiet: editors write several files for one. */
    for (int ready = 0; ready == 0; read_changes(watch)) {
        ready = wait_readable_any(fds, 1, QUIET_MS);
        if (ready == WAIT_SIGNAL) return NULL;
    }
    return watch->changed;
}

const char *watch_wait(TestWatch *watch)
{
    struct termios before;
    bool keys = open_keys(&before);
    const char *changed = wait_for_change(watch);
    if (keys) tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return changed;
}
