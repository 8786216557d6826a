/* rules.c -- rules made, changed, switched, silenced, removed, and read. */
#include "access/access.h"
#include "base/json.h"
#include "insight/alert/inside.h"

QUERY(q_rule, alert_rule_row,
      "SELECT " ALERT_RULE_COLUMNS " FROM alert_rule WHERE id = $1 AND removed_at IS NULL");
QUERY(q_rules, alert_rule_row,
      "SELECT " ALERT_RULE_COLUMNS " FROM alert_rule WHERE removed_at IS NULL ORDER BY id");
QUERY(q_named, one_i64, "SELECT id AS value FROM alert_rule WHERE folded = $1");
QUERY(q_count, one_i64, "SELECT COUNT(*) AS value FROM alert_rule WHERE removed_at IS NULL");
QUERY(q_open, one_i64,
      "SELECT COUNT(*) AS value FROM alert WHERE rule = $1 AND state <> 'resolved'");
CHANGE(c_insert,
       "INSERT INTO alert_rule (id, name, folded, terms, severity, quiet_hours, owner, enabled,"
       " version, template, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9,"
       " $10, $11)");
CHANGE(c_update, "UPDATE alert_rule SET name = $2, folded = $3, terms = $4, severity = $5,"
                 " quiet_hours = $6, owner = $7, enabled = $8, version = $9, problem_zh = NULL,"
                 " problem_en = NULL, note_zh = NULL, note_en = NULL WHERE id = $1");
CHANGE(c_enable, "UPDATE alert_rule SET enabled = $2, version = version + 1 WHERE id = $1");
CHANGE(c_mute, "UPDATE alert_rule SET muted_until = $2 WHERE id = $1");
/* its name is free again, its row tells old alerts what they were about */
CHANGE(c_remove, "UPDATE alert_rule SET removed_at = $2, enabled = FALSE, folded = $3,"
                 " version = version + 1 WHERE id = $1");

enum { QUIET_MOST = 2160, MUTE_DAYS = 366 };

str alert_rule_subject(struct ctx *c, i64 id)
{
    return str_fmt(c->arena, "alert_rule:%lld", (long long)id);
}

enum err alert_turn(struct tx *t)
{
    i64 turn;
    return tx_take(t, S("alert_turn"), 1, &turn);
}

/* -- reading ----------------------------------------------------------------------------------- */

