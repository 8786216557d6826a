/* raise.c -- what an evaluation found is brought into the rows: raised, raised again, gone.
 *
 * All of it runs in one change, one at a time, and follows from the rows alone: a second server
 * with the same findings changes nothing.
 */
#include "base/json.h"
#include "insight/alert/inside.h"
#include "timeline/timeline.h"

QUERY(q_latest, alert_row,
      "SELECT " ALERT_COLUMNS
      " FROM alert WHERE rule = $1 AND value = $2 ORDER BY id DESC LIMIT 1");
QUERY(q_muted, one_i64,
      "SELECT COUNT(*) AS value FROM alert_mute WHERE rule = $1 AND value = $2 AND until > $3");
CHANGE(c_insert,
       "INSERT INTO alert (id, rule, value, state, from_day, to_day, since_day, facts,"
       " first_raised_at, raised_at, times, assigned, ending) VALUES ($1, $2, $3, 'raised', $4, $5,"
       " $4, $6, $7, $7, 1, $8, 'none')");
CHANGE(c_stand, "UPDATE alert SET from_day = $2, to_day = $3, facts = $4 WHERE id = $1");
CHANGE(c_again, "UPDATE alert SET raised_at = $2, times = times + 1 WHERE id = $1");
CHANGE(c_return, "UPDATE alert SET state = CASE WHEN acknowledged_at IS NULL THEN 'raised' ELSE"
                 " 'acknowledged' END, ending = 'none', resolved_by = NULL, resolved_at = NULL"
                 " WHERE id = $1");
CHANGE(c_checked, "UPDATE alert_rule SET checked_at = $2, problem_zh = NULL, problem_en = NULL,"
                  " note_zh = $3, note_en = $4 WHERE id = $1");
CHANGE(c_broken, "UPDATE alert_rule SET checked_at = $2, problem_zh = $3, problem_en = $4,"
                 " note_zh = NULL, note_en = NULL WHERE id = $1");

struct writing {
    struct tx *t;
    struct alert_findings *f;
    struct alert_rule_row rule;
    struct alert_row_list open;
    bool muted; /* the rule */
    i64 quiet_ms;
};

static str facts_text(struct ctx *c, const struct alert_facts *facts)
{
    struct buf b = { .arena = c->arena };
    json_write(&b, &alert_facts_shape, facts);
    return buf_str(&b);
}

static enum err line_of(struct tx *t, i64 id, const char *kind)
{
    struct timeline_line line = { .at = t->c->now,
                                  .kind = str_of(kind),
                                  .subject = alert_subject(t->c, id) };
    return timeline_append(t, &line);
}

static enum err is_muted(struct writing *w, str value, bool *out)
{
    struct one_i64 n;
    *out = w->muted;
    if (*out) return OK;
    TRY(db_get(w->t->c, &q_muted, &n, ARGS(w->f->rule, value, w->t->c->now)));
    *out = n.value > 0;
    return OK;
}

/* -- raising ----------------------------------------------------------------------------------- */

enum chance { CHANCE_NONE, CHANCE_NEW, CHANCE_RETURN };

static enum err chance_of(struct writing *w, str value, enum chance *out, struct alert_row *latest)
{
    struct ctx *c = w->t->c;
    bool found, muted;
    *out = CHANCE_NONE;
    TRY(is_muted(w, value, &muted));
    if (muted) return OK;
    TRY(db_find(c, &q_latest, latest, &found, ARGS(w->f->rule, value)));
    bool quiet = found && (c->now < latest->raised_at + w->quiet_ms ||
                           (!w->f->again && latest->from_day >= w->f->from));
    if (!quiet || latest->ending == ENDING_CHANGED || latest->ending == ENDING_OFF)
        *out = CHANCE_NEW;
    else if (latest->ending == ENDING_GONE) *out = CHANCE_RETURN;
    return OK;
}

static enum err raise_one(struct writing *w, str value, const struct alert_facts *facts)
{
    struct tx *t = w->t;
    struct alert_row row = { 0 };
    enum chance chance;
    TRY(chance_of(w, value, &chance, &row));
    if (chance == CHANCE_NONE) return OK;
    if (chance == CHANCE_RETURN) {
        TRY(tx_change(t, &c_stand, ARGS(row.id, w->f->from, w->f->to, facts_text(t->c, facts))));
        TRY(tx_change(t, &c_return, ARGS(row.id)));
        return alert_step_by_itself(t, &row, "returned", NO_STR);
    }
    TRY(tx_take(t, S("alert"), 1, &row.id));
    row.rule = w->f->rule;
    TRY(tx_change(t, &c_insert,
                  ARGS(row.id, w->f->rule, value, w->f->from, w->f->to, facts_text(t->c, facts),
                       t->c->now, w->rule.owner)));
    w->f->raised++;
    TRY(line_of(t, row.id, "alert.raised"));
    TRY(alert_step_by_itself(t, &row, "raised", NO_STR));
    return alert_tell(t, &w->rule, row.id, "alert.raised");
}

/* -- what stands, what has gone ---------------------------------------------------------------- */

static enum err keep_parts(struct ctx *c, const struct alert_row *row, struct alert_facts *facts)
{
    struct alert_facts old;
    if (facts->parts.n) return OK;
    TRY(alert_facts_of(c, row, &old));
    facts->parts = old.parts;
    facts->parts_of = old.parts_of;
    return OK;
}

