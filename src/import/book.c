/* book.c -- the book of imports: one row an uploaded file, with its mapping, state and
 * outcome. */
#include "import/book.h"

#include <errno.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "store/setting.h"

SHAPE_DEFINE(book_row);
SHAPE_DEFINE(import_event);

#define SILENT_MS \
    (30 * SECOND_MS) /* a run without a sign of life for so long has died with its process */

#define BOOK_COLUMNS                                                                              \
    "id, file, path, size, format, choice, whole, state, dry_run, summary, failure, created_at, " \
    "seen_at"
QUERY(q_book, book_row, "SELECT " BOOK_COLUMNS " FROM import_run WHERE id = $1");
CHANGE(c_book_add, "INSERT INTO import_run (id, file, path, size, format, choice, whole, state, "
                   "dry_run, created_at, actor)"
                   " VALUES ($1, $2, $3, $4, $5, $6, FALSE, 'uploaded', FALSE, $7, $8)");
CHANGE(c_book_choice, "UPDATE import_run SET choice = $2, whole = $3, state = 'uploaded', dry_run "
                      "= FALSE, summary = NULL,"
                      " failure = NULL WHERE id = $1");
CHANGE(c_book_begin, "UPDATE import_run SET state = 'running', dry_run = $2, started_at = $3, "
                     "seen_at = $3, summary = NULL,"
                     " failure = NULL WHERE id = $1 AND (state <> 'running' OR seen_at < $4)");
CHANGE(c_book_left, "UPDATE import_run SET state = 'interrupted' WHERE state = 'running'");
CHANGE(c_book_alive, "UPDATE import_run SET seen_at = $2 WHERE id = $1");
CHANGE(c_book_drop, "DELETE FROM import_run WHERE id = $1");
QUERY(q_book_old, book_row,
      "SELECT " BOOK_COLUMNS " FROM import_run WHERE created_at < $1 ORDER BY id LIMIT 1000");
CHANGE(c_book_end,
       "UPDATE import_run SET state = $2, summary = $3, failure = $4, ended_at = $5 WHERE id = $1");

