/* store.h -- SQL on two engines (SQLite embedded, PostgreSQL), typed statements, one way to write.
 *
 * Promises
 *   - acknowledged_means_on_disk: store_write answers OK only after the commit is durable.
 *   - each_job_has_its_own_result: jobs of one group commit do not see each other's failures; a
 * failed job leaves nothing.
 *   - a_failed_commit_fails_all: when the commit fails (full disk, failed fsync) every job of the
 * batch gets the error, nothing of it is visible, and the next batch is tried afresh.
 *   - readers_never_wait_for_writers: a reader sees the last commit before its statement began.
 *   - readers_cannot_write: a changing statement on a reader is refused (E_INTERNAL), by the engine
 * too.
 *   - in_doubt_is_said: a connection lost during COMMIT on PostgreSQL answers E_UNCERTAIN; a retry
 * with the same key settles it. Threads  All store_* functions may be called from any thread; a
 * struct db belongs to one thread at a time. Only this room sees sqlite3.h and libpq-fe.h.
 *
 * SQL: the portable subset of design section 4. Parameters are $1 $2 …, bound by number and by
 * type. On PostgreSQL a parameter used only in `$1 IS NULL` needs CAST($1 AS TEXT) or CAST($1 AS
 * BIGINT); both engines take it. Booleans are TRUE/FALSE.
 */
#pragma once

#include "base/ctx.h"
#include "base/shape.h"

/* -- values bound to statements --------------------------------------------------------------- */

struct value {
    enum { V_NULL_I64, V_NULL_STR, V_I64, V_F64, V_FLAG, V_STR, V_BYTES } kind;
    i64 i;
    f64 f;
    str s;
};
struct args {
    const struct value *at;
    int n;
};
typedef struct bytes {
    const void *at;
    i64 n;
} bytes;

static inline struct value value_i64(i64 v) { return (struct value){ .kind = V_I64, .i = v }; }
static inline struct value value_flag(bool v) { return (struct value){ .kind = V_FLAG, .i = v }; }
static inline struct value value_f64(f64 v) { return (struct value){ .kind = V_F64, .f = v }; }
static inline struct value value_str(str v)
{
    return (struct value){ .kind = v.at ? V_STR : V_NULL_STR, .s = v };
}
static inline struct value value_bytes(bytes v)
{
    return (struct value){ .kind = v.at ? V_BYTES : V_NULL_STR, .s = { (const char *)v.at, v.n } };
}
static inline struct value value_opt(opt_i64 v)
{
    return (struct value){ .kind = v.has ? V_I64 : V_NULL_I64, .i = v.value };
}
/* An unsupported type does not compile. */
#define V(x)                        \
    _Generic((x), bool              \
             : value_flag, int      \
             : value_i64, unsigned  \
             : value_i64, long      \
             : value_i64, long long \
             : value_i64, double    \
             : value_f64, str       \
             : value_str, bytes     \
             : value_bytes, opt_i64 \
             : value_opt)(x)

#define ARGS_0_()
#define ARGS_PICK_(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, \
                   _18, _19, _20, _21, _22, _23, _24, NAME, ...)                               \
    NAME
