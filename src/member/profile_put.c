/* profile_put.c -- values of profile fields: whose word counts, and putting one. */
#include "member/profile.h"

/* -- sources ---------------------------------------------------------------------------------- */

/* A person's word outweighs a buyer's picture, that a file, that a guess from behaviour. */
static const struct {
    const char *name;
    int rank;
} sources[] = {
    { "hand", 4 }, { "buyer_show", 3 }, { "import", 2 }, { "api", 2 },
    { "demo", 2 }, { "behaviour", 1 },  { "track", 1 },
};

static int source_rank(str source)
{
    for (i64 i = 0; i < COUNT(sources); i++)
        if (str_eq(source, str_of(sources[i].name))) return sources[i].rank;
    return 0;
}

/* -- which count ------------------------------------------------------------------------------ */

#define FIELDS_OF_held_value(X, N) \
    X(i64, origin, ANY, "", N)     \
    X(str, field, ANY, "", N)      \
    X(str, value, ANY, "", N)      \
    X(str, source, ANY, "", N)     \
    X(instant, at, ANY, "", N)     \
    X(flag, shown, ANY, "", N)
SHAPE(held_value);
SHAPE_DEFINE(held_value);

QUERY(held_values, held_value,
      "SELECT origin, field, value, source, at, shown FROM member_value WHERE member = $1"
      " ORDER BY field, origin");
CHANGE(value_write,
       "INSERT INTO member_value (member, field, origin, value, source, at, shown)"
       " VALUES ($1, $2, $1, $3, $4, $5, TRUE) ON CONFLICT (member, field, origin) DO UPDATE"
       " SET value = excluded.value, source = excluded.source, at = excluded.at");
CHANGE(value_seen,
       "UPDATE member_value SET at = $3 WHERE member = $1 AND field = $2 AND origin = $1");
CHANGE(value_drop, "DELETE FROM member_value WHERE member = $1 AND field = $2 AND origin = $1");
CHANGE(value_mark,
       "UPDATE member_value SET shown = $4 WHERE member = $1 AND field = $2 AND origin = $3");

/* a is not outdone by b: the stronger source, then the later, then the lower origin. */
static bool beats(const struct held_value *a, const struct held_value *b)
{
    int rank_a = source_rank(a->source), rank_b = source_rank(b->source);
    if (rank_a != rank_b) return rank_a > rank_b;
    if (a->at != b->at) return a->at > b->at;
    return a->origin < b->origin;
}

