/* alerts.c -- alerts as they stand: read, acknowledged, assigned, silenced, resolved. */
#include "access/access.h"
#include "base/clock.h"
#include "base/json.h"
#include "insight/alert/inside.h"

#define FIELDS_OF_alert_named(X, N)                                                            \
    FIELDS_OF_alert_row(X, N) X(str, rule_name, ANY, "", N)                                    \
        X(choice(alert_severity), severity, ANY, "", N) X(opt_instant, rule_muted, ANY, "", N) \
            X(opt_instant, muted, ANY, "", N)
SHAPE(alert_named);
SHAPE_DEFINE(alert_named);

#define NAMED_COLUMNS                                                                       \
    "a.id, a.rule, a.value, a.state, a.from_day, a.to_day, a.since_day, a.facts,"           \
    " a.first_raised_at, a.raised_at, a.times, a.acknowledged_by, a.acknowledged_at,"       \
    " a.assigned, a.ending, a.resolved_by, a.resolved_at, r.name AS rule_name, r.severity," \
    " r.muted_until AS rule_muted, m.until AS muted FROM alert a JOIN alert_rule r ON"      \
    " r.id = a.rule LEFT JOIN alert_mute m ON m.rule = a.rule AND m.value = a.value"

QUERY(q_row, alert_row, "SELECT " ALERT_COLUMNS " FROM alert WHERE id = $1");
QUERY(q_open_of, alert_row,
      "SELECT " ALERT_COLUMNS " FROM alert WHERE rule = $1 AND state <> 'resolved' ORDER BY id");
QUERY(q_named, alert_named, "SELECT " NAMED_COLUMNS " WHERE a.id = $1");
QUERY(q_list, alert_named,
      "SELECT " NAMED_COLUMNS " WHERE ($1 = 'all' OR a.state = $1 OR ($1 = 'open' AND a.state <>"
      " 'resolved')) AND ($2 = '' OR r.severity = $2) AND ($3 = 0 OR a.rule = $3) AND ($4 = 0 OR"
      " a.assigned = $4) AND ($5 = 0 OR a.raised_at < $5 OR (a.raised_at = $5 AND a.id < $6))"
      " ORDER BY a.raised_at DESC, a.id DESC LIMIT $7");
#define FIELDS_OF_alert_counts(X, N) \
    X(i64, open, ANY, "", N)         \
    X(i64, critical, ANY, "", N)
SHAPE(alert_counts);
SHAPE_DEFINE(alert_counts);
QUERY(q_counts, alert_counts,
      "SELECT COUNT(*) AS open, COALESCE(SUM(CASE WHEN r.severity = 'critical' THEN 1 ELSE 0 END),"
      " 0) AS critical FROM alert a JOIN alert_rule r ON r.id = a.rule WHERE a.state <>"
      " 'resolved'");
QUERY(q_steps, alert_step,
      "SELECT at, kind, actor, note FROM alert_step WHERE alert = $1 ORDER BY id DESC LIMIT 200");

CHANGE(c_step, "INSERT INTO alert_step (alert, id, at, kind, actor, note) VALUES ($1, $2, $3, $4,"
               " $5, $6)");
CHANGE(c_end, "UPDATE alert SET state = 'resolved', ending = $2, resolved_by = $3,"
              " resolved_at = $4 WHERE id = $1");
CHANGE(c_acknowledge, "UPDATE alert SET state = 'acknowledged', acknowledged_by = $2,"
                      " acknowledged_at = $3 WHERE id = $1");
CHANGE(c_assign, "UPDATE alert SET assigned = $2 WHERE id = $1");
CHANGE(c_mute, "INSERT INTO alert_mute (rule, value, until) VALUES ($1, $2, $3)"
               " ON CONFLICT (rule, value) DO UPDATE SET until = $3");
CHANGE(c_unmute, "DELETE FROM alert_mute WHERE rule = $1 AND value = $2");

enum { NOTE_MOST = 200 };

str alert_subject(struct ctx *c, i64 id) { return str_fmt(c->arena, "alert:%lld", (long long)id); }

/* -- rows -------------------------------------------------------------------------------------- */

