/* migrate.c -- brings the tables up to what the rooms list, and refuses what it does not know.
 *
 * A migration that has landed is never edited: its checksum is kept in the table `migration` and
 * compared at every open. A row that no room knows was written by a newer program: opening would
 * damage what it made, so it is refused.
 */
#include <assert.h>
#include <ctype.h>

#include "base/log.h"
#include "base/room.h"
#include "store/store_private.h"

/* -- our column words in the engine's --------------------------------------------------------- */

static bool word_byte(char b) { return isalnum((unsigned char)b) || b == '_' || (b & 0x80); }

/* Skips a comment or a quoted piece at `at`; answers where it ends, or `at` when there is none. */
static i64 skip_quiet(str sql, i64 at)
{
    char q = sql.at[at];
    i64 i = at + 1;
    if (q == '-' && i < sql.n && sql.at[i] == '-') {
        while (i < sql.n && sql.at[i] != '\n') i++;
        return i;
    }
    if (q != '\'' && q != '"') return at;
    while (i < sql.n && sql.at[i] != q) i++;
    return i < sql.n ? i + 1 : i;
}

/* A column word is a type where a name (or CAST's AS) stands before it; elsewhere it is a name of
 * somebody's. */
static bool type_place(str before)
{
    static const char *const not_names[] = {
        "SELECT", "WHERE", "AND",      "OR",    "NOT",   "SET",     "BY",   "COLUMN",
        "ON",     "FROM",  "INTO",     "TABLE", "INDEX", "KEY",     "THEN", "ELSE",
        "WHEN",   "CASE",  "DISTINCT", "IN",    "IS",    "DEFAULT", "TO",   "EXISTS",
    };
    if (!before.n || !word_byte(before.at[0])) return false;
    for (i64 i = 0; i < COUNT(not_names); i++)
        if (str_eq_nocase(before, str_of(not_names[i]))) return false;
    return true;
}

static const char *spelled(const struct driver *d, str word, str before)
{
    const struct {
        const char *ours, *theirs;
    } words[] = {
        { "int64", d->int64 }, { "text", d->text },       { "bytes", d->bytes },
        { "flag", d->flag },   { "float64", d->float64 },
    };
    if (!type_place(before)) return NULL;
    for (i64 i = 0; i < COUNT(words); i++) {
        if (!str_eq_nocase(word, str_of(words[i].ours))) continue;
        /* A collation belongs to a column, not to a CAST. */
        if (d->text == words[i].theirs && str_eq_nocase(before, S("AS"))) return "TEXT";
        return words[i].theirs;
    }
    return NULL;
}

str migration_spell(struct arena *a, const struct driver *d, str sql)
{
    struct buf out = { .arena = a };
    str before = NO_STR, first = NO_STR, second = NO_STR;
    bool closed = false; /* the last thing was a closing bracket */
    for (i64 i = 0; i < sql.n;) {
        i64 quiet = skip_quiet(sql, i);
        if (quiet > i) {
            buf_add(&out, str_sub(sql, i, quiet));
            if (sql.at[i] != '-') before = str_sub(sql, i, i + 1), closed = false;
            i = quiet;
            continue;
        }
        if (word_byte(sql.at[i])) {
            i64 end = i;
            while (end < sql.n && word_byte(sql.at[end])) end++;
            str word = str_sub(sql, i, end);
            const char *theirs = spelled(d, word, before);
            bool table = str_eq_nocase(first, S("CREATE")) && str_eq_nocase(second, S("TABLE"));
            if (closed && table && str_eq(word, S("clustered")))
                buf_add(&out, str_of(d->clustered_end));
            else buf_add(&out, theirs ? str_of(theirs) : word);
            if (!first.n) first = word;
            else if (!second.n) second = word;
            before = word;
            closed = false;
            i = end;
            continue;
        }
        char b = sql.at[i++];
        if (b == ';') {
            if (closed && str_eq_nocase(first, S("CREATE")) && str_eq_nocase(second, S("TABLE")))
                buf_add(&out, str_of(d->table_end));
            first = second = NO_STR;
        }
        if (!isspace((unsigned char)b)) before = str_sub(sql, i - 1, i), closed = b == ')';
        buf_byte(&out, b);
    }
    return buf_str(&out);
}

/* -- what is applied -------------------------------------------------------------------------- */

#define FIELDS_OF_migration_row(X, N) \
    X(str, room, ANY, "Whose", N)     \
    X(str, name, ANY, "Name", N)      \
    X(str, checksum, ANY, "Of its text", N)
SHAPE(migration_row);
SHAPE_DEFINE(migration_row);

QUERY(sql_applied, migration_row, "SELECT room, name, checksum FROM migration ORDER BY room, name");
CHANGE(sql_apply, "INSERT INTO migration (room, name, checksum, at) VALUES ($1, $2, $3, $4)");

static const char bootstrap[] =
    "CREATE TABLE IF NOT EXISTS migration (room text NOT NULL, name text NOT NULL, "
    "checksum text NOT NULL, at int64 NOT NULL, PRIMARY KEY (room, name));";

