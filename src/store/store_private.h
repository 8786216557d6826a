/* store_private.h -- inside the store: connections, the driver seam, the writer's queue. No other
 * room includes it. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "store/store.h"

/* -- rows ------------------------------------------------------------------------------------- */

/* One value of a result row, before it becomes a field. Text may point into the engine's memory. */
struct cell {
    enum { CELL_NULL, CELL_I64, CELL_F64, CELL_TEXT } kind;
    i64 i;
    f64 f;
    str s;
};

/* Where the rows of a statement go. */
struct rows {
    void *(*place)(struct rows *r);                            /* memory for the next row */
    enum err (*got)(struct rows *r, struct ctx *c, void *row); /* NULL: nothing to do */
    struct arena *copy; /* text is copied here; NULL: borrowed */
    i64 max;            /* stops after so many; 0: all */
    bool stream;        /* the result may be larger than memory */
    bool refused;       /* `got` answered an error: not the engine's */
    i64 n;
};
/* One row has been placed and filled: counts it, hands it on. */
enum err rows_got(struct rows *r, struct ctx *c, void *row);
static inline bool rows_full(const struct rows *r) { return r->max > 0 && r->n >= r->max; }

/* Zeroes nothing: `row` is fresh. A value that does not fit its field is E_STORE. */
enum err cell_put(struct ctx *c, const struct query *q, const struct shape_field *f, void *row,
                  const struct cell *v, struct arena *copy);
bool kind_from_sql(enum shape_kind k);

/* -- connections ------------------------------------------------------------------------------ */

enum role { ROLE_READER, ROLE_WRITER, ROLE_TOOL }; /* TOOL: check, backup, migrations: no guards */

enum control {
    SAY_BEGIN,  /* a change, waiting its turn among writers of other processes */
    SAY_COMMIT, /* durable when it answers OK */
    SAY_ROLLBACK,
    SAY_SAVEPOINT,
    SAY_RELEASE,
    SAY_UNDO,     /* back to the last savepoint, which stays */
    SAY_SNAPSHOT, /* readers: one state until SAY_ROLLBACK */
    SAY_COUNT,
};

struct job;
struct lease;

enum { SHELVES_MAX = 8 };

/* One connection. Drivers put it first in their own struct. */
struct db {
    const struct driver *driver;
    struct store *store;
    enum role role;
    bool snapshot;   /* a reader inside SAY_SNAPSHOT */
    bool lost;       /* the connection is gone: reopen before use */
    bool retry;      /* the transaction failed for a reason that a second try can mend */
    struct job *job; /* the job in work, on the writer's connection */
    /* The writer's, while it runs a batch (shelf.c). */
    struct arena *arena;
    int parts, opened; /* parts in work, and how many of them have their savepoint */
    u32 shelved;       /* bits of the shelves in use */
    void *shelves[SHELVES_MAX];
    bool writing_shelves;
    struct lease *lease;
    struct db *next; /* in the pool */
};

struct driver {
    const char *name;
    /* Column words of migrations. */
    const char *int64, *text, *bytes, *flag, *float64, *table_end, *clustered_end;
    /* A failed statement that only reads leaves the transaction as it was: a part takes its
     * savepoint at its first change. */
    bool late_savepoints;
    enum err (*open)(struct ctx *c, struct store *s, enum role role, struct db **out);
    void (*close)(struct db *db);
    /* Runs q with its parameters; rows may be NULL; *changed may be NULL. */
    enum err (*run)(struct ctx *c, struct db *db, struct query *q, struct args args,
                    struct rows *rows, i64 *changed);
    /* An INSERT of one row, for so many rows of parameters. */
    enum err (*run_each)(struct ctx *c, struct db *db, struct query *q, struct args args, i64 rows);
    enum err (*say)(struct ctx *c, struct db *db, enum control what);
    /* SAY_SNAPSHOT of one state to two readers; *same false: to a only. After an error neither is
     * in one. */
    enum err (*say_both)(struct ctx *c, struct db *a, struct db *b, bool *same);
    /* Several statements of our own text without rows: migrations and settings of a session. */
    enum err (*script)(struct ctx *c, struct db *db, str sql);
    /* The transaction is still open and can go on (after an error of a job was undone). */
    bool (*alive)(struct db *db);
    /* After a failed commit: makes sure that nothing of it can come back after a crash. */
    enum err (*settle)(struct ctx *c, struct db *db);
    /* Prepares q and compares columns with its shape; NULL: fits. */
    const char *(*check_query)(struct db *db, struct query *q, struct arena *a);
    enum err (*integrity)(struct ctx *c, struct db *db);
    /* Engine's own threads, and what the writer does between batches; may be NULL. */
    enum err (*start)(struct ctx *c, struct store *s);
    void (*stop)(struct store *s);
    void (*rest)(struct db *writer);
};
extern const struct driver driver_sqlite, driver_pg;