enum err alert_row_get(struct ctx *c, i64 id, struct alert_row *out)
{
    bool found;
    TRY(db_find(c, &q_row, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的预警", "there is no alert %lld", (long long)id);
}

enum err alert_rows_open(struct ctx *c, i64 rule, struct alert_row_list *out)
{
    return db_all(c, &q_open_of, out, ARGS(rule));
}

enum err alert_facts_of(struct ctx *c, const struct alert_row *row, struct alert_facts *out)
{
    *out = (struct alert_facts){ 0 };
    return json_read(c, &alert_facts_shape, out, row->facts);
}

/* -- as people see them ------------------------------------------------------------------------ */

/* A value that nobody knows has one name in the rows and the reader's own on the page. */
static str shown(const struct ctx *c, str label)
{
    return c->locale == EN && str_eq(label, S("未知")) ? S("unknown") : label;
}

static opt_instant later(const struct ctx *c, opt_instant a, opt_instant b)
{
    if (!a.has || (b.has && b.value > a.value)) a = b;
    return a.has && a.value > c->now ? a : NONE;
}

static str name_of_user(struct ctx *c, i64 user)
{
    struct user_view view;
    struct problem why = c->why;
    if (!user) return NO_STR;
    if (user_get(c, user, &view) == OK) return view.name;
    c->why = why;
    return NO_STR;
}

static enum err view_of(struct ctx *c, const struct alert_named *in, struct alert_view *out)
{
    struct alert_row row = { FIELDS_OF_alert_row(SHAPE_COPY, in) };
    struct alert_facts f;
    struct alert_test t;
    bool group = str_eq(row.value, ALERT_GROUP);
    TRY(alert_facts_of(c, &row, &f));
    TRY(alert_test_read(c, f.terms, &t));
    f.label = shown(c, f.label);
    for (i64 i = 0; i < f.values.n; i++) f.values.at[i].label = shown(c, f.values.at[i].label);
    *out = (struct alert_view){
        .id = row.id,
        .rule = row.rule,
        .rule_name = in->rule_name,
        .severity = in->severity,
        .state = row.state,
        .words = alert_words(c, &row, &f, &t),
        .metric = str_of(t.source.name),
        .metric_label = say(c, str_of(t.source.zh), str_of(t.source.en)),
        .unit = t.source.unit,
        .kind = t.kind,
        .by = str_or(f.terms->by, str_of(t.source.always_by)),
        .value = group || !row.value.n ? NO_STR : row.value,
        .label = f.label,
        .grouped = group,
        .values_n = f.values_n,
        .values = f.values,
        .from = row.from_day,
        .to = row.to_day,
        .since = row.since_day,
        .figure = f.figure,
        .expected = f.expected,
        .low = f.low,
        .high = f.high,
        .points = f.points,
        .parts = f.parts,
        .parts_of = f.parts_of,
        .segment = alert_segment(c, &row, &f, &t),
        .first_raised_at = row.first_raised_at,
        .raised_at = row.raised_at,
        .times = row.times,
        .acknowledged_by = row.acknowledged_by,
        .acknowledged_at = row.acknowledged_at,
        .assigned = row.assigned,
        .assigned_name = name_of_user(c, row.assigned),
        .ending = row.ending,
        .resolved_by = row.resolved_by,
        .resolved_at = row.resolved_at,
        .muted_until = later(c, in->rule_muted, in->muted),
    };
    return OK;
}

enum err alert_list(struct ctx *c, const struct alert_filter *f, instant raised_at, i64 id,
                    i64 limit, struct alert_view_list *out)
{
    struct alert_named_list rows;
    str state = f->state == -1   ? S("open")
                : f->state == -2 ? S("all")
                                 : choice_name(&alert_state_choice, f->state);
    str severity = f->severity < 0 ? S("") : choice_name(&alert_severity_choice, f->severity);
    *out = (struct alert_view_list){ 0 };
    TRY(db_all(c, &q_list, &rows,
               ARGS(state, severity, f->rule, f->assigned, raised_at, id, limit)));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

enum err alert_get(struct ctx *c, i64 id, struct alert_view *out)
{
    struct alert_named row;
    bool found;
    TRY(db_find(c, &q_named, &row, &found, ARGS(id)));
    if (found) return view_of(c, &row, out);
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的预警", "there is no alert %lld", (long long)id);
}

enum err alert_steps(struct ctx *c, i64 id, struct alert_step_list *out)
{
    return db_all(c, &q_steps, out, ARGS(id));
}

enum err alert_open_count(struct ctx *c, i64 *open, i64 *critical)
{
    struct alert_counts n;
    TRY(db_get(c, &q_counts, &n, NO_ARGS));
    *open = n.open;
    *critical = n.critical;
    return OK;
}

/* -- history ----------------------------------------------------------------------------------- */

enum err alert_step_write(struct tx *t, i64 alert, const char *kind, str note)
{
    i64 id;
    TRY(tx_take(t, S("alert_step"), 1, &id));
    return tx_change(t, &c_step,
                     ARGS(alert, id, t->c->now, str_of(kind), t->c->actor, str_or(note, S(""))));
}

enum err alert_step_by_itself(struct tx *t, const struct alert_row *row, const char *kind, str note)
{
    struct buf detail = { .arena = t->c->arena };
    TRY(alert_step_write(t, row->id, kind, note));
    buf_fmt(&detail, "{\"rule\":%lld", (long long)row->rule);
    if (note.n) {
        buf_add(&detail, S(",\"note\":"));
        json_write_str(&detail, note);
    }
    buf_byte(&detail, '}');
    return audit_write(t, str_fmt(t->c->arena, "alert.%s", kind), alert_subject(t->c, row->id),
                       buf_str(&detail));
}

enum err alert_end(struct tx *t, const struct alert_row *row, enum alert_ending ending, str note)
{
    bool by_hand = ending == ENDING_BY_HAND;
    str name = choice_name(&alert_ending_choice, (int)ending);
    TRY(tx_change(t, &c_end, ARGS(row->id, name, by_hand ? t->c->actor : S("system"), t->c->now)));
    if (by_hand) return alert_step_write(t, row->id, "resolved", note);
    return alert_step_by_itself(t, row, "resolved", name);
}

enum err alert_end_all(struct tx *t, i64 rule, enum alert_ending ending)
{
    struct alert_row_list open;
    TRY(alert_rows_open(t->c, rule, &open));
    for (i64 i = 0; i < open.n; i++) TRY(alert_end(t, &open.at[i], ending, NO_STR));
    return OK;
}

/* -- by hand ----------------------------------------------------------------------------------- */

static enum err row_for_change(struct tx *t, i64 id, str note, struct alert_row *out)
{
    TRY(alert_turn(t));
    if (note.n > NOTE_MOST || (note.n && !str_is_line(note)))
        return fail_at(t->c, E_INVALID, S("/note"), "备注应为一行文字，不超过 %d 字节",
                       "a note is a line of at most %d bytes", NOTE_MOST);
    return alert_row_get(t->c, id, out);
}

static enum err still_open(struct ctx *c, const struct alert_row *row)
{
    if (row->state != ALERT_RESOLVED) return OK;
    return fail(c, E_CONFLICT, "预警 %lld 已解决，不能再改", "alert %lld is resolved and stays so",
                (long long)row->id);
}

enum err alert_acknowledge(struct tx *t, i64 id, str note)
{
    struct alert_row row;
    TRY(row_for_change(t, id, note, &row));
    TRY(still_open(t->c, &row));
    if (row.state == ALERT_ACKNOWLEDGED && !note.n) return OK;
    if (row.state == ALERT_RAISED)
        TRY(tx_change(t, &c_acknowledge, ARGS(id, t->c->actor, t->c->now)));
    return alert_step_write(t, id, "acknowledged", note);
}

enum err alert_assign(struct tx *t, i64 id, i64 user)
{
    struct alert_row row;
    struct user_view view = { 0 };
    TRY(row_for_change(t, id, NO_STR, &row));
    TRY(still_open(t->c, &row));
    if (row.assigned == user) return OK;
    if (user && (user_get(t->c, user, &view) != OK || view.disabled))
        return fail_at(t->c, E_INVALID, S("/user"), "没有编号为 %lld 的可用用户",
                       "there is no user %lld who may sign in", (long long)user);
    TRY(tx_change(t, &c_assign, ARGS(id, user)));
    return alert_step_write(t, id, "assigned", view.name);
}

enum err alert_resolve(struct tx *t, i64 id, str note)
{
    struct alert_row row;
    struct alert_rule_row rule;
    TRY(row_for_change(t, id, note, &row));
    if (row.state == ALERT_RESOLVED) return OK;
    TRY(alert_end(t, &row, ENDING_BY_HAND, note));
    TRY(alert_rule_row_get(t->c, row.rule, &rule));
    return alert_tell(t, &rule, id, "alert.resolved");
}

enum err alert_mute(struct tx *t, i64 id, opt_instant until)
{
    struct alert_row row;
    TRY(row_for_change(t, id, NO_STR, &row));
    TRY(alert_mute_check(t->c, until));
    if (!until.has) {
        TRY(tx_change(t, &c_unmute, ARGS(row.rule, row.value)));
        return alert_step_write(t, id, "unmuted", NO_STR);
    }
    TRY(tx_change(t, &c_mute, ARGS(row.rule, row.value, until.value)));
    return alert_step_write(t, id, "muted", instant_iso(t->c->arena, until.value));
}
