/* tag.c -- tags on members: put, dropped, expired; which of them count where merged members
 * disagree. */
#include "member/tag.h"

#define TAG_NAME_MAX ((i64)60)

#define FIELDS_OF_tag_row(X, N)       \
    X(i64, tag, ANY, "", N)           \
    X(str, name, ANY, "", N)          \
    X(opt_i64, tag_group, ANY, "", N) \
    X(flag, exclusive, ANY, "", N)
SHAPE(tag_row);
SHAPE_DEFINE(tag_row);

#define FIELDS_OF_carried_row(X, N)   \
    X(i64, tag, ANY, "", N)           \
    X(i64, origin, ANY, "", N)        \
    X(opt_i64, tag_group, ANY, "", N) \
    X(flag, exclusive, ANY, "", N)    \
    X(flag, shown, ANY, "", N)
SHAPE(carried_row);
SHAPE_DEFINE(carried_row);

#define FIELDS_OF_put_row(X, N)            \
    X(str, source, ANY, "", N)             \
    X(opt_instant, expires_at, ANY, "", N) \
    X(flag, shown, ANY, "", N)
SHAPE(put_row);
SHAPE_DEFINE(put_row);

#define FIELDS_OF_due_row(X, N) \
    X(i64, member, ANY, "", N)  \
    X(i64, tag, ANY, "", N)     \
    X(i64, origin, ANY, "", N)  \
    X(str, name, ANY, "", N)
SHAPE(due_row);
SHAPE_DEFINE(due_row);

QUERY(tag_by_name, tag_row,
      "SELECT t.tag AS tag, t.name AS name, t.tag_group AS tag_group,"
      " COALESCE(g.exclusive, FALSE) AS exclusive"
      " FROM tag t LEFT JOIN tag_group g ON g.tag_group = t.tag_group WHERE t.folded = $1");
CHANGE(tag_insert,
       "INSERT INTO tag (tag, name, folded, tag_group, created_at) VALUES ($1, $2, $3, $4, $5)"
       " ON CONFLICT (folded) DO NOTHING");
QUERY(put_find, put_row,
      "SELECT source, expires_at, shown FROM member_tag"
      " WHERE member = $1 AND tag = $2 AND origin = $1");
CHANGE(put_write,
       "INSERT INTO member_tag (member, tag, origin, source, put_at, expires_at, shown)"
       " VALUES ($1, $2, $1, $3, $4, $5, TRUE) ON CONFLICT (member, tag, origin) DO UPDATE"
       " SET source = excluded.source, put_at = excluded.put_at, expires_at = excluded.expires_at,"
       " shown = TRUE");
QUERY(group_carried, one_str,
      "SELECT DISTINCT t.name AS value FROM member_tag m JOIN tag t ON t.tag = m.tag"
      " WHERE m.member = $1 AND m.tag <> $2 AND t.tag_group = $3 AND m.shown ORDER BY t.name");
CHANGE(group_clear, "DELETE FROM member_tag WHERE member = $1 AND tag <> $2"
                    " AND tag IN (SELECT t.tag FROM tag t WHERE t.tag_group = $3)");
CHANGE(put_drop, "DELETE FROM member_tag WHERE member = $1 AND tag = $2");
QUERY(carried, carried_row,
      "SELECT m.tag AS tag, m.origin AS origin, t.tag_group AS tag_group,"
      " COALESCE(g.exclusive, FALSE) AS exclusive, m.shown AS shown"
      " FROM member_tag m JOIN tag t ON t.tag = m.tag LEFT JOIN tag_group g ON g.tag_group = "
      "t.tag_group"
      " WHERE m.member = $1 ORDER BY m.put_at DESC, m.origin, m.tag");
CHANGE(carried_mark,
       "UPDATE member_tag SET shown = $4 WHERE member = $1 AND tag = $2 AND origin = $3");
QUERY(puts_due, due_row,
      "SELECT m.member AS member, m.tag AS tag, m.origin AS origin, t.name AS name"
      " FROM member_tag m JOIN tag t ON t.tag = m.tag"
      " WHERE m.expires_at <= $1 ORDER BY m.expires_at LIMIT 500");
