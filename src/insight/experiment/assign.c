/* assign.c -- who gets which arm, and his first exposure.
 *
 * Invariants
 *   1. A place and an arm follow from salt and member id alone.
 *   2. A row of experiment_exposure for each id first exposed; for each one line of the timeline,
 * in the same transaction.
 *   3. Who has a row has his arm by it; nothing is worked out anew.
 */
#include <sodium.h>

#include "audience/ask.h"
#include "base/json.h"
#include "insight/experiment/inside.h"
#include "timeline/timeline.h"

const struct setting experiment_settings[] = {
    { .name = "experiments.holdout_percent",
      .kind = SETTING_I64,
      .fallback = "0",
      .min = 0,
      .max = 50,
      .zh = "全局对照：百分之多少的会员不参加任何实验（改动后只影响尚未分组的会员）",
      .en = "Held out: percent of members who take part in no experiment (a change concerns those "
            "without an arm only)" },
    { 0 },
};

#define FIELDS_OF_exposure(X, N) \
    X(str, arm, ANY, "", N)      \
    X(instant, at, ANY, "", N)
SHAPE(exposure);
SHAPE_DEFINE(exposure);
QUERY(q_exposure, exposure,
      "SELECT arm, at FROM experiment_exposure WHERE member = $1 AND experiment = $2"
      " ORDER BY at, number LIMIT 1");
QUERY(q_in_layer, one_i64,
      "SELECT x.experiment AS value FROM experiment_exposure x JOIN experiment o"
      " ON o.id = x.experiment WHERE x.member = $1 AND o.id <> $2 AND o.layer_folded = $3"
      " AND o.state = 'running' AND (o.ends_at IS NULL OR o.ends_at > $4) LIMIT 1");
CHANGE(c_expose, "INSERT INTO experiment_exposure (member, experiment, origin, arm, at, number)"
                 " VALUES ($1, $2, $1, $3, $4, $5)"
                 " ON CONFLICT (member, experiment, origin) DO NOTHING");
QUERY(q_mine, experiment_mine,
      "SELECT e.id AS experiment, e.name, x.arm, x.at AS exposed_at FROM experiment_exposure x"
      " JOIN experiment e ON e.id = x.experiment WHERE x.member = $1 AND e.state = 'running'"
      " AND (e.ends_at IS NULL OR e.ends_at > $2) AND NOT EXISTS (SELECT 1 FROM"
      " experiment_exposure f WHERE f.member = x.member AND f.experiment = x.experiment"
      " AND (f.at < x.at OR (f.at = x.at AND f.number < x.number))) ORDER BY e.id DESC LIMIT 100");

/* -- hashes ------------------------------------------------------------------------------------ */

static u64 salted(str salt, i64 member)
{
    unsigned char key[crypto_shorthash_KEYBYTES], hash[crypto_shorthash_BYTES], id[8];
    u64 out = 0;
    crypto_generichash(key, sizeof key, (const unsigned char *)salt.at, (u64)salt.n, NULL, 0);
    for (int i = 0; i < 8; i++) id[i] = (unsigned char)((u64)member >> (8 * i));
    crypto_shorthash(hash, id, sizeof id, key);
    for (int i = 0; i < 8; i++) out |= (u64)hash[i] << (8 * i);
    return out;
}

/* The high part of hash times n: even to one part in 2^64 / n. */
i64 experiment_place(str salt, i64 member, i64 n)
{
    return (i64)(u64)(((unsigned __int128)salted(salt, member) * (u64)n) >> 64);
}

i64 experiment_arm_place(str salt, i64 member, const struct experiment_arm_list *arms)
{
    i64 all = 0;
    for (i64 i = 0; i < arms->n; i++) all += arms->at[i].weight.value;
    i64 place = experiment_place(salt, member, all), arm = 0;
    while (place >= arms->at[arm].weight.value) place -= arms->at[arm++].weight.value;
    return arm;
}

str experiment_layer_salt(struct ctx *c, const struct experiment_row *row)
{
    if (row->layer.n)
        return str_fmt(c->arena, "layer " STR_FMT, STR_ARG(str_fold(c->arena, row->layer)));
    return str_fmt(c->arena, "share " STR_FMT, STR_ARG(row->salt));
}

/* -- who may ----------------------------------------------------------------------------------- */

/* By the index where it is, as of the last line; else by SQL. In a ctx of its own, so that the view
 * is let go at once. */
static enum err by_index(struct ctx *c, str text, i64 member, bool *in)
{
    const struct segment_node *tree;
    const struct view *v;
    const struct plan *p;
    instant at;
    i64 seq;
    TRY(segment_at_read(c, NO_STR, &at));
    TRY(segment_parse(c, text, &tree));
    TRY(timeline_last(c, &seq));
    TRY(audience_view(c, seq, &v));
    TRY(plan_make(c, v, tree, at, &p));
    *in = plan_holds(p, member);
    return OK;
}

static enum err by_sql(struct ctx *c, str text, i64 member, bool *in)
{
    const struct segment_node *tree;
    instant at;
    TRY(segment_at_read(c, NO_STR, &at));
    TRY(segment_parse(c, text, &tree));
    return segment_holds(c, tree, at, member, in);
}

static enum err in_audience(struct store *s, struct ctx *c, str text, i64 member, bool *in)
{
    struct ctx own = *c;
    *in = true;
    if (!text.n) return OK;
    own.arena = arena_new();
    own.db = NULL;
    enum err e = store_reader(s, &own);
    if (e == OK) e = by_index(&own, text, member, in);
    if (e == E_BUSY || e == E_TIMEOUT) e = by_sql(&own, text, member, in);
    c->why = own.why;
    if (own.db) store_release(&own);
    arena_free(own.arena);
    return e;
}

