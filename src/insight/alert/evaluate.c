/* evaluate.c -- rules are evaluated: what holds now, and when it is time to look again. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "insight/alert/inside.h"
#include "timeline/timeline.h"

enum { UNKNOWN_KEPT = 1000 };

/* -- one rule ---------------------------------------------------------------------------------- */

static int furthest_first(const void *a, const void *b)
{
    const struct alert_finding *x = a, *y = b;
    if (x->judged.off != y->judged.off) return x->judged.off > y->judged.off ? -1 : 1;
    return str_cmp(x->value, y->value);
}

static struct alert_point point_of(struct ctx *c, const struct alert_test *t,
                                   const struct alert_history *h, const struct alert_series *s,
                                   i64 i)
{
    struct alert_judged j;
    enum metric_unit unit = t->source.unit;
    alert_judge(t, h, s, i, &j);
    return (struct alert_point){ .from = h->first + (day)(i * h->step),
                                 .value = metric_text(c->arena, unit, j.value),
                                 .expected = metric_text(c->arena, unit, j.base),
                                 .low = metric_text(c->arena, unit, j.low),
                                 .high = metric_text(c->arena, unit, j.high),
                                 .verdict = j.verdict };
}

static void facts_fill(struct ctx *c, const struct alert_terms *terms, const struct alert_test *t,
                       const struct alert_history *h, const struct alert_series *s, i64 i,
                       struct alert_finding *out)
{
    struct alert_point now = point_of(c, t, h, s, i);
    out->facts = (struct alert_facts){ .terms = (struct alert_terms *)terms,
                                       .label = s->label,
                                       .values_n = 1,
                                       .figure = now.value,
                                       .expected = now.expected,
                                       .low = now.low,
                                       .high = now.high };
    i64 from = i < ALERT_POINTS - 1 ? 0 : i - (ALERT_POINTS - 1);
    for (i64 k = from; h->n > 1 && k <= i; k++)
        *PUSH(c->arena, &out->facts.points) = point_of(c, t, h, s, k);
}

/* What could not be judged, and what nobody looked at. */
static str note_of(struct ctx *c, enum locale locale, const i64 *counts,
                   const struct alert_history *h)
{
    enum alert_verdict most = ALERT_NOT_DEFINED;
    enum locale kept = c->locale;
    strs notes = { 0 };
    for (enum alert_verdict v = ALERT_NOT_DEFINED; v <= ALERT_NO_SPREAD; v++)
        if (counts[v] > counts[most]) most = v;
    c->locale = locale;
    if (h->most) *PUSH(c->arena, &notes) = alert_more_words(c, h->most);
    if (counts[most])
        *PUSH(c->arena, &notes) = alert_note_words(c, most, counts[most], h->series.n);
    c->locale = kept;
    return notes.n ? str_join(c->arena, notes, locale == ZH ? S("；") : S("; ")) : NO_STR;
}

/* Every value of the rule's dimension judged. */
static void judge_all(struct ctx *c, const struct alert_terms *terms, const struct alert_test *t,
                      const struct alert_history *h, i64 i, struct alert_findings *out)
{
    i64 counts[ALERT_NO_SPREAD + 1] = { 0 };
    for (i64 k = 0; k < h->series.n; k++) {
        const struct alert_series *s = &h->series.at[k];
        struct alert_finding f = { .value = str_or(s->value, S("")) };
        alert_judge(t, h, s, i, &f.judged);
        counts[f.judged.verdict]++;
        if (f.judged.verdict == ALERT_HOLDS) {
            facts_fill(c, terms, t, h, s, i, &f);
            *PUSH(c->arena, &out->holding) = f;
        } else if (f.judged.verdict != ALERT_CALM && out->unknown.n < UNKNOWN_KEPT)
            *PUSH(c->arena, &out->unknown) = f.value;
    }
    out->note_zh = note_of(c, ZH, counts, h);
    out->note_en = note_of(c, EN, counts, h);
    if (out->holding.n)
        qsort(out->holding.at, (size_t)out->holding.n, sizeof *out->holding.at, furthest_first);
}

/* Only of those that stand alone, and whose period is a new one. */
static enum err parts_fill(struct ctx *c, const struct alert_test *t, struct alert_findings *f)
{
    struct alert_row_list open;
    if (f->holding.n > ALERT_STORM) return OK;
    TRY(alert_rows_open(c, f->rule, &open));
    for (i64 i = 0; i < f->holding.n; i++) {
        bool told = false;
        for (i64 k = 0; k < open.n; k++)
            told |=
                str_eq(open.at[k].value, f->holding.at[i].value) && open.at[k].from_day >= f->from;
        if (!told) TRY(alert_parts_find(c, f->terms, t, f->from, &f->holding.at[i]));
    }
    return OK;
}

static enum err find_all(struct ctx *c, const struct alert_rule_row *row, i64 hour,
                         struct alert_findings *out)
{
    struct alert_terms *terms = NEW(c->arena, struct alert_terms);
    struct alert_test t;
    struct alert_history h;
    *out = (struct alert_findings){ .rule = row->id, .version = row->version, .terms = terms };
    TRY(alert_terms_of(c, row, terms));
    TRY(alert_test_read(c, terms, &t));
    day step = t.period == ALERT_WEEK ? 7 : 1, today = zone_day(c->zone, c->now);
    out->again = t.so_far || !t.source.history;
    out->from = t.source.history ? alert_period_now(c, &t, hour) : today;
    out->to = out->from + step - 1 > today ? today : out->from + step - 1;
    i64 back = t.source.history ? alert_lookback(&t) + ALERT_POINTS - 1 : 0;
    TRY(alert_history_read(c, terms, &t, out->from - (day)(back * step), out->from, &h));
    i64 i = h.n > 1 ? (out->from - h.first) / step : 0;
    if (i >= h.n) return OK;
    judge_all(c, terms, &t, &h, i, out);
    return parts_fill(c, &t, out);
}