QUERY(tag_carried, one_i64,
      "SELECT COUNT(*) AS value FROM member_tag WHERE member = $1 AND tag = $2 AND shown");
CHANGE(put_end, "DELETE FROM member_tag WHERE member = $1 AND tag = $2 AND origin = $3");

/* -- definitions ------------------------------------------------------------------------------ */

enum err tag_name_check(struct ctx *c, str *name)
{
    *name = str_trim(*name);
    i64 points = str_points(*name);
    bool fits = points > 0 && points <= TAG_NAME_MAX && str_is_utf8(*name);
    for (i64 i = 0; i < name->n; i++) fits &= (u8)name->at[i] >= ' ';
    if (fits) return OK;
    return fail_at(c, E_INVALID, S("tag"), "标签名要有 1 到 %lld 个字，不能换行",
                   "a tag's name has 1 to %lld characters on one line", (long long)TAG_NAME_MAX);
}

enum err tag_find(struct ctx *c, str name, i64 *id)
{
    struct tag_row row = { 0 };
    bool found;
    TRY(db_find(c, &tag_by_name, &row, &found, ARGS(str_fold(c->arena, str_trim(name)))));
    *id = found ? row.tag : 0;
    return OK;
}

enum err tag_define(struct tx *t, str name, opt_i64 group, i64 *id)
{
    TRY(tag_name_check(t->c, &name));
    TRY(tx_take(t, S("tag"), 1, id));
    i64 rows;
    TRY(tx_change_rows(t, &tag_insert, &rows,
                       ARGS(*id, name, str_fold(t->c->arena, name), group, t->c->now)));
    if (rows == 0)
        return fail_at(t->c, E_CONFLICT, S("name"), "已有同名标签", "there is a tag of this name");
    return OK;
}

static enum err tag_get(struct tx *t, str name, struct tag_row *row)
{
    bool found;
    TRY(tag_name_check(t->c, &name));
    str folded = str_fold(t->c->arena, name);
    TRY(db_find(t->c, &tag_by_name, row, &found, ARGS(folded)));
    if (found) return OK;
    /* Taking the number waits for whoever defines tags at this moment; then it may be there. */
    i64 id, rows;
    TRY(tx_take(t, S("tag"), 1, &id));
    TRY(tx_change_rows(t, &tag_insert, &rows, ARGS(id, name, folded, NONE, t->c->now)));
    return db_get(t->c, &tag_by_name, row, ARGS(folded));
}

static enum err tag_must_be(struct ctx *c, str name, struct tag_row *row)
{
    bool found;
    TRY(db_find(c, &tag_by_name, row, &found, ARGS(str_fold(c->arena, str_trim(name)))));
    if (!found) return fail_at(c, E_NOT_FOUND, S("tag"), "没有这个标签", "there is no such tag");
    return OK;
}

/* -- which count ------------------------------------------------------------------------------ */