static enum err stands(struct writing *w, const struct alert_row *row,
                       const struct alert_facts *now)
{
    struct tx *t = w->t;
    struct alert_facts facts = *now;
    bool muted, later = w->f->from > row->from_day;
    if (!later) TRY(keep_parts(t->c, row, &facts));
    str text = facts_text(t->c, &facts);
    if (later || !str_eq(text, row->facts))
        TRY(tx_change(t, &c_stand, ARGS(row->id, w->f->from, w->f->to, text)));
    if (row->state != ALERT_RAISED || t->c->now < row->raised_at + w->quiet_ms) return OK;
    if (!w->f->again && !later) return OK;
    TRY(is_muted(w, row->value, &muted));
    if (muted) return OK;
    TRY(tx_change(t, &c_again, ARGS(row->id, t->c->now)));
    w->f->again_n++;
    TRY(line_of(t, row->id, "alert.raised"));
    TRY(alert_step_by_itself(t, row, "again", NO_STR));
    return alert_tell(t, &w->rule, row->id, "alert.raised");
}

static const struct alert_finding *finding_of(const struct alert_findings *f, str value)
{
    for (i64 i = 0; i < f->holding.n; i++)
        if (str_eq(f->holding.at[i].value, value)) return &f->holding.at[i];
    return NULL;
}

static bool is_unknown(const struct alert_findings *f, str value)
{
    for (i64 i = 0; i < f->unknown.n; i++)
        if (str_eq(f->unknown.at[i], value)) return true;
    return false;
}

static enum err gone(struct writing *w, const struct alert_row *row)
{
    bool muted;
    w->f->resolved++;
    TRY(alert_end(w->t, row, ENDING_GONE, NO_STR));
    TRY(line_of(w->t, row->id, "alert.resolved"));
    TRY(is_muted(w, row->value, &muted));
    return muted ? OK : alert_tell(w->t, &w->rule, row->id, "alert.resolved");
}

static enum err look_at_open(struct writing *w, const struct alert_row **group)
{
    *group = NULL;
    for (i64 i = 0; i < w->open.n; i++) {
        const struct alert_row *row = &w->open.at[i];
        if (str_eq(row->value, ALERT_GROUP)) {
            *group = row;
            continue;
        }
        const struct alert_finding *found = finding_of(w->f, row->value);
        if (found) TRY(stands(w, row, &found->facts));
        else if (!is_unknown(w->f, row->value)) TRY(gone(w, row));
    }
    return OK;
}

/* -- several at once --------------------------------------------------------------------------- */

static bool has_open(const struct writing *w, str value)
{
    for (i64 i = 0; i < w->open.n; i++)
        if (str_eq(w->open.at[i].value, value)) return true;
    return false;
}

/* Those without an alert of their own that are not muted. */
static enum err without_alert(struct writing *w, struct alert_finding_list *out)
{
    *out = (struct alert_finding_list){ 0 };
    for (i64 i = 0; i < w->f->holding.n; i++) {
        bool muted;
        if (has_open(w, w->f->holding.at[i].value)) continue;
        TRY(is_muted(w, w->f->holding.at[i].value, &muted));
        if (!muted) *PUSH(w->t->c->arena, out) = w->f->holding.at[i];
    }
    return OK;
}

static struct alert_facts facts_of_group(struct writing *w, const struct alert_finding_list *fresh)
{
    struct alert_facts out = { .terms = (struct alert_terms *)w->f->terms, .values_n = fresh->n };
    for (i64 i = 0; i < fresh->n && i < ALERT_LISTED; i++) {
        const struct alert_finding *f = &fresh->at[i];
        *PUSH(w->t->c->arena, &out.values) =
            (struct alert_listed){ f->value, f->facts.label, f->facts.figure, f->facts.expected };
    }
    return out;
}

static enum err raise_fresh(struct writing *w, const struct alert_finding_list *fresh)
{
    struct alert_row group;
    struct alert_finding_list may = { 0 };
    enum chance chance;
    for (i64 i = 0; i < fresh->n; i++) {
        TRY(chance_of(w, fresh->at[i].value, &chance, &group));
        if (chance != CHANCE_NONE) *PUSH(w->t->c->arena, &may) = fresh->at[i];
    }
    if (!may.n) return OK;
    TRY(chance_of(w, ALERT_GROUP, &chance, &group));
    if (may.n > ALERT_STORM || w->open.n + may.n > ALERT_OPEN) {
        struct alert_facts facts = facts_of_group(w, fresh);
        return raise_one(w, ALERT_GROUP, &facts);
    }
    /* who resolved the group by hand has seen these */
    if (chance == CHANCE_NONE && !w->muted) return OK;
    for (i64 i = 0; i < may.n; i++) TRY(raise_one(w, may.at[i].value, &may.at[i].facts));
    return OK;
}

enum err alert_findings_write(struct tx *t, void *findings)
{
    struct writing w = { .t = t, .f = findings };
    struct alert_findings *f = findings;
    struct alert_finding_list fresh;
    const struct alert_row *group;
    f->raised = f->again_n = f->resolved = 0; /* it may run again */
    TRY(alert_turn(t));
    TRY(alert_rule_row_get(t->c, f->rule, &w.rule));
    if (!w.rule.enabled || w.rule.version != f->version) return OK;
    w.muted = w.rule.muted_until.has && w.rule.muted_until.value > t->c->now;
    w.quiet_ms = w.rule.quiet_hours * HOUR_MS;
    TRY(tx_change(t, &c_checked, ARGS(f->rule, t->c->now, f->note_zh, f->note_en)));
    TRY(alert_rows_open(t->c, f->rule, &w.open));
    TRY(look_at_open(&w, &group));
    TRY(without_alert(&w, &fresh));
    if (!group) return raise_fresh(&w, &fresh);
    if (!fresh.n) return f->unknown.n ? OK : gone(&w, group);
    struct alert_facts facts = facts_of_group(&w, &fresh);
    return stands(&w, group, &facts);
}

enum err alert_rule_broken(struct tx *t, i64 rule, str zh, str en)
{
    return tx_change(t, &c_broken, ARGS(rule, t->c->now, zh, en));
}