/* Why a rule could not be evaluated, in both languages. */
struct broken {
    i64 rule;
    str zh, en;
};
static enum err write_broken(struct tx *t, void *arg)
{
    const struct broken *b = arg;
    return alert_rule_broken(t, b->rule, b->zh, b->en);
}

static enum err say_broken(struct store *s, struct ctx *c, const struct alert_rule_row *row,
                           i64 hour)
{
    struct broken b = { .rule = row->id, .zh = str_copy(c->arena, str_of(c->why.detail)) };
    struct alert_findings again;
    c->locale = EN;
    bool failed = find_all(c, row, hour, &again) != OK;
    c->locale = ZH;
    b.en = failed ? str_copy(c->arena, str_of(c->why.detail)) : b.zh;
    LOG(WARN, "alert.rule_broken", KV("rule", row->id));
    return store_write(s, c, write_broken, &b);
}

/* -- all rules --------------------------------------------------------------------------------- */

static enum err evaluate_one(struct store *s, struct ctx *c, const struct alert_rule_row *row,
                             i64 hour, struct alert_check *out)
{
    struct alert_findings f;
    out->rules++;
    if (find_all(c, row, hour, &f) != OK) {
        out->broken++;
        return say_broken(s, c, row, hour);
    }
    TRY(store_write(s, c, alert_findings_write, &f));
    out->raised += f.raised;
    out->again += f.again_n;
    out->resolved += f.resolved;
    return OK;
}

enum err alert_evaluate(struct store *s, struct ctx *c, i64 rule, struct alert_check *out)
{
    struct alert_rule_row_list rows;
    i64 hour;
    *out = (struct alert_check){ 0 };
    TRY(setting_i64(c, "alert.judge_hour", &hour));
    TRY(alert_rule_rows(c, &rows));
    enum locale kept = c->locale;
    enum err e = OK;
    c->locale = ZH; /* values that are not known have one name, whoever evaluates */
    for (i64 i = 0; i < rows.n && e == OK; i++) {
        if (!rows.at[i].enabled || (rule && rows.at[i].id != rule)) continue;
        if (out->raised + out->again >= ALERT_RUN) {
            out->left++;
            continue;
        }
        struct arena_mark mark = arena_mark(c->arena);
        e = evaluate_one(s, c, &rows.at[i], hour, out);
        arena_rewind(c->arena, mark);
    }
    c->locale = kept;
    return e;
}

/* -- when it is time --------------------------------------------------------------------------- */

#define FIELDS_OF_alert_seen(X, N) \
    X(i64, seq, ANY, "", N)        \
    X(instant, at, ANY, "", N)
SHAPE(alert_seen);
SHAPE_DEFINE(alert_seen);
QUERY(q_seen, alert_seen, "SELECT seq, at FROM alert_seen WHERE id = 1");
CHANGE(c_seen, "INSERT INTO alert_seen (id, seq, at) VALUES (1, $1, $2)"
               " ON CONFLICT (id) DO UPDATE SET seq = $1, at = $2");
CHANGE(c_sweep_steps, "DELETE FROM alert_step WHERE alert IN (SELECT id FROM alert WHERE state ="
                      " 'resolved' AND resolved_at < $1)");
CHANGE(c_sweep, "DELETE FROM alert WHERE state = 'resolved' AND resolved_at < $1");
CHANGE(c_sweep_mutes, "DELETE FROM alert_mute WHERE until < $1");

static enum err write_seen(struct tx *t, void *arg)
{
    const struct alert_seen *seen = arg;
    return tx_change(t, &c_seen, ARGS(seen->seq, seen->at));
}

static enum err sweep(struct tx *t, void *arg)
{
    (void)arg;
    instant before = t->c->now - ALERT_KEPT_DAYS * DAY_MS;
    TRY(tx_change(t, &c_sweep_steps, ARGS(before)));
    TRY(tx_change(t, &c_sweep, ARGS(before)));
    return tx_change(t, &c_sweep_mutes, ARGS(t->c->now));
}

enum err alert_watch(struct store *s, struct ctx *c)
{
    struct alert_seen seen = { 0 }, now = { .at = c->now };
    struct alert_check check;
    bool found;
    i64 wait;
    TRY(setting_i64(c, "alert.wait_seconds", &wait));
    TRY(db_find(c, &q_seen, &seen, &found, NO_ARGS));
    TRY(timeline_last(c, &now.seq));
    bool facts = now.seq > seen.seq && c->now >= seen.at + wait * SECOND_MS;
    bool hour =
        c->now >= seen.at + HOUR_MS || zone_day(c->zone, c->now) != zone_day(c->zone, seen.at);
    if (found && !facts && !hour) return OK;
    TRY(alert_evaluate(s, c, 0, &check));
    i64 own = check.raised + check.again + check.resolved, last;
    TRY(timeline_last(c, &last));
    if (last - now.seq == own) now.seq = last; /* lines of its own are none to look at again */
    TRY(store_write(s, c, write_seen, &now));
    if (check.raised || check.resolved)
        LOG(INFO, "alert.evaluated", KV("rules", check.rules), KV("raised", check.raised),
            KV("resolved", check.resolved));
    return hour ? store_write(s, c, sweep, NULL) : OK;
}