/* Rows come latest first: the first of a tag counts, and the first tag of an exclusive group. */
enum err tags_settle(struct tx *t, i64 living)
{
    struct carried_row_list rows;
    TRY(db_all(t->c, &carried, &rows, ARGS(living)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct carried_row *row = &rows.at[i];
        bool shown = true;
        for (i64 k = 0; k < i && shown; k++) {
            const struct carried_row *later = &rows.at[k];
            if (later->tag == row->tag) shown = false;
            else if (row->exclusive && later->tag_group.has &&
                     later->tag_group.value == row->tag_group.value)
                shown = false;
        }
        if (shown != row->shown)
            TRY(tx_change(t, &carried_mark, ARGS(living, row->tag, row->origin, shown)));
    }
    return OK;
}

/* -- putting and dropping --------------------------------------------------------------------- */

static enum err tag_line(struct tx *t, i64 member, const char *kind, str name)
{
    return member_line(t, member, kind, str_fmt(t->c->arena, "tag:" STR_FMT, STR_ARG(name)),
                       NO_STR);
}

/* An exclusive group holds one: the others are dropped, each with its line. */
static enum err drop_others(struct tx *t, i64 living, const struct tag_row *tag)
{
    struct one_str_list others;
    TRY(db_all(t->c, &group_carried, &others, ARGS(living, tag->tag, tag->tag_group)));
    TRY(tx_change(t, &group_clear, ARGS(living, tag->tag, tag->tag_group)));
    for (i64 i = 0; i < others.n; i++)
        TRY(tag_line(t, living, "member.untagged", others.at[i].value));
    return OK;
}

static enum err put_one(struct tx *t, i64 member, const struct tag_row *tag, str source,
                        opt_instant expires_at, bool *changed)
{
    i64 living;
    TRY(member_hold_writable(t, member, &living));
    struct put_row had;
    bool found;
    TRY(db_find(t->c, &put_find, &had, &found, ARGS(living, tag->tag)));
    bool same = found && had.shown && str_eq(had.source, source) &&
                had.expires_at.has == expires_at.has &&
                (!expires_at.has || had.expires_at.value == expires_at.value);
    *changed = !same;
    if (same) return OK;
    if (tag->exclusive) TRY(drop_others(t, living, tag));
    TRY(tx_change(t, &put_write, ARGS(living, tag->tag, source, t->c->now, expires_at)));
    TRY(tags_settle(t, living));
    return tag_line(t, living, "member.tagged", tag->name);
}

static enum err expiry_check(struct ctx *c, opt_instant expires_at)
{
    if (!expires_at.has || expires_at.value > c->now) return OK;
    return fail_at(c, E_INVALID, S("expires_at"), "到期时间已经过去",
                   "the expiry lies in the past");
}

enum err tag_put_all(struct tx *t, ints members, str tag, str source, opt_instant expires_at,
                     i64 *changed)
{
    struct tag_row row;
    *changed = 0;
    TRY(expiry_check(t->c, expires_at));
    TRY(tag_get(t, tag, &row));
    for (i64 i = 0; i < members.n; i++) {
        bool one;
        TRY(put_one(t, members.at[i], &row, source, expires_at, &one));
        *changed += one;
    }
    return OK;
}

enum err tag_put(struct tx *t, i64 member, str tag, str source, opt_instant expires_at)
{
    i64 changed;
    return tag_put_all(t, (ints){ &member, 1 }, tag, source, expires_at, &changed);
}

enum err tag_drop_all(struct tx *t, ints members, str tag, i64 *changed)
{
    struct tag_row row;
    *changed = 0;
    TRY(tag_must_be(t->c, tag, &row));
    for (i64 i = 0; i < members.n; i++) {
        i64 living, rows;
        TRY(member_hold(t, members.at[i], &living));
        TRY(tx_change_rows(t, &put_drop, &rows, ARGS(living, row.tag)));
        if (rows == 0) continue;
        ++*changed;
        TRY(tags_settle(t, living));
        TRY(tag_line(t, living, "member.untagged", row.name));
    }
    return OK;
}

enum err tag_drop(struct tx *t, i64 member, str tag)
{
    i64 changed;
    return tag_drop_all(t, (ints){ &member, 1 }, tag, &changed);
}

/* -- expiry ----------------------------------------------------------------------------------- */

static enum err expire_batch(struct tx *t, void *arg)
{
    i64 *ended = arg;
    struct due_row_list due;
    TRY(db_all(t->c, &puts_due, &due, ARGS(t->c->now)));
    for (i64 i = 0; i < due.n; i++) {
        const struct due_row *row = &due.at[i];
        i64 living, rows;
        TRY(member_hold(t, row->member, &living));
        TRY(tx_change_rows(t, &put_end, &rows, ARGS(living, row->tag, row->origin)));
        if (rows == 0) continue;
        TRY(tags_settle(t, living));
        struct one_i64 still; /* another id of his may carry it on */
        TRY(db_get(t->c, &tag_carried, &still, ARGS(living, row->tag)));
        if (still.value == 0) TRY(tag_line(t, living, "member.tag_expired", row->name));
    }
    *ended = due.n;
    return OK;
}

enum err tag_expire(struct store *s, struct ctx *c, i64 *expired)
{
    *expired = 0;
    for (i64 ended = 1; ended > 0;) {
        struct arena_mark mark = arena_mark(c->arena);
        enum err err = store_write(s, c, expire_batch, &ended);
        arena_rewind(c->arena, mark);
        TRY(err);
        *expired += ended;
    }
    return OK;
}
