/* members.c -- who is held out of all experiments, what segments may ask of experiments, and how
 * exposures follow merges. */
#include "base/field.h"
#include "insight/experiment/inside.h"
#include "store/composed.h"

/* -- held out ---------------------------------------------------------------------------------- */

/* The place of a member is worked out by SQL where segments ask and here where one is asked for, so
 * it is arithmetic that both have: cubes modulo a prime p below 2^31 with p = 2 (mod 3), so that
 * each round permutes the residues and no product leaves 64 bits. */
SQL_PART(held_rows,
         "WITH a AS MATERIALIZED (SELECT member, (member % 2147483579 + 1537228672) % 2147483579"
         " AS y FROM member WHERE member >= $2 AND member <= $3 AND merged_into IS NULL),"
         " b AS MATERIALIZED (SELECT member,"
         " (y * y % 2147483579 * y + 715827883) % 2147483579 AS y FROM a),"
         " c AS MATERIALIZED (SELECT member,"
         " (y * y % 2147483579 * y + 1904912087) % 2147483579 AS y FROM b)"
         " SELECT member, CASE WHEN y * y % 2147483579 * y % 2147483579 % 100 < $1"
         " THEN 'true' ELSE 'false' END AS value FROM c");
SQL_PART(held_none, "SELECT member, 'false' AS value FROM member WHERE FALSE");

i64 experiment_programme_place(i64 member)
{
    static const i64 prime = 2147483579, plus[] = { 1537228672, 715827883, 1904912087 };
    i64 y = member % prime;
    for (i64 i = 0; i < COUNT(plus); i++) {
        y = (y + plus[i]) % prime;
        y = y * y % prime * y % prime;
    }
    return y % 100;
}

QUERY(q_living, one_i64,
      "SELECT member AS value FROM member WHERE member > $1 AND merged_into IS NULL"
      " ORDER BY member LIMIT $2");

enum { LOOK_AT = 5000 }; /* ids at once */

/* A page is found among the next few ids: they are walked in order. */
enum err experiment_held_list(struct ctx *c, i64 after, i64 limit, struct experiment_held *out)
{
    struct one_i64_list ids;
    *out = (struct experiment_held){ 0 };
    TRY(setting_i64(c, "experiments.holdout_percent", &out->percent));
    if (out->percent == 0) return OK;
    do {
        TRY(db_all(c, &q_living, &ids, ARGS(after, (i64)LOOK_AT)));
        for (i64 i = 0; i < ids.n && out->members.n < limit; i++) {
            after = ids.at[i].value;
            if (experiment_programme_place(after) < out->percent)
                *PUSH(c->arena, &out->members) = after;
        }
    } while (ids.n == LOOK_AT && out->members.n < limit);
    return OK;
}

/* -- fields ------------------------------------------------------------------------------------ */

/* The first of a living member's exposures to each. */
#define OF_EACH(VALUE)                                                                             \
    "SELECT x.member, " VALUE " AS value FROM experiment_exposure x JOIN experiment e"             \
    " ON e.id = x.experiment JOIN member m ON m.member = x.member AND m.merged_into IS NULL"       \
    " WHERE x.member >= $1 AND x.member <= $2 AND NOT EXISTS (SELECT 1 FROM experiment_exposure f" \
    " WHERE f.member = x.member AND f.experiment = x.experiment"                                   \
    " AND (f.at < x.at OR (f.at = x.at AND f.number < x.number)))"
QUERY(arm_rows, field_word, OF_EACH("e.name || ':' || x.arm") " UNION ALL " OF_EACH("e.name"));
QUERY(arms_of_one, field_word, OF_EACH("x.arm") " AND x.experiment = CAST($3 AS BIGINT)");

#define FIELDS_OF_begun(X, N) \
    X(i64, id, ANY, "", N)    \
    X(str, name, ANY, "", N)
SHAPE(begun);
SHAPE_DEFINE(begun);
QUERY(q_begun, begun,
      "SELECT id, name FROM experiment WHERE state <> 'draft' ORDER BY id DESC LIMIT 100");

static enum err held_out(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    i64 percent;
    (void)at;
    TRY(setting_i64(c, "experiments.holdout_percent", &percent));
    if (percent) composed_add(out, &held_rows, ARGS(percent, first, last));
    else composed_add(out, &held_none, NO_ARGS);
    return OK;
}

/* The arm in each experiment that has begun, so that any question can be cut by it. Nobody keeps
 * them, since few are asked for and there may be many: the statement reads one experiment. */
static enum err arms(struct ctx *c, struct fields *out)
{
    struct arena *a = c->arena;
    struct begun_list begun = { 0 };
    TRY(db_all(c, &q_begun, &begun, NO_ARGS));
    for (i64 i = 0; i < begun.n; i++) {
        const struct begun *e = &begun.at[i];
        long long id = (long long)e->id;
        *PUSH(a, out) = (struct field){
            .name = str_z(a, str_fmt(a, "arm_%lld", id)),
            .kind = FIELD_IS_TEXT,
            .sql = &arms_of_one,
            .third = FIELD_KEY,
            .key = str_z(a, str_fmt(a, "%lld", id)),
            .moves = true,
            .zh = str_z(a, str_fmt(a, "在实验“" STR_FMT "”的哪一组", STR_ARG(e->name))),
            .en = str_z(a, str_fmt(a, "Arm of the experiment \"" STR_FMT "\"", STR_ARG(e->name))),
            .example = str_z(a, str_fmt(a, "arm_%lld is known", id)),
        };
    }
    return OK;
}

static const char *const on_exposure[] = { "experiment.exposed", "member.merged", "member.unmerged",
                                           NULL };
static const char *const on_member[] = { "member.*", NULL };
static const char *const on_percent[] = { "experiments.holdout_percent", NULL };
static const struct field rows[] = {
    { .name = "experiment",
      .kind = FIELD_IS_SET,
      .sql = &arm_rows,
      .stale = on_exposure,
      .zh = "参加过的实验（名称），及其中的组（名称:组名）",
      .en = "Experiments he was exposed to (name), and his arm (name:arm)",
      .example = "experiment = \"新包装:B\"" },
    { .name = "held_out",
      .kind = FIELD_IS_FLAG,
      .compose = held_out,
      .stale = on_member,
      .settings = on_percent,
      .zh = "属于全局对照，不参加任何新实验（没有设全局对照：未知）",
      .en = "Held out of all new experiments (unknown: nobody is held out)",
      .example = "held_out = true" },
    { 0 },
};
const struct field_table experiment_fields = { rows, arms };

/* -- merges ------------------------------------------------------------------------------------ */

QUERY(q_numbers, one_i64, "SELECT number AS value FROM experiment_exposure WHERE member = $1");
CHANGE(c_all, "UPDATE experiment_exposure SET member = $2 WHERE member = $1");
CHANGE(c_back, "UPDATE experiment_exposure SET member = $2 WHERE member = $1 AND number = $3");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list numbers = { 0 };
    TRY(db_all(t->c, &q_numbers, &numbers, ARGS(loser)));
    for (i64 i = 0; i < numbers.n; i++)
        TRY(merge_note(t, merge, "experiment", numbers.at[i].value));
    return numbers.n ? tx_change(t, &c_all, ARGS(loser, winner)) : OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    (void)merge;
    for (i64 i = 0; i < noted.n; i++) TRY(tx_change(t, &c_back, ARGS(winner, loser, noted.at[i])));
    return OK;
}

const struct merge_listener experiment_merges = { .room = "experiment",
                                                  .moved = moved,
                                                  .parted = parted };
