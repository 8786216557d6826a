/* store.c -- opening and closing a store, and the pool of reading connections. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/room.h"
#include "store/store_private.h"

#define READER_WAIT_S 30

/* -- opening ---------------------------------------------------------------------------------- */

static enum err make_folder(struct ctx *c, const char *folder)
{
    char *path = str_z(c->arena, str_of(folder));
    for (char *at = path + 1;; at++) {
        if (*at != '/' && *at != 0) continue;
        char end = *at;
        *at = 0;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fail(c, errno == ENOSPC ? E_FULL : E_STORE, "无法建立数据目录 %s：%s",
                        "the data folder %s cannot be made: %s", path, strerror(errno));
        *at = end;
        if (!end) return OK;
    }
}

/* The file is made before SQLite opens it, so that it and its log belong to its owner alone. */
static enum err make_file(struct ctx *c, const char *folder, const char *file)
{
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(c, errno == ENOSPC ? E_FULL : E_STORE, "无法打开数据文件 %s：%s",
                    "the data file %s cannot be opened: %s", file, strerror(errno));
    close(fd);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        if (fsync(dir) != 0) LOG(WARN, "store.folder_sync_failed", KV("errno", (i64)errno));
        close(dir);
    }
    return OK;
}

static enum err place(struct ctx *c, struct store *s, str where)
{
    if (str_starts(where, S("postgresql://")) || str_starts(where, S("postgres://"))) {
        s->driver = &driver_pg;
        s->where = str_z(s->arena, where);
        return OK;
    }
    if (!where.n) return fail(c, E_STORE, "没有指定数据目录", "no data folder was named");
    s->driver = &driver_sqlite;
    const char *folder = str_z(s->arena, where);
    s->where = str_z(s->arena, str_fmt(s->arena, "%s/koi.db", folder));
    if (!s->options.read_only && !s->options.existing) {
        TRY(make_folder(c, folder));
        return make_file(c, folder, s->where);
    }
    struct stat file;
    if (stat(s->where, &file) != 0 || file.st_size == 0) /* an empty file is made before its shop */
        return fail(c, E_STORE, "%s 里没有 Koi 的数据，请检查 --data 写的目录",
                    "there is no data of Koi in %s: look at the folder --data names", folder);
    return OK;
}

static void list_rooms(struct store *s, const struct room *const *rooms)
{
    i64 n = 0;
    while (rooms && rooms[n]) n++;
    const struct room **all = NEWS(s->arena, const struct room *, n + 2);
    i64 at = 0;
    all[at++] = &store_room;
    for (i64 i = 0; i < n; i++)
        if (rooms[i] != &store_room) all[at++] = rooms[i];
    s->rooms = all;
}

static struct store *store_new(struct store_options o)
{
    struct arena *a = arena_new();
    struct store *s = NEW(a, struct store);
    s->arena = a;
    s->options = o;
    if (s->options.readers <= 0) s->options.readers = 8;
    if (s->options.readers > POOL_MAX) s->options.readers = POOL_MAX;
    if (s->options.pg_writers <= 0) s->options.pg_writers = 2;
    if (s->options.pg_writers > WRITERS_MAX) s->options.pg_writers = WRITERS_MAX;
    if (s->options.batch_jobs_max <= 0) s->options.batch_jobs_max = 512;
    s->last = &s->first;
    pthread_mutex_init(&s->pool_lock, NULL);
    pthread_mutex_init(&s->queue_lock, NULL);
    pthread_cond_init(&s->queue_filled, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->pool_free, &attr);
    pthread_condattr_destroy(&attr);
    return s;
}

static enum err check_read_only(struct ctx *c, struct store *s)
{
    struct ctx mine = *c;
    mine.db = NULL;
    enum err e = store_reader(s, &mine);
    if (e == OK) e = migrate_check(&mine, s);
    if (mine.db) store_release(&mine);
    if (e != OK) c->why = mine.why;
    return e;
}

enum err store_open(struct ctx *c, struct store_options o, const struct room *const *rooms,
                    struct store **out)
{
    queries_number();
    struct store *s = store_new(o);
    list_rooms(s, rooms);
    enum err e = place(c, s, o.where);
    if (e == OK && o.read_only) e = check_read_only(c, s);
    if (e == OK && !o.read_only) e = writers_start(c, s);
    if (e == OK && s->driver->start) e = s->driver->start(c, s);
    if (e != OK) {
        store_close(s);
        return e;
    }
    *out = s;
    return OK;
}

void store_close(struct store *s)
{
    writers_stop(s);
    if (s->driver && s->driver->stop) s->driver->stop(s);
    pthread_mutex_lock(&s->pool_lock);
    for (struct db *db = s->idle, *next; db; db = next) {
        next = db->next;
        db->driver->close(db);
        s->open_readers--;
    }
    if (s->open_readers) LOG(ERROR, "store.readers_left", KV("readers", (i64)s->open_readers));
    assert(s->open_readers == 0); /* every reader is released before its store is closed */
    pthread_mutex_unlock(&s->pool_lock);
    writers_close(s); /* last: the last connection tidies the log away */
    pthread_mutex_destroy(&s->pool_lock);
    pthread_mutex_destroy(&s->queue_lock);
    pthread_cond_destroy(&s->pool_free);
    pthread_cond_destroy(&s->queue_filled);
    arena_free(s->arena);
}

