/* members.c -- what segments may ask of experiments, and how exposures follow merges. */
#include "base/field.h"
#include "insight/experiment/inside.h"

/* -- field ------------------------------------------------------------------------------------- */

#define OF_EACH(VALUE)                                                                             \
    "SELECT x.member, " VALUE " AS value FROM experiment_exposure x JOIN experiment e"             \
    " ON e.id = x.experiment JOIN member m ON m.member = x.member AND m.merged_into IS NULL"       \
    " WHERE x.member >= $1 AND x.member <= $2 AND NOT EXISTS (SELECT 1 FROM experiment_exposure f" \
    " WHERE f.member = x.member AND f.experiment = x.experiment"                                   \
    " AND (f.at < x.at OR (f.at = x.at AND f.number < x.number)))"
QUERY(arm_rows, field_word, OF_EACH("e.name || ':' || x.arm") " UNION ALL " OF_EACH("e.name"));

static const char *const on_exposure[] = { "experiment.exposed", "member.merged", "member.unmerged",
                                           NULL };
static const struct field rows[] = {
    { .name = "experiment",
      .kind = FIELD_IS_SET,
      .sql = &arm_rows,
      .stale = on_exposure,
      .zh = "参加过的实验（名称），及其中的组（名称:组名）",
      .en = "Experiments he was exposed to (name), and his arm (name:arm)",
      .example = "experiment = \"新包装:B\"" },
    { 0 },
};
const struct field_table experiment_fields = { .rows = rows };

/* -- held out --- */

QUERY(q_living, one_i64,
      "SELECT member AS value FROM member WHERE member > $1 AND merged_into IS NULL"
      " ORDER BY member LIMIT $2");

enum { LOOK_AT = 5000 }; /* ids at once */

/* The hash of the id decides, which SQL has not: ids are walked in order. */
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
            if (experiment_held_out(after, out->percent)) *PUSH(c->arena, &out->members) = after;
        }
    } while (ids.n == LOOK_AT && out->members.n < limit);
    return OK;
}

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