#define ARGS_1_(a)       V(a)
#define ARGS_2_(a, ...)  V(a), ARGS_1_(__VA_ARGS__)
#define ARGS_3_(a, ...)  V(a), ARGS_2_(__VA_ARGS__)
#define ARGS_4_(a, ...)  V(a), ARGS_3_(__VA_ARGS__)
#define ARGS_5_(a, ...)  V(a), ARGS_4_(__VA_ARGS__)
#define ARGS_6_(a, ...)  V(a), ARGS_5_(__VA_ARGS__)
#define ARGS_7_(a, ...)  V(a), ARGS_6_(__VA_ARGS__)
#define ARGS_8_(a, ...)  V(a), ARGS_7_(__VA_ARGS__)
#define ARGS_9_(a, ...)  V(a), ARGS_8_(__VA_ARGS__)
#define ARGS_10_(a, ...) V(a), ARGS_9_(__VA_ARGS__)
#define ARGS_11_(a, ...) V(a), ARGS_10_(__VA_ARGS__)
#define ARGS_12_(a, ...) V(a), ARGS_11_(__VA_ARGS__)
#define ARGS_13_(a, ...) V(a), ARGS_12_(__VA_ARGS__)
#define ARGS_14_(a, ...) V(a), ARGS_13_(__VA_ARGS__)
#define ARGS_15_(a, ...) V(a), ARGS_14_(__VA_ARGS__)
#define ARGS_16_(a, ...) V(a), ARGS_15_(__VA_ARGS__)
#define ARGS_17_(a, ...) V(a), ARGS_16_(__VA_ARGS__)
#define ARGS_18_(a, ...) V(a), ARGS_17_(__VA_ARGS__)
#define ARGS_19_(a, ...) V(a), ARGS_18_(__VA_ARGS__)
#define ARGS_20_(a, ...) V(a), ARGS_19_(__VA_ARGS__)
#define ARGS_21_(a, ...) V(a), ARGS_20_(__VA_ARGS__)
#define ARGS_22_(a, ...) V(a), ARGS_21_(__VA_ARGS__)
#define ARGS_23_(a, ...) V(a), ARGS_22_(__VA_ARGS__)
#define ARGS_24_(a, ...) V(a), ARGS_23_(__VA_ARGS__)
#define ARGS_LIST_(...)                                                                           \
    ARGS_PICK_(__VA_ARGS__, ARGS_24_, ARGS_23_, ARGS_22_, ARGS_21_, ARGS_20_, ARGS_19_, ARGS_18_, \
               ARGS_17_, ARGS_16_, ARGS_15_, ARGS_14_, ARGS_13_, ARGS_12_, ARGS_11_, ARGS_10_,    \
               ARGS_9_, ARGS_8_, ARGS_7_, ARGS_6_, ARGS_5_, ARGS_4_, ARGS_3_, ARGS_2_, ARGS_1_)   \
    (__VA_ARGS__)
/* One to 24 values, by type: ARGS(member, name, SOME(3)). */
#define ARGS(...)                                                      \
    ((struct args){ (const struct value[]){ ARGS_LIST_(__VA_ARGS__) }, \
                    (int)COUNT(((const struct value[]){ ARGS_LIST_(__VA_ARGS__) })) })
#define NO_ARGS ((struct args){ 0 })

/* -- statements: declared beside the code that uses them, listed by themselves ---------------- */

struct query {
    const char *name, *sql;
    const char *pg;            /* where PostgreSQL must differ; usually NULL */
    const struct shape *shape; /* of its rows; NULL: none */
    bool changes;
    const char *file;
    int line;
    int slot; /* dense number, given at start: the place of its prepared form in every connection */
    bool once; /* made of parts (store/composed.h): it has no slot */
    bool past; /* reads and writes past what waits on a shelf */
    u32 tells; /* bits of the shelves whose tables it names, given at start */
};

#define QUERY_ROW_(ID, SHAPE_AT, CHANGES, SQL, PG, PAST) \
    static struct query ID = { .name = #ID,              \
                               .sql = SQL,               \
                               .pg = PG,                 \
                               .shape = SHAPE_AT,        \
                               .changes = CHANGES,       \
                               .file = __FILE__,         \
                               .line = __LINE__,         \
                               .past = PAST };           \
    static struct query *const ID##_listed_ __attribute__((used, section("queries"))) = &ID
