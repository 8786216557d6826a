/* log_file.c -- SQLite's write-ahead log, gathered in memory until it is synced.
 *
 * SQLite writes each page of a commit, and its header, by a call of its own; a batch of transfers
 * changes hundreds of pages. Here what follows on what was written last is kept and goes to the
 * system in one piece. Only the writer's connection opens its log so, through a file system of
 * SQLite's that hands everything else on to the real one.
 *
 * Invariants
 * 1. After xSync answered OK everything written before is in the file, and on disk: COMMIT syncs
 * before it shows its pages to anybody (synchronous=FULL).
 * 2. Whatever else is asked of the file first has what waits written: nobody finds less than SQLite
 * wrote.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/sqlite_private.h"

#define GATHERED_MAX 0x1ffff /* SQLite's own file writes at most so much at a time */

static sqlite3_vfs *real;

/* The real file lies behind ours. */
struct log_file {
    sqlite3_file base;
    char *gathered;
    int n;
    sqlite3_int64 at; /* of the first gathered byte in the file */
};

static struct log_file *log_of(sqlite3_file *f) { return (struct log_file *)f; }
static sqlite3_file *real_of(sqlite3_file *f) { return (sqlite3_file *)(log_of(f) + 1); }

static int write_gathered(struct log_file *log)
{
    sqlite3_file *f = real_of(&log->base);
    int n = log->n;
    log->n = 0;
    return n ? f->pMethods->xWrite(f, log->gathered, n, log->at) : SQLITE_OK;
}

static int log_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 to)
{
    struct log_file *log = log_of(f);
    if (log->n && (to != log->at + log->n || log->n + n > GATHERED_MAX)) {
        int code = write_gathered(log);
        if (code != SQLITE_OK) return code;
    }
    if (n > GATHERED_MAX) return real_of(f)->pMethods->xWrite(real_of(f), from, n, to);
    if (!log->n) log->at = to;
    memcpy(log->gathered + log->n, from, (size_t)n);
    log->n += n;
    return SQLITE_OK;
}

/* Everything else: what waits is written, then the real file is asked. */
#define THEN(f, method, ...)                                            \
    do {                                                                \
        int code = write_gathered(log_of(f));                           \
        if (code != SQLITE_OK) return code;                             \
        return real_of(f)->pMethods->method(real_of(f), ##__VA_ARGS__); \
    } while (0)
static int log_sync(sqlite3_file *f, int flags) { THEN(f, xSync, flags); }
static int log_size(sqlite3_file *f, sqlite3_int64 *size) { THEN(f, xFileSize, size); }
static int log_truncate(sqlite3_file *f, sqlite3_int64 size) { THEN(f, xTruncate, size); }
static int log_lock(sqlite3_file *f, int level) { THEN(f, xLock, level); }
static int log_unlock(sqlite3_file *f, int level) { THEN(f, xUnlock, level); }
static int log_reserved(sqlite3_file *f, int *out) { THEN(f, xCheckReservedLock, out); }
static int log_control(sqlite3_file *f, int op, void *arg) { THEN(f, xFileControl, op, arg); }
static int log_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int log_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}
static int log_read(sqlite3_file *f, void *at, int n, sqlite3_int64 from)
{
    THEN(f, xRead, at, n, from);
}

static int log_close(sqlite3_file *f)
{
    int written = write_gathered(log_of(f));
    int closed = real_of(f)->pMethods->xClose(real_of(f));
    free(log_of(f)->gathered);
    return written == SQLITE_OK ? closed : written;
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    if (!(flags & SQLITE_OPEN_WAL)) return real->xOpen(real, name, f, flags, out);
    struct log_file *log = log_of(f);
    *log = (struct log_file){ 0 };
    int code = real->xOpen(real, name, real_of(f), flags, out);
    if (code != SQLITE_OK) return code;
    log->gathered = malloc(GATHERED_MAX);
    assert(log->gathered);
    log->base.pMethods = &log_methods;
    return SQLITE_OK;
}

static sqlite3_vfs gathering;

static void register_once(void)
{
    real = sqlite3_vfs_find(NULL);
    gathering = *real;
    gathering.pNext = NULL;
    gathering.zName = "koi";
    gathering.szOsFile += (int)sizeof(struct log_file);
    gathering.xOpen = open_file;
    int code = sqlite3_vfs_register(&gathering, 0);
    assert(code == SQLITE_OK);
}

const char *sqlite_gathering(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_once);
    return gathering.zName;
}