static str checksum_of(struct arena *a, const char *sql)
{
    return str_fmt(a, "%016llx", (unsigned long long)str_hash(str_of(sql)));
}

static struct migration_row *find_row(struct migration_row_list *rows, str room, str name)
{
    for (i64 i = 0; i < rows->n; i++)
        if (str_eq(rows->at[i].room, room) && str_eq(rows->at[i].name, name)) return &rows->at[i];
    return NULL;
}

static const struct migration *find_migration(struct store *s, const struct migration_row *row)
{
    for (i64 i = 0; s->rooms[i]; i++) {
        if (!str_eq(str_of(s->rooms[i]->name), row->room)) continue;
        for (const struct migration *m = s->rooms[i]->migrations; m && m->name; m++)
            if (str_eq(str_of(m->name), row->name)) return m;
    }
    return NULL;
}

static enum err refuse_strangers(struct ctx *c, struct store *s, struct migration_row_list *rows)
{
    for (i64 i = 0; i < rows->n; i++) {
        const struct migration_row *row = &rows->at[i];
        const struct migration *m = find_migration(s, row);
        if (!m)
            return fail(c, E_STORE,
                        "这些数据由更新版本的 Koi 写入（" STR_FMT " / " STR_FMT
                        "）：请改用新版本打开",
                        "this data was written by a newer Koi (" STR_FMT " / " STR_FMT
                        "): open it with the newer program",
                        STR_ARG(row->room), STR_ARG(row->name));
        if (!str_eq(checksum_of(c->arena, m->sql), row->checksum))
            return fail(c, E_STORE,
                        "迁移 " STR_FMT " / " STR_FMT
                        " 的内容在执行之后被改过：请使用当初的程序，或恢复这条迁移的原文",
                        "migration " STR_FMT " / " STR_FMT
                        " was edited after it was applied: use the program that applied it, or "
                        "restore its text",
                        STR_ARG(row->room), STR_ARG(row->name));
    }
    return OK;
}

static enum err apply(struct ctx *c, struct store *s, const struct room *room,
                      const struct migration *m)
{
    struct db *db = c->db;
    enum err e = db->driver->script(c, db, migration_spell(c->arena, db->driver, str_of(m->sql)));
    if (e != OK) {
        LOG(ERROR, "store.migration_failed", KV("room", room->name), KV("name", m->name),
            KV("why", c->why.detail));
        return fail(c, e, "迁移 %s / %s 没有完成", "migration %s / %s did not finish", room->name,
                    m->name);
    }
    return db_run(c, &sql_apply,
                  ARGS(str_of(room->name), str_of(m->name), checksum_of(c->arena, m->sql), c->now),
                  NULL, NULL);
}

static enum err migrate_inside(struct ctx *c, struct store *s)
{
    struct db *db = c->db;
    struct migration_row_list rows;
    TRY(db->driver->script(c, db, migration_spell(c->arena, db->driver, str_of(bootstrap))));
    TRY(db_all(c, &sql_applied, &rows, NO_ARGS));
    TRY(refuse_strangers(c, s, &rows));
    i64 applied = 0;
    for (i64 i = 0; s->rooms[i]; i++)
        for (const struct migration *m = s->rooms[i]->migrations; m && m->name; m++) {
            if (find_row(&rows, str_of(s->rooms[i]->name), str_of(m->name))) continue;
            TRY(apply(c, s, s->rooms[i], m));
            applied++;
        }
    if (applied) LOG(INFO, "store.migrated", KV("migrations", applied));
    return OK;
}

enum err migrate(struct ctx *c, struct store *s, struct db *db)
{
    struct ctx mine = *c;
    mine.db = db;
    mine.store = s;
    enum err e = db->driver->say(&mine, db, SAY_BEGIN);
    if (e == OK) e = migrate_inside(&mine, s);
    if (e == OK) e = db->driver->say(&mine, db, SAY_COMMIT);
    if (e != OK) {
        c->why = mine.why;
        enum err rolled = db->driver->say(&mine, db, SAY_ROLLBACK);
        if (rolled != OK) LOG(WARN, "store.rollback_failed", KV("err", err_row(rolled)->name));
    }
    return e;
}

enum err migrate_check(struct ctx *c, struct store *s)
{
    struct migration_row_list rows;
    enum err e = db_all(c, &sql_applied, &rows, NO_ARGS);
    if (e == E_INTERNAL)
        return fail(c, E_STORE, "这里没有 Koi 的数据", "there is no data of Koi here");
    TRY(e);
    TRY(refuse_strangers(c, s, &rows));
    for (i64 i = 0; s->rooms[i]; i++)
        for (const struct migration *m = s->rooms[i]->migrations; m && m->name; m++)
            if (!find_row(&rows, str_of(s->rooms[i]->name), str_of(m->name)))
                return fail(
                    c, E_STORE, "数据库缺少迁移 %s / %s：请先用本版本启动一次服务",
                    "the database lacks migration %s / %s: start the server of this version once",
                    s->rooms[i]->name, m->name);
    return OK;
}