enum err alert_rule_row_get(struct ctx *c, i64 id, struct alert_rule_row *out)
{
    bool found;
    TRY(db_find(c, &q_rule, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的预警规则", "there is no alert rule %lld",
                (long long)id);
}

enum err alert_rule_rows(struct ctx *c, struct alert_rule_row_list *out)
{
    return db_all(c, &q_rules, out, NO_ARGS);
}

enum err alert_terms_of(struct ctx *c, const struct alert_rule_row *row, struct alert_terms *out)
{
    *out = (struct alert_terms){ 0 };
    return json_read(c, &alert_terms_shape, out, row->terms);
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

static enum err rule_view(struct ctx *c, const struct alert_rule_row *row, struct alert_rule *out)
{
    struct alert_test t;
    struct one_i64 open;
    struct alert_terms *terms = NEW(c->arena, struct alert_terms);
    TRY(alert_terms_of(c, row, terms));
    TRY(db_get(c, &q_open, &open, ARGS(row->id)));
    *out = (struct alert_rule){ .id = row->id,
                                .name = row->name,
                                .terms = terms,
                                .severity = row->severity,
                                .quiet_hours = row->quiet_hours,
                                .owner = row->owner,
                                .owner_name = name_of_user(c, row->owner),
                                .enabled = row->enabled,
                                .muted_until = row->muted_until,
                                .checked_at = row->checked_at,
                                .problem = say(c, row->problem_zh, row->problem_en),
                                .note = say(c, row->note_zh, row->note_en),
                                .open = open.value,
                                .template = row->template,
                                .created_by = row->created_by,
                                .created_at = row->created_at };
    if (out->muted_until.has && out->muted_until.value <= c->now) out->muted_until = NONE;
    struct problem why = c->why;
    if (alert_test_read(c, terms, &t) == OK) out->sentence = alert_sentence(c, terms, &t);
    else c->why = why; /* said as its problem when it is evaluated */
    return OK;
}

enum err alert_rules(struct ctx *c, struct alert_rule_list *out)
{
    struct alert_rule_row_list rows;
    *out = (struct alert_rule_list){ 0 };
    TRY(alert_rule_rows(c, &rows));
    for (i64 i = 0; i < rows.n; i++) TRY(rule_view(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

enum err alert_rule_get(struct ctx *c, i64 id, struct alert_rule *out)
{
    struct alert_rule_row row;
    TRY(alert_rule_row_get(c, id, &row));
    return rule_view(c, &row, out);
}

/* -- checks ------------------------------------------------------------------------------------ */

static enum err name_check(struct tx *t, i64 id, str name)
{
    struct one_i64 named;
    bool found;
    if (!name.n || !str_is_line(name))
        return fail_at(t->c, E_INVALID, S("/name"), "规则名称应为一行文字",
                       "a name of a rule is a line of text");
    TRY(db_find(t->c, &q_named, &named, &found, ARGS(str_fold(t->c->arena, name))));
    if (!found || named.value == id) return OK;
    return fail_at(t->c, E_CONFLICT, S("/name"), "已有名为“" STR_FMT "”的预警规则",
                   "there is a rule \"" STR_FMT "\" already", STR_ARG(name));
}

/* A user who may look at alerts. */
static enum err user_check(struct tx *t, i64 user, const char *field)
{
    struct user_view view;
    if (!user) return OK;
    if (user_get(t->c, user, &view) == OK && !view.disabled) return OK;
    return fail_at(t->c, E_INVALID, str_of(field), "没有编号为 %lld 的可用用户",
                   "there is no user %lld who may sign in", (long long)user);
}

static json terms_text(struct ctx *c, const struct alert_terms *in)
{
    struct alert_terms terms = *in;
    struct buf b = { .arena = c->arena };
    terms.metric = str_trim(in->metric);
    terms.by = str_trim(in->by);
    terms.segment = str_trim(in->segment);
    terms.shop = str_trim(in->shop);
    terms.touchpoint = str_trim(in->touchpoint);
    terms.category = str_trim(in->category);
    json_write(&b, &alert_terms_shape, &terms);
    return buf_str(&b);
}

struct given {
    str name;
    json terms;
    i64 quiet_hours, owner;
};
static enum err given_read(struct tx *t, i64 id, const struct alert_rule_post *in,
                           struct given *out)
{
    struct alert_test test;
    TRY(alert_turn(t));
    out->name = str_trim(in->name);
    TRY(name_check(t, id, out->name));
    TRY(alert_test_read(t->c, in->terms, &test));
    out->terms = terms_text(t->c, in->terms);
    out->quiet_hours = in->quiet_hours.has               ? in->quiet_hours.value
                       : in->terms->period == ALERT_WEEK ? 168
                                                         : 24;
    if (out->quiet_hours > QUIET_MOST)
        return fail_at(t->c, E_INVALID, S("/quiet_hours"), "安静期为 1 至 %d 小时",
                       "the quiet time is 1 to %d hours", QUIET_MOST);
    out->owner = in->owner.value;
    return user_check(t, out->owner, "/owner");
}

/* -- changes ----------------------------------------------------------------------------------- */

enum err alert_rule_make(struct tx *t, const struct alert_rule_post *in, str template, i64 *id)
{
    struct given g;
    struct one_i64 n;
    TRY(given_read(t, 0, in, &g));
    TRY(db_get(t->c, &q_count, &n, NO_ARGS));
    if (n.value >= ALERT_RULES)
        return fail(t->c, E_CONFLICT, "预警规则最多 %d 条，请先删去用不着的",
                    "there are at most %d alert rules: remove some first", ALERT_RULES);
    TRY(tx_take(t, S("alert_rule"), 1, id));
    return tx_change(t, &c_insert,
                     ARGS(*id, g.name, str_fold(t->c->arena, g.name), g.terms,
                          choice_name(&alert_severity_choice, (int)in->severity), g.quiet_hours,
                          g.owner, !in->enabled.has || in->enabled.value, template, t->c->actor,
                          t->c->now));
}

enum err alert_rule_change(struct tx *t, const struct alert_rule_put *put)
{
    struct alert_rule_row row;
    struct alert_rule_post in = { FIELDS_OF_alert_rule_post(SHAPE_COPY, put) };
    struct given g;
    TRY(given_read(t, put->id, &in, &g));
    TRY(alert_rule_row_get(t->c, put->id, &row));
    bool enabled = in.enabled.has ? in.enabled.value : row.enabled;
    bool other = !str_eq(g.terms, row.terms) || enabled != row.enabled;
    if (other) TRY(alert_end_all(t, row.id, enabled ? ENDING_CHANGED : ENDING_OFF));
    return tx_change(t, &c_update,
                     ARGS(row.id, g.name, str_fold(t->c->arena, g.name), g.terms,
                          choice_name(&alert_severity_choice, (int)in.severity), g.quiet_hours,
                          g.owner, enabled, row.version + other));
}

enum err alert_rule_enable(struct tx *t, i64 id, bool enabled)
{
    struct alert_rule_row row;
    TRY(alert_turn(t));
    TRY(alert_rule_row_get(t->c, id, &row));
    if (row.enabled == enabled) return OK;
    if (!enabled) TRY(alert_end_all(t, id, ENDING_OFF));
    return tx_change(t, &c_enable, ARGS(id, enabled));
}

enum err alert_mute_check(struct ctx *c, opt_instant until)
{
    if (!until.has || (until.value > c->now && until.value <= c->now + MUTE_DAYS * DAY_MS))
        return OK;
    return fail_at(c, E_INVALID, S("/until"), "静音的截止时间应在今后一年之内",
                   "silence ends within the coming year");
}

enum err alert_rule_mute(struct tx *t, i64 id, opt_instant until)
{
    struct alert_rule_row row;
    TRY(alert_turn(t));
    TRY(alert_mute_check(t->c, until));
    TRY(alert_rule_row_get(t->c, id, &row));
    return tx_change(t, &c_mute, ARGS(id, until));
}

enum err alert_rule_remove(struct tx *t, i64 id)
{
    struct alert_rule_row row;
    TRY(alert_turn(t));
    TRY(alert_rule_row_get(t->c, id, &row));
    TRY(alert_end_all(t, id, ENDING_REMOVED));
    return tx_change(
        t, &c_remove,
        ARGS(id, t->c->now,
             str_fmt(t->c->arena, STR_FMT "\n%lld", STR_ARG(row.name), (long long)id)));
}