/* -- shelf.c: parts of a change, and what waits for its end ------------------------------------ */

void batch_begins(struct db *db, struct arena *a); /* no parts, empty shelves */
enum err part_begin(struct ctx *c, struct db *db);
enum err part_undo(struct ctx *c, struct db *db); /* what it did; it goes on */
enum err part_end(struct ctx *c, struct db *db);
/* Before q runs on a writer: what waits is written, if q could miss it; a change has its
 * savepoints. */
enum err shelves_before(struct ctx *c, struct db *db, const struct query *q);
enum err shelves_write(struct ctx *c, struct db *db, u32 which);
u32 shelves_told(const struct query *q);

/* Numbers the listed statements; once per process. */
void queries_number(void);
struct query *query_at(i64 slot); /* NULL beyond the last */
/* Compares one named column with the shape; NULL: fits. */
const char *column_fits(struct arena *a, const struct query *q, const char *column,
                        const struct shape_field **field);
enum err db_run(struct ctx *c, struct query *q, struct args args, struct rows *rows, i64 *changed);
enum err db_run_each(struct ctx *c, struct query *q, struct args args, i64 n);

/* -- the store -------------------------------------------------------------------------------- */

struct after_commit {
    void (*fn)(void *arg);
    void *arg;
    struct after_commit *next;
};

/* A change that waits, runs or has run; lives on its caller's stack, who sleeps until `done`. */
struct job {
    write_fn *fn;
    void *arg;
    struct ctx *caller;
    struct ctx ctx; /* the caller's, with the writer's connection */
    struct tx tx;
    struct arena_mark mark;
    struct after_commit *after, **after_end;
    enum err result;
    enum err broken; /* what a failed statement answered: only an undo can follow */
    _Atomic u32 done;
    struct job *next;
    struct job *wakes[2]; /* whom its caller wakes when woken */
};

#define POOL_MAX    64
#define TOOL_SLOTS  2048 /* places for statements that backup and check make at run time */
#define WRITERS_MAX 8

struct writer {
    struct store *store;
    struct db *db;
    struct ctx ctx; /* for the writer's own statements */
    pthread_t thread;
    bool started;
    bool committing; /* the batch in work has reached its COMMIT */
    bool one_by_one; /* each job writes what waits on shelves: together it failed */
    u64 jitter;
};

struct store {
    const struct driver *driver;
    struct store_options options;
    char *where; /* database file or URL, terminated */
    struct arena *arena;
    const struct room *const *rooms; /* store_room first */

    pthread_mutex_t pool_lock;
    pthread_cond_t pool_free;
    struct db *idle;
    int open_readers;

    pthread_mutex_t queue_lock;
    pthread_cond_t queue_filled;
    struct job *first, **last;
    int idle_writers;
    i64 waiting;
    bool closing;
    struct writer writers[WRITERS_MAX];
    int writer_count;

    struct store_stats stats; /* under queue_lock */

    struct copier *copier; /* SQLite's: copies its log into the database off the hot path */
};

enum err writers_start(struct ctx *c, struct store *s);
void writers_stop(struct store *s);
void writers_close(struct store *s); /* their connections, after the readers' */
/* Brings the tables up to the rooms' migrations. */
enum err migrate(struct ctx *c, struct store *s, struct db *db);
/* Only compares, on c->db. */
enum err migrate_check(struct ctx *c, struct store *s);
/* The migration's text in the engine's words. */
str migration_spell(struct arena *a, const struct driver *d, str sql);

/* Opens a connection outside the pool, for tools. */
enum err tool_open(struct ctx *c, struct store *s, struct db **out);