/* Reads rows of a shape: every column has a field of its name and a kind that fits. */
#define QUERY(ID, SHAPE_NAME, SQL) QUERY_ROW_(ID, &SHAPE_NAME##_shape, false, SQL, NULL, false)
/* pg: where PostgreSQL must differ. */
#define QUERY_PG(ID, SHAPE_NAME, SQL, PG) QUERY_ROW_(ID, &SHAPE_NAME##_shape, false, SQL, PG, false)
/* Changes rows and answers none. */
#define CHANGE(ID, SQL)        QUERY_ROW_(ID, NULL, true, SQL, NULL, false)
#define CHANGE_PG(ID, SQL, PG) QUERY_ROW_(ID, NULL, true, SQL, PG, false)
/* Changes rows and answers some (RETURNING). */
#define CHANGE_RETURNING(ID, SHAPE_NAME, SQL) \
    QUERY_ROW_(ID, &SHAPE_NAME##_shape, true, SQL, NULL, false)
/* Of a room that has a shelf, and looks itself at what waits on it. pg: NULL, or where it differs.
 */
#define QUERY_PAST(ID, SHAPE_NAME, SQL, PG) \
    QUERY_ROW_(ID, &SHAPE_NAME##_shape, false, SQL, PG, true)
#define CHANGE_PAST(ID, SQL) QUERY_ROW_(ID, NULL, true, SQL, NULL, true)

/* Prepares every listed statement on db and compares its columns with its struct.
 * NULL: all fit; else what is wrong, in a's memory. Run by a test on both engines. */
const char *queries_check(struct db *db, struct arena *a);
i64 queries_count(void);

/* Common one-column rows. */
#define FIELDS_OF_one_i64(X, N) X(i64, value, ANY, "", N)
SHAPE(one_i64);
#define FIELDS_OF_one_opt(X, N) X(opt_i64, value, ANY, "", N)
SHAPE(one_opt);
#define FIELDS_OF_one_str(X, N) X(str, value, ANY, "", N)
SHAPE(one_str);

/* -- reading ---------------------------------------------------------------------------------- */

/* Exactly the first row; E_NOT_FOUND when there is none (the caller words the detail). Text lives
 * in c->arena. */
enum err db_get(struct ctx *c, struct query *q, void *out, struct args args);
/* The same, but a missing row is no error: then out is all zeros. */
enum err db_find(struct ctx *c, struct query *q, void *out, bool *found, struct args args);
/* All rows: out is the shape's list struct { T *at; i64 n; }. */
enum err db_all(struct ctx *c, struct query *q, void *list_out, struct args args);
/* Row by row; row is valid during the call only (its text too). fn answering an error stops with
 * it. */
enum err db_each(struct ctx *c, struct query *q, enum err (*fn)(void *arg, const void *row),
                 void *arg, struct args args);

/* -- writing ---------------------------------------------------------------------------------- */

/* A change in progress. t->c has the writer's connection: reading functions work inside a write
 * with t->c. */
struct tx {
    struct ctx *c; /* arena of this job, clock and actor of the caller; errors are copied back to
                      the caller */
};

/* Rows changed go to *rows when it is not NULL. A unique or primary key violated: E_CONFLICT. */
enum err tx_change(struct tx *t, struct query *q, struct args args);
enum err tx_change_rows(struct tx *t, struct query *q, i64 *rows, struct args args);
/* The same for many rows of values, one after the other in one go: q is an INSERT of one row of
 * VALUES, args has the rows' values in turn. Cheapest when rows come in the order of the table's
 * key. Promise: many_rows_are_as_one_by_one, but all or none. */
enum err tx_change_each(struct tx *t, struct query *q, i64 rows, struct args args);
/* For RETURNING and for reading within the change, use db_get/db_find/db_all with t->c. */

/* n fresh numbers of a sequence ("member", "order", "timeline" …): the first is answered, they
 * count from 1 and are dense up to rolled-back writes. Changes come one
 * after another, so numbers become visible in order. */
enum err tx_take(struct tx *t, str sequence, i64 n, i64 *first);

/* Runs after the commit, in commit order, on the writer's thread; must be quick and may not fail.
 * Not run on failure. */
void tx_after_commit(struct tx *t, void (*fn)(void *arg), void *arg);

typedef enum err write_fn(struct tx *t, void *arg);
/* Runs fn as a part of the change that may fail alone: when it answers an error, what it changed is
 * undone and the change goes on. Without it a failed statement ends its change: every later
 * statement answers the same error. */
enum err tx_try(struct tx *t, write_fn *fn, void *arg);
/* What fn would come to, exactly: it runs as in store_write, and what it changed is undone. */
enum err store_preview(struct store *s, struct ctx *c, write_fn *fn, void *arg);

/* What changes write can wait in memory until their batch commits, and be written in one go: many
 * changes of one row become one. A shelf belongs to one transaction of the writer and is empty at
 * its begin. Any statement that names its tables first has it written, so everybody but its own
 * room finds rows where they belong; a part that is undone (a failed job, tx_try) is undone here
 * too. Promises: what_waits_is_seen, what_is_undone_waits_no_more.
 *
 * mark, undo and keep go with the savepoints of a change: a part begins; back to where the last
 * mark was (which stays), and what was written since is no longer; the last mark is dropped. */
struct shelf {
    const char *tables; /* part of the names of its tables: "timeline" */
    i64 size;           /* of its state, zeroed */
    enum err (*write)(struct tx *t, void *state);
    void (*mark)(void *state, struct arena *a);
    void (*undo)(void *state);
    void (*keep)(void *state);
    bool last;  /* written after the others, which may add to it while they are written */
    int number; /* given at start */
};
#define SHELF(ID, ...)                        \
    static struct shelf ID = { __VA_ARGS__ }; \
    static struct shelf *const ID##_listed_ __attribute__((used, section("shelves"))) = &ID
/* Its state in t's transaction; *a: memory that lives as long. */
void *tx_shelf(struct tx *t, struct shelf *shelf, struct arena **a);
/* Writes what waits on it now, when it has become much. */
enum err tx_shelf_write(struct tx *t, struct shelf *shelf);

/* Runs fn in one transaction, perhaps more than once, so fn touches only its tx and its argument:
 * no I/O, no clock. Sleeps until it is durable or refused. Errors of fn come back with c->why. Text
 * made by fn for its results must be copied: arg's results live in t->c->arena, which is the
 * caller's c->arena. */
enum err store_write(struct store *s, struct ctx *c, write_fn *fn, void *arg);

/* -- life ------------------------------------------------------------------------------------- */

struct store_options {
    str where;      /* a data folder (koi.db inside) or postgresql://… */
    int readers;    /* connections for reading; 0: default 8 */
    int pg_writers; /* 0: default 2; their batches take turns, one gathers while the other commits
                     */
    i64 batch_jobs_max; /* 0: default 512 */
    i64 cache_kib;      /* page cache per connection; 0: default */
    bool read_only;     /* open without a writer, refuse to create */
    bool existing;      /* with a writer, but refuse to create (SQLite) */
};
struct room;
/* Opens, creates when absent, migrates. rooms ends with NULL. c carries arena and locale for
 * errors. */
enum err store_open(struct ctx *c, struct store_options o, const struct room *const *rooms,
                    struct store **out);
void store_close(struct store *s); /* finishes waiting writes */
bool store_is_pg(const struct store *s);

/* Gives c a reading connection (c->db, c->store), returned when c->arena ends or by store_release.
 */
enum err store_reader(struct store *s, struct ctx *c);
/* The same without waiting: *given is false when all are in use. For who could do with one more,
 * and does without. */
enum err store_reader_spare(struct store *s, struct ctx *c, bool *given);
void store_release(struct ctx *c);
/* So many more reading connections (negative: fewer) than the store was opened with: who brings
 * threads of his own that hold a reader each says so, and leaves the others theirs. */
void store_readers_add(struct store *s, int n);
/* From here on until the connection is released, c's reads see one unchanging state. */
enum err store_snapshot(struct ctx *c);
/* The same for two readers of one store who share the work: both see one and the same state. *same
 * is false when writers gave no time for it, or a had its snapshot before: then b has none. */
enum err store_snapshot_both(struct ctx *a, struct ctx *b, bool *same);

struct store_stats {
    i64 commits, jobs, batch_max, waiting, retries, failures;
    i64 commit_us_total, commit_us_max;
};
struct store_stats store_stats(struct store *s);

/* -- migrations ------------------------------------------------------------------------------- */

/* Statements apart by ';'. Column words, spelled per engine: int64 text bytes flag float64. A
 * table's closing line is `);`, or `) clustered;` for tables that live in their primary key
 * (SQLite: WITHOUT ROWID). SQLite tables are STRICT. A migration that has landed is never edited:
 * its checksum is kept and compared. */
struct migration {
    const char *name; /* "0001 orders" */
    const char *sql;
};

/* -- backup ----------------------------------------------------------------------------------- */

/* A backup is one SQLite file with every table, whatever the engine; taken while serving, at one
 * moment's state. Restore writes it into an empty store of either engine (so it also moves a shop
 * between engines). */
enum err store_backup(struct store *s, struct ctx *c, str file);
/* In a signal handler, before the process ends: the part of a shop that a backup in work has
 * written goes. */
void store_backup_abandon(void);
enum err store_restore(struct ctx *c, struct store_options into, const struct room *const *rooms,
                       str file);
/* Engine's own integrity check plus: migrations known, sequences ahead of their tables. OK, or why.
 */
enum err store_check(struct ctx *c);

extern const struct room store_room; /* sequences, settings, outbox, migrations */