bool store_is_pg(const struct store *s) { return s->driver == &driver_pg; }

struct store_stats store_stats(struct store *s)
{
    pthread_mutex_lock(&s->queue_lock);
    struct store_stats stats = s->stats;
    stats.waiting = s->waiting;
    pthread_mutex_unlock(&s->queue_lock);
    return stats;
}

enum err tool_open(struct ctx *c, struct store *s, struct db **out)
{
    return s->driver->open(c, s, ROLE_TOOL, out);
}

/* -- readers ---------------------------------------------------------------------------------- */

/* Ties a connection to the arena that ends it. */
struct lease {
    struct db *db; /* NULL: given back */
};

static void give_back(struct store *s, struct db *db, bool broken)
{
    pthread_mutex_lock(&s->pool_lock);
    if (broken) {
        s->open_readers--;
    } else {
        db->next = s->idle;
        s->idle = db;
    }
    pthread_cond_signal(&s->pool_free);
    pthread_mutex_unlock(&s->pool_lock);
}

static void end_lease(void *arg)
{
    struct lease *lease = arg;
    struct db *db = lease->db;
    if (!db) return;
    lease->db = NULL;
    db->lease = NULL;
    struct store *s = db->store;
    bool broken = db->lost;
    if (db->snapshot && !broken) {
        struct ctx words = { .locale = EN };
        broken = db->driver->say(&words, db, SAY_ROLLBACK) != OK;
    }
    db->snapshot = false;
    if (broken) db->driver->close(db);
    give_back(s, db, broken);
}

/* Answers an idle connection, or NULL with the right to open one; *timed_out when there was
 * neither. */
static struct db *take_idle(struct store *s, int wait_s, bool *timed_out)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_s;
    pthread_mutex_lock(&s->pool_lock);
    int waited = wait_s ? 0 : ETIMEDOUT;
    while (!s->idle && s->open_readers >= s->options.readers && waited == 0)
        waited = pthread_cond_timedwait(&s->pool_free, &s->pool_lock, &until);
    struct db *db = s->idle;
    if (db) s->idle = db->next;
    else if (s->open_readers < s->options.readers) s->open_readers++;
    else *timed_out = true;
    pthread_mutex_unlock(&s->pool_lock);
    return db;
}

/* db: taken from the idle ones, or NULL with the right to open one. */
static enum err lend(struct store *s, struct ctx *c, struct db *db)
{
    if (!db) {
        enum err e = s->driver->open(c, s, ROLE_READER, &db);
        if (e != OK) {
            give_back(s, NULL, true);
            return e;
        }
    }
    struct lease *lease = NEW(c->arena, struct lease);
    lease->db = db;
    db->lease = lease;
    c->db = db;
    c->store = s;
    arena_defer(c->arena, end_lease, lease);
    return OK;
}

enum err store_reader(struct store *s, struct ctx *c)
{
    if (c->db) return OK;
    bool timed_out = false;
    struct db *db = take_idle(s, READER_WAIT_S, &timed_out);
    if (timed_out)
        return fail(c, E_BUSY, "读取的请求太多，请稍后再试",
                    "too many requests are reading, try again shortly");
    return lend(s, c, db);
}

enum err store_reader_spare(struct store *s, struct ctx *c, bool *given)
{
    bool none = false;
    *given = true;
    if (c->db) return OK;
    struct db *db = take_idle(s, 0, &none);
    *given = !none;
    return none ? OK : lend(s, c, db);
}

void store_release(struct ctx *c)
{
    if (!c->db || c->db->role != ROLE_READER) return;
    end_lease(c->db->lease);
    c->db = NULL;
}

void store_readers_add(struct store *s, int n)
{
    pthread_mutex_lock(&s->pool_lock);
    s->options.readers += n;
    pthread_cond_broadcast(&s->pool_free);
    pthread_mutex_unlock(&s->pool_lock);
}

enum err store_snapshot(struct ctx *c)
{
    struct db *db = c->db;
    assert(db);
    if (db->role == ROLE_WRITER || db->snapshot) return OK; /* inside a change nothing else moves */
    TRY(db->driver->say(c, db, SAY_SNAPSHOT));
    db->snapshot = true;
    return OK;
}

enum err store_snapshot_both(struct ctx *a, struct ctx *b, bool *same)
{
    assert(a->db && b->db && a->db != b->db && a->db->store == b->db->store);
    assert(a->db->role == ROLE_READER && b->db->role == ROLE_READER);
    assert(!b->db->snapshot);
    *same = false;
    if (a->db->snapshot) return OK;
    TRY(a->db->driver->say_both(a, a->db, b->db, same));
    a->db->snapshot = true;
    b->db->snapshot = *same;
    return OK;
}