enum err book_find(struct ctx *c, i64 id, struct book_row *out)
{
    bool found;
    TRY(db_find(c, &q_book, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的导入", "there is no import with id %lld",
                (long long)id);
}

str book_state(struct ctx *c, const struct book_row *row)
{
    bool dead = str_eq(row->state, S("running")) && !import_job_running(row->id) &&
                (!row->seen_at.has || row->seen_at.value < c->now - SILENT_MS);
    return dead ? S("interrupted") : row->state;
}

enum err book_choice(struct ctx *c, const struct book_row *row, struct import_choice *out)
{
    struct import_saved saved = { 0 };
    TRY(json_read(c, &import_saved_shape, &saved, row->choice));
    *out = (struct import_choice){ .profile = saved.base,
                                   .mapping = saved.mapping,
                                   .mapping_whole = row->whole };
    if (saved.options) out->options = *saved.options;
    return OK;
}

static str choice_text(struct arena *a, const struct import_choice *choice)
{
    struct import_options options = choice->options;
    struct import_saved saved = { .name = S("import"),
                                  .base = choice->profile,
                                  .mapping = choice->mapping,
                                  .options = &options };
    struct buf b = { .arena = a };
    json_write(&b, &import_saved_shape, &saved);
    return buf_str(&b);
}

struct book_change {
    struct book_row *row;
    const struct import_choice *choice;
    i64 id;
    bool dry_run;
    str state, failure, summary;
};

static enum err take_id(struct tx *t, void *arg)
{
    return tx_take(t, S("import_run"), 1, &((struct book_row *)arg)->id);
}

static enum err add_row(struct tx *t, void *arg)
{
    const struct book_row *row = arg;
    return tx_change(t, &c_book_add,
                     ARGS(row->id, row->file, row->path, row->size, row->format, row->choice,
                          t->c->now, t->c->actor));
}

enum err book_add(struct store *s, struct ctx *c, struct book_row *row)
{
    if (!row->id) return store_write(s, c, take_id, row);
    struct import_choice none = { 0 };
    row->choice = choice_text(c->arena, &none);
    return store_write(s, c, add_row, row);
}

static enum err put_choice(struct tx *t, void *arg)
{
    const struct book_change *w = arg;
    return tx_change(t, &c_book_choice,
                     ARGS(w->id, choice_text(t->c->arena, w->choice), w->choice->mapping_whole));
}

enum err book_put_choice(struct store *s, struct ctx *c, i64 id, const struct import_choice *choice)
{
    struct book_change w = { .id = id, .choice = choice };
    return store_write(s, c, put_choice, &w);
}

static enum err begin(struct tx *t, void *arg)
{
    const struct book_change *w = arg;
    i64 rows = 0;
    TRY(tx_change_rows(t, &c_book_begin, &rows,
                       ARGS(w->id, w->dry_run, t->c->now, t->c->now - SILENT_MS)));
    if (rows) return OK;
    return fail(t->c, E_CONFLICT, "这个文件正在导入", "this file is being imported");
}

enum err book_begin(struct store *s, struct ctx *c, i64 id, bool dry_run)
{
    struct book_change w = { .id = id, .dry_run = dry_run };
    return store_write(s, c, begin, &w);
}

static enum err leave_behind(struct tx *t, void *arg)
{
    (void)arg;
    return tx_change(t, &c_book_left, NO_ARGS);
}

enum err imports_left_behind(struct store *s, struct ctx *c)
{
    return store_write(s, c, leave_behind, NULL);
}

static enum err alive(struct tx *t, void *arg)
{
    return tx_change(t, &c_book_alive, ARGS(*(const i64 *)arg, t->c->now));
}

enum err book_alive(struct store *s, struct ctx *c, i64 id)
{
    return store_write(s, c, alive, &id);
}

static enum err end(struct tx *t, void *arg)
{
    const struct book_change *w = arg;
    return tx_change(t, &c_book_end, ARGS(w->id, w->state, w->summary, w->failure, t->c->now));
}

enum err book_end(struct store *s, struct ctx *c, i64 id, str state,
                  const struct import_event *summary, str failure)
{
    struct buf b = { .arena = c->arena };
    json_write(&b, &import_event_shape, summary);
    struct book_change w = { .id = id, .state = state, .summary = buf_str(&b), .failure = failure };
    return store_write(s, c, end, &w);
}

str rejects_path(struct arena *a, const struct book_row *row)
{
    return str_fmt(a, STR_FMT ".rejects.csv", STR_ARG(row->path));
}

/* -- files are not kept for ever --------------------------------------------------------------- */

static enum err drop(struct tx *t, void *arg)
{
    return tx_change(t, &c_book_drop, ARGS(*(const i64 *)arg));
}

static void remove_file(struct ctx *c, str path)
{
    if (unlink(str_z(c->arena, path)) != 0 && errno != ENOENT)
        LOG(WARN, "import.file_kept", KV("errno", errno));
}

enum err book_drop(struct store *s, struct ctx *c, const struct book_row *row)
{
    if (str_eq(book_state(c, row), S("running")))
        return fail(c, E_CONFLICT, "正在导入，先取消再删除", "it is running; cancel it first");
    i64 id = row->id;
    TRY(store_write(s, c, drop, &id));
    remove_file(c, rejects_path(c->arena, row));
    remove_file(c, row->path);
    i64 end = row->path.n;
    while (end > 0 && row->path.at[end - 1] != '/') end--;
    if (end > 1)
        rmdir(str_z(c->arena,
                    str_sub(row->path, 0, end - 1))); /* its own folder; others are not empty */
    return OK;
}

enum err book_sweep(struct store *s, struct ctx *c)
{
    i64 days = 0;
    struct book_row_list rows = { 0 };
    TRY(setting_i64(c, "import.keep_days", &days));
    TRY(db_all(c, &q_book_old, &rows, ARGS(c->now - days * DAY_MS)));
    i64 dropped = 0;
    for (i64 i = 0; i < rows.n; i++) {
        if (str_eq(book_state(c, &rows.at[i]), S("running"))) continue;
        TRY(book_drop(s, c, &rows.at[i]));
        dropped++;
    }
    if (dropped) LOG(INFO, "import.swept", KV("imports", dropped));
    return OK;
}