enum err values_settle(struct tx *t, i64 living)
{
    struct held_value_list rows;
    TRY(db_all(t->c, &held_values, &rows, ARGS(living)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct held_value *row = &rows.at[i];
        bool shown = true;
        for (i64 k = 0; k < rows.n && shown; k++)
            shown = k == i || !str_eq(rows.at[k].field, row->field) || beats(row, &rows.at[k]);
        if (shown != row->shown)
            TRY(tx_change(t, &value_mark, ARGS(living, row->field, row->origin, shown)));
    }
    return OK;
}

/* -- putting ---------------------------------------------------------------------------------- */

/* All that decides about one value, in one statement: imports put places on members by the hundred
 * thousand. */
#define FIELDS_OF_put_state(X, N)                                       \
    X(opt_i64, merged_into, ANY, "", N)                                 \
    X(opt_instant, erased_at, ANY, "", N)                               \
    X(str, name, ANY, "", N)                                            \
    X(str, zh, ANY, "", N)                                              \
    X(str, en, ANY, "", N)                                              \
    X(choice(field_type), type, ANY, "", N)                             \
    X(str, choices, ANY, "", N)                                         \
    X(str, value, ANY, "What his own row says; absent: nothing yet", N) \
    X(str, source, ANY, "", N)                                          \
    X(opt_instant, at, ANY, "", N)                                      \
    X(flag, foreign_too, ANY, "Rows came along with merges", N)
SHAPE(put_state);
SHAPE_DEFINE(put_state);

#define PUT_STATE                                                                                \
    "SELECT m.merged_into AS merged_into, m.erased_at AS erased_at, f.name AS name, f.zh AS zh," \
    " f.en AS en, f.type AS type, f.choices AS choices, v.value AS value, v.source AS source,"   \
    " v.at AS at, EXISTS (SELECT 1 FROM member_value o WHERE o.member = m.member"                \
    "  AND o.field = f.name AND o.origin <> m.member) AS foreign_too"                            \
    " FROM member m JOIN field f ON f.name = $2"                                                 \
    " LEFT JOIN member_value v ON v.member = m.member AND v.field = f.name AND v.origin = "      \
    "m.member"                                                                                   \
    " WHERE m.member = $1"
QUERY_PG(put_state_read, put_state, PUT_STATE, PUT_STATE " FOR NO KEY UPDATE OF m");

static enum err read_state(struct tx *t, i64 member, str field, i64 *living,
                           struct put_state *state)
{
    bool found;
    *living = member;
    TRY(db_find(t->c, &put_state_read, state, &found, ARGS(member, field)));
    if (found && !state->merged_into.has && !state->erased_at.has) return OK;
    if (!found) {
        struct field_row row;
        TRY(field_find(t->c, field, &row, &found));
        if (!found)
            return fail_at(t->c, E_NOT_FOUND, S("field"), "没有这个字段", "there is no such field");
    }
    TRY(member_hold_writable(t, member, living));
    return db_get(t->c, &put_state_read, state, ARGS(*living, field));
}

#define PLACE(FIELD)                                                                         \
    "(SELECT v.value FROM member_value v WHERE v.member = $1 AND v.field = '" FIELD "' AND " \
    "v.shown)"
CHANGE(place_follows, "UPDATE member SET province = " PLACE("province") ", city = " PLACE(
                          "city") " WHERE member = $1");

/* The value that counts has changed, or may have: marks, derived columns, a line. */
static enum err value_changed(struct tx *t, i64 living, str field, bool foreign_too)
{
    if (foreign_too) TRY(values_settle(t, living));
    if (str_eq(field, S("province")) || str_eq(field, S("city")))
        TRY(tx_change(t, &place_follows, ARGS(living)));
    return member_line(t, living, "member.field_set",
                       str_fmt(t->c->arena, "field:" STR_FMT, STR_ARG(field)), NO_STR);
}

const struct profile_lock *profile_locks;

static enum err lock_check(struct tx *t, i64 living, str field, str value, str source)
{
    if (!str_eq(source, S("hand"))) return OK;
    for (const struct profile_lock *l = profile_locks; l && l->field; l++)
        if (str_eq(field, str_of(l->field))) TRY(l->check(t, living, value));
    return OK;
}

enum err profile_put(struct tx *t, i64 member, str field, str value, str source, instant at)
{
    struct ctx *c = t->c;
    struct put_state had;
    i64 living, when = at ? at : c->now;
    int rank = source_rank(source);
    if (!rank)
        return fail_at(c, E_INVALID, S("source"),
                       "来源应当是 hand、buyer_show、import、api 或 behaviour",
                       "the source is one of hand, buyer_show, import, api, behaviour");
    TRY(read_state(t, member, field, &living, &had));
    str now = NO_STR;
    bool empty = str_trim(value).n == 0;
    struct field_row row = {
        .name = had.name, .zh = had.zh, .en = had.en, .type = had.type, .choices = had.choices
    };
    if (!empty) TRY(field_value(c, &row, value, &now));
    TRY(lock_check(t, living, field, now, source));
    int had_rank = had.value.at ? source_rank(had.source) : 0;
    if (had_rank > rank || (empty && !had_rank)) return OK;
    if (empty) {
        TRY(tx_change(t, &value_drop, ARGS(living, field)));
        return value_changed(t, living, field, had.foreign_too);
    }
    if (had_rank == rank && had.at.value > when) return OK;
    if (had_rank == rank && str_eq(had.value, now)) {
        if (had.at.value == when) return OK;
        TRY(tx_change(t, &value_seen, ARGS(living, field, when)));
        return had.foreign_too ? value_changed(t, living, field, true) : OK;
    }
    TRY(tx_change(t, &value_write, ARGS(living, field, now, source, when)));
    return value_changed(t, living, field, had.foreign_too);
}
