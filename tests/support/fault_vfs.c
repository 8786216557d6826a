/* fault_vfs.c -- a file system for SQLite that fails on demand; everything else goes to the real
 * one. */
#include "support/fault_vfs.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

static struct {
    pthread_mutex_t lock;
    enum fault fault;
    int skip, times, hits;
} armed = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool strikes(enum fault fault)
{
    pthread_mutex_lock(&armed.lock);
    bool now = armed.fault == fault && armed.times != 0 && armed.skip-- <= 0;
    if (now) {
        armed.hits++;
        if (armed.times > 0) armed.times--;
    }
    pthread_mutex_unlock(&armed.lock);
    return now;
}

void fault_arm(enum fault fault, int skip, int times)
{
    pthread_mutex_lock(&armed.lock);
    armed.fault = fault;
    armed.skip = skip;
    armed.times = times;
    armed.hits = 0;
    pthread_mutex_unlock(&armed.lock);
}

void fault_disarm(void)
{
    pthread_mutex_lock(&armed.lock);
    armed.fault = FAULT_NONE;
    pthread_mutex_unlock(&armed.lock);
}

int fault_hits(void)
{
    pthread_mutex_lock(&armed.lock);
    int hits = armed.hits;
    pthread_mutex_unlock(&armed.lock);
    return hits;
}

/* The real file lies behind ours. */
struct file {
    sqlite3_file base;
    bool log; /* the write-ahead log: what a commit syncs */
};
#define REAL(f)              ((sqlite3_file *)((struct file *)(f) + 1))
#define CALL(f, method, ...) REAL(f)->pMethods->method(REAL(f), ##__VA_ARGS__)

static int file_close(sqlite3_file *f) { return CALL(f, xClose); }
static int file_read(sqlite3_file *f, void *at, int n, sqlite3_int64 from)
{
    return CALL(f, xRead, at, n, from);
}
static int file_write(sqlite3_file *f, const void *at, int n, sqlite3_int64 to)
{
    if (strikes(FAULT_FULL)) return SQLITE_FULL;
    return CALL(f, xWrite, at, n, to);
}
static int file_truncate(sqlite3_file *f, sqlite3_int64 size) { return CALL(f, xTruncate, size); }
static int file_sync(sqlite3_file *f, int flags)
{
    if (((struct file *)f)->log && strikes(FAULT_SYNC)) return SQLITE_IOERR_FSYNC;
    return CALL(f, xSync, flags);
}
static int file_size(sqlite3_file *f, sqlite3_int64 *size) { return CALL(f, xFileSize, size); }
static int file_lock(sqlite3_file *f, int level) { return CALL(f, xLock, level); }
static int file_unlock(sqlite3_file *f, int level) { return CALL(f, xUnlock, level); }
static int file_reserved(sqlite3_file *f, int *out) { return CALL(f, xCheckReservedLock, out); }
static int file_control(sqlite3_file *f, int op, void *arg)
{
    return CALL(f, xFileControl, op, arg);
}
static int file_sector(sqlite3_file *f) { return CALL(f, xSectorSize); }
static int file_traits(sqlite3_file *f) { return CALL(f, xDeviceCharacteristics); }
static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return CALL(f, xShmMap, page, size, extend, out);
}
static int file_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return CALL(f, xShmLock, at, n, flags);
}
static void file_shm_barrier(sqlite3_file *f) { CALL(f, xShmBarrier); }
static int file_shm_unmap(sqlite3_file *f, int remove) { return CALL(f, xShmUnmap, remove); }

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static sqlite3_vfs *real;

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct file *file = (struct file *)f;
    memset(file, 0, sizeof *file);
    file->log = (flags & SQLITE_OPEN_WAL) != 0;
    int code = real->xOpen(real, name, REAL(f), flags, out);
    if (REAL(f)->pMethods) f->pMethods = &methods;
    return code;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sqlite3_vfs shim;

static void install(void)
{
    real = sqlite3_vfs_find(NULL);
    assert(real);
    shim = *real; /* all but opening is the real one's, which ignores which vfs it is called with */
    shim.pNext = NULL;
    shim.zName = "fault";
    shim.szOsFile = (int)sizeof(struct file) + real->szOsFile;
    shim.xOpen = vfs_open;
    int code = sqlite3_vfs_register(&shim, 1);
    assert(code == SQLITE_OK);
}

void fault_install(void) { pthread_once(&once, install); }