/* ASSIGNED: nothing stands in the way. */
static enum err look(struct store *s, struct ctx *c, const struct experiment_row *row, i64 member,
                     enum experiment_result *out)
{
    struct one_i64 other;
    i64 held;
    bool found = false, in;
    TRY(setting_i64(c, "experiments.holdout_percent", &held));
    i64 place = experiment_place(experiment_layer_salt(c, row), member, PLACES);
    if (row->layer.n)
        TRY(db_find(c, &q_in_layer, &other, &found,
                    ARGS(member, row->id, str_fold(c->arena, row->layer), c->now)));
    *out = experiment_programme_place(member) < held         ? EXPERIMENT_HELD_OUT
           : place < row->slot_from || place >= row->slot_to ? EXPERIMENT_NOT_IN_SHARE
           : found                                           ? EXPERIMENT_IN_ANOTHER
                                                             : EXPERIMENT_ASSIGNED;
    if (*out != EXPERIMENT_ASSIGNED) return OK;
    TRY(in_audience(s, c, row->audience, member, &in));
    if (!in) *out = EXPERIMENT_NOT_IN_AUDIENCE;
    return OK;
}

/* -- exposure ---------------------------------------------------------------------------------- */

struct exposing {
    i64 id, member;
    struct experiment_assigned *out;
};

static enum err find(struct ctx *c, i64 id, i64 member, bool *found,
                     struct experiment_assigned *out)
{
    struct exposure x;
    *out = (struct experiment_assigned){ .experiment = id, .member = member };
    TRY(db_find(c, &q_exposure, &x, found, ARGS(member, id)));
    if (!*found) return OK;
    out->result = EXPERIMENT_ASSIGNED;
    out->arm = x.arm;
    out->exposed_at = SOME(x.at);
    return OK;
}

static enum err line_of(struct tx *t, const struct experiment_row *row, i64 member, str arm)
{
    struct ctx *c = t->c;
    struct buf props = { .arena = c->arena };
    buf_add(&props, S("{\"experiment\":"));
    json_write_str(&props, row->name);
    buf_add(&props, S(",\"arm\":"));
    json_write_str(&props, arm);
    buf_byte(&props, '}');
    struct timeline_line line = { .at = c->now,
                                  .member = member,
                                  .kind = S("experiment.exposed"),
                                  .subject = experiment_subject(c, row->id),
                                  .props = buf_str(&props) };
    return timeline_append(t, &line);
}

/* Whoever comes second finds the first one's row. */
static enum err expose(struct tx *t, void *arg)
{
    struct exposing *x = arg;
    struct ctx *c = t->c;
    struct experiment_row row;
    struct experiment_kept kept;
    i64 member, number, written;
    bool found;
    TRY(member_living(c, x->member, &member));
    TRY(experiment_row_get(c, x->id, &row));
    TRY(find(c, x->id, member, &found, x->out));
    if (found || !experiment_on(&row, c->now)) return OK;
    TRY(experiment_kept_read(c, &row, &kept));
    str arm = kept.arms.at[experiment_arm_place(row.salt, member, &kept.arms)].name;
    TRY(tx_take(t, S("experiment_exposure"), 1, &number));
    TRY(tx_change_rows(t, &c_expose, &written, ARGS(member, x->id, arm, c->now, number)));
    if (written) TRY(line_of(t, &row, member, arm));
    TRY(find(c, x->id, member, &found, x->out));
    x->out->first = written > 0;
    return OK;
}

/* As he stands: exposed, or what would come of asking; *found: he has his arm already, which is
 * told after the end, too. */
static enum err standing(struct store *s, struct ctx *c, const struct experiment_row *row,
                         i64 member, bool *found, struct experiment_assigned *out)
{
    TRY(find(c, row->id, member, found, out));
    if (!experiment_on(row, c->now)) {
        out->result = EXPERIMENT_NOT_RUNNING;
        return OK;
    }
    return *found ? OK : look(s, c, row, member, &out->result);
}

enum err experiment_assign(struct store *s, struct ctx *c, i64 id, i64 member,
                           struct experiment_assigned *out)
{
    struct experiment_row row;
    struct exposing x = { .id = id, .out = out };
    bool found;
    TRY(experiment_row_get(c, id, &row));
    TRY(member_living(c, member, &x.member));
    TRY(standing(s, c, &row, x.member, &found, out));
    if (out->result == EXPERIMENT_NOT_RUNNING)
        *out = (struct experiment_assigned){ .experiment = id, .member = x.member };
    return !found && out->result == EXPERIMENT_ASSIGNED ? store_write(s, c, expose, &x) : OK;
}

enum err experiment_look(struct store *s, struct ctx *c, i64 id, i64 member,
                         struct experiment_assigned *out)
{
    struct experiment_row row;
    struct experiment_kept kept;
    bool found;
    TRY(experiment_row_get(c, id, &row));
    TRY(member_living(c, member, &member));
    TRY(standing(s, c, &row, member, &found, out));
    if (found || out->result != EXPERIMENT_ASSIGNED) return OK;
    TRY(experiment_kept_read(c, &row, &kept));
    out->arm = kept.arms.at[experiment_arm_place(row.salt, member, &kept.arms)].name;
    return OK;
}

enum err experiments_of(struct ctx *c, i64 member, struct experiment_mine_list *out)
{
    *out = (struct experiment_mine_list){ 0 };
    return db_all(c, &q_mine, out, ARGS(member, c->now));
}
