/* alert_api.c -- doors of alerts, their rules and templates; and the room. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "insight/alert/inside.h"
#include "job/job.h"

/* -- alerts ------------------------------------------------------------------------------------ */

#define FIELDS_OF_alerts_ask(X, N)                                                   \
    X(str, state, SHORT, "open (absent), raised, acknowledged, resolved, or all", N) \
    X(str, severity, SHORT, "Only info, warning or critical", N)                     \
    X(opt_i64, rule, POSITIVE, "Only of this rule", N)                               \
    X(opt_i64, assigned, POSITIVE, "Only those assigned to this user", N)            \
    X(opt_flag, mine, ANY, "Only those assigned to who asks", N)                     \
    PAGE_FIELDS(X, N)
SHAPE(alerts_ask);
SHAPE_DEFINE(alerts_ask);
#define FIELDS_OF_alert_page(X, N)                          \
    X(list(alert_view), items, ANY, "Last raised first", N) \
    X(str, next_cursor, ANY, "For the next page", N)        \
    X(i64, open, ANY, "Open ones in all", N)
SHAPE(alert_page);
SHAPE_DEFINE(alert_page);
#define FIELDS_OF_alert_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Number", N)
SHAPE(alert_ref);
SHAPE_DEFINE(alert_ref);
#define FIELDS_OF_alert_count(X, N)   \
    X(i64, open, REQUIRED, "Open", N) \
    X(i64, critical, REQUIRED, "Of these, critical ones", N)
SHAPE(alert_count);
SHAPE_DEFINE(alert_count);
#define FIELDS_OF_alert_one(X, N)                       \
    X(one(alert_view), alert, REQUIRED, "The alert", N) \
    X(list(alert_step), steps, ANY, "What became of it, newest first", N)
SHAPE(alert_one);
SHAPE_DEFINE(alert_one);

static enum err choice_asked(struct ctx *c, const struct choice *of, const char *field, str name,
                             int *out)
{
    if (str_empty(name)) return OK;
    *out = choice_find(of, name);
    if (*out >= 0) return OK;
    return fail_at(c, E_INVALID, str_of(field), "没有这一种", "there is no such one");
}

static enum err filter_read(struct ctx *c, const struct alerts_ask *in, struct alert_filter *out)
{
    *out = (struct alert_filter){ .state = -1, .severity = -1, .rule = in->rule.value };
    out->assigned = in->mine.has && in->mine.value ? c->user : in->assigned.value;
    TRY(choice_asked(c, &alert_severity_choice, "/severity", in->severity, &out->severity));
    if (str_eq(in->state, S("open"))) return OK;
    if (str_eq(in->state, S("all"))) return out->state = -2, OK;
    return choice_asked(c, &alert_state_choice, "/state", in->state, &out->state);
}

HANDLER(alerts_get, alerts_ask, alert_page)
{
    struct alert_filter filter;
    struct cursor at;
    i64 limit = page_limit(in->limit), critical;
    TRY(filter_read(c, in, &filter));
    TRY(cursor_read(c, "alerts", in->cursor, &at));
    TRY(alert_open_count(c, &out->open, &critical));
    TRY(alert_list(c, &filter, at.key, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    const struct alert_view *last = &out->items.at[limit - 1];
    out->next_cursor =
        cursor_make(c, "alerts", (struct cursor){ .key = last->raised_at, .id = last->id });
    return OK;
}

HANDLER(alert_count_get, nothing, alert_count)
{
    return alert_open_count(c, &out->open, &out->critical);
}

HANDLER(alert_get_one, alert_ref, alert_one)
{
    out->alert = NEW(c->arena, struct alert_view);
    TRY(alert_get(c, in->id, out->alert));
    return alert_steps(c, in->id, &out->steps);
}

/* Users an alert can be assigned to: names of staff, no more. */
#define FIELDS_OF_alert_person(X, N) \
    X(i64, id, REQUIRED, "User", N)  \
    X(str, name, REQUIRED, "Sign-in name", N)
SHAPE(alert_person);
SHAPE_DEFINE(alert_person);
#define FIELDS_OF_alert_people(X, N) X(list(alert_person), items, ANY, "Users who may sign in", N)
SHAPE(alert_people);
SHAPE_DEFINE(alert_people);

HANDLER(alert_people_get, nothing, alert_people)
{
    struct user_view_list users;
    TRY(user_list(c, &users));
    for (i64 i = 0; i < users.n; i++)
        if (!users.at[i].disabled)
            *PUSH(c->arena, &out->items) =
                (struct alert_person){ users.at[i].id, users.at[i].name };
    return OK;
}

/* -- what is done with one --------------------------------------------------------------------- */

#define FIELDS_OF_alert_note(X, N)              \
    X(i64, id, REQUIRED | POSITIVE, "Alert", N) \
    X(str, note, SHORT, "A line for the others", N)
SHAPE(alert_note);
SHAPE_DEFINE(alert_note);
#define FIELDS_OF_alert_assign_ask(X, N)        \
    X(i64, id, REQUIRED | POSITIVE, "Alert", N) \
    X(i64, user, REQUIRED | NOT_NEGATIVE, "User; 0: nobody", N)
SHAPE(alert_assign_ask);
SHAPE_DEFINE(alert_assign_ask);
#define FIELDS_OF_alert_mute_ask(X, N)                  \
    X(i64, id, REQUIRED | POSITIVE, "Alert or rule", N) \
    X(opt_instant, until, ANY, "Silent until then; null: no longer", N)
SHAPE(alert_mute_ask);
SHAPE_DEFINE(alert_mute_ask);

/* The change and then the alert as it stands. */
#define ALERT_CHANGE(NAME, IN, CALL)                        \
    static enum err NAME##_tx(struct tx *t, void *arg)      \
    {                                                       \
        const struct IN *in = arg;                          \
        return CALL;                                        \
    }                                                       \
    HANDLER(NAME, IN, alert_view)                           \
    {                                                       \
        TRY(audited_write(c, NAME##_tx, (void *)in, NULL)); \
        return alert_get(c, in->id, out);                   \
    }
ALERT_CHANGE(alert_acknowledge_post, alert_note, alert_acknowledge(t, in->id, str_trim(in->note)))
ALERT_CHANGE(alert_resolve_post, alert_note, alert_resolve(t, in->id, str_trim(in->note)))
ALERT_CHANGE(alert_assign_post, alert_assign_ask, alert_assign(t, in->id, in->user))
ALERT_CHANGE(alert_mute_post, alert_mute_ask, alert_mute(t, in->id, in->until))

/* -- rules ------------------------------------------------------------------------------------- */

#define FIELDS_OF_alert_rule_page(X, N)             \
    X(list(alert_rule), items, ANY, "By number", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(alert_rule_page);
SHAPE_DEFINE(alert_rule_page);

HANDLER(alert_rules_get, nothing, alert_rule_page) { return alert_rules(c, &out->items); }
HANDLER(alert_rule_get_one, alert_ref, alert_rule) { return alert_rule_get(c, in->id, out); }

struct making {
    const struct alert_rule_post *in;
    i64 id;
};
static enum err make_it(struct tx *t, void *arg)
{
    struct making *k = arg;
    return alert_rule_make(t, k->in, NO_STR, &k->id);
}
HANDLER(alert_rule_post_one, alert_rule_post, alert_rule)
{
    struct making k = { .in = in };
    TRY(alert_terms_check(c, in->terms));
    TRY(audited_write(c, make_it, &k, &k.id));
    return alert_rule_get(c, k.id, out);
}

static enum err change_it(struct tx *t, void *arg) { return alert_rule_change(t, arg); }
HANDLER(alert_rule_put_one, alert_rule_put, alert_rule)
{
    TRY(alert_terms_check(c, in->terms));
    TRY(audited_write(c, change_it, (void *)in, NULL));
    return alert_rule_get(c, in->id, out);
}

#define FIELDS_OF_alert_enable_ask(X, N)       \
    X(i64, id, REQUIRED | POSITIVE, "Rule", N) \
    X(flag, enabled, REQUIRED, "Whether it is watched", N)
SHAPE(alert_enable_ask);
SHAPE_DEFINE(alert_enable_ask);
static enum err enable_it(struct tx *t, void *arg)
{
    const struct alert_enable_ask *in = arg;
    return alert_rule_enable(t, in->id, in->enabled);
}
HANDLER(alert_rule_enabled_put, alert_enable_ask, alert_rule)
{
    TRY(audited_write(c, enable_it, (void *)in, NULL));
    return alert_rule_get(c, in->id, out);
}

static enum err mute_rule(struct tx *t, void *arg)
{
    const struct alert_mute_ask *in = arg;
    return alert_rule_mute(t, in->id, in->until);
}
HANDLER(alert_rule_mute_post, alert_mute_ask, alert_rule)
{
    TRY(audited_write(c, mute_rule, (void *)in, NULL));
    return alert_rule_get(c, in->id, out);
}

static enum err remove_rule(struct tx *t, void *arg)
{
    return alert_rule_remove(t, ((const struct alert_ref *)arg)->id);
}
HANDLER(alert_rule_delete, alert_ref, nothing)
{
    return audited_write(c, remove_rule, (void *)in, NULL);
}

#define FIELDS_OF_alert_preview_ask(X, N)                                             \
    X(one(alert_terms), terms, REQUIRED, "What it would watch, and when it holds", N) \
    X(opt_i64, quiet_hours, POSITIVE, "Not raised again for so many hours; absent: 24", N)
SHAPE(alert_preview_ask);
SHAPE_DEFINE(alert_preview_ask);
HANDLER(alert_preview_post, alert_preview_ask, alert_preview)
{
    TRY(alert_terms_check(c, in->terms));
    return alert_preview_make(c, in->terms, in->quiet_hours.has ? in->quiet_hours.value : 24, out);
}

#define FIELDS_OF_alert_metric_page(X, N)                           \
    X(list(alert_metric), items, ANY, "All that can be watched", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(alert_metric_page);
SHAPE_DEFINE(alert_metric_page);
HANDLER(alert_metrics_get, nothing, alert_metric_page)
{
    alert_metrics(c, &out->items);
    return OK;
}

/* -- templates and evaluation ------------------------------------------------------------------ */

#define FIELDS_OF_alert_template_page(X, N)                 \
    X(list(alert_template), items, ANY, "All templates", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(alert_template_page);
SHAPE_DEFINE(alert_template_page);
HANDLER(alert_templates_get, nothing, alert_template_page)
{
    return alert_templates(c, &out->items);
}

#define FIELDS_OF_alert_take_ask(X, N) X(strs, names, ANY, "Templates; empty: all of them", N)
SHAPE(alert_take_ask);
SHAPE_DEFINE(alert_take_ask);
#define FIELDS_OF_alert_taken(X, N) X(i64, taken, REQUIRED, "Rules made", N)
SHAPE(alert_taken);
SHAPE_DEFINE(alert_taken);
struct taking {
    strs names;
    i64 taken;
};
static enum err take_them(struct tx *t, void *arg)
{
    struct taking *k = arg;
    return alert_templates_take(t, k->names, &k->taken);
}
HANDLER(alert_templates_post, alert_take_ask, alert_taken)
{
    struct taking k = { .names = in->names };
    TRY(audited_write(c, take_them, &k, NULL));
    out->taken = k.taken;
    return OK;
}

#define FIELDS_OF_alert_check_ask(X, N) X(opt_i64, rule, POSITIVE, "Only this rule; absent: all", N)
SHAPE(alert_check_ask);
SHAPE_DEFINE(alert_check_ask);
HANDLER(alert_check_post, alert_check_ask, alert_check)
{
    if (in->rule.has) {
        struct alert_rule_row row;
        TRY(alert_rule_row_get(c, in->rule.value, &row));
    }
    return alert_evaluate(c->store, c, in->rule.value, out);
}

#define ALERTS "Alerts"
static const struct route routes[] = {
    ROUTE(GET, "/v1/alerts", REPORTS_READ, alerts_get, ALERTS, "预警列表", "List alerts",
          .flags = CURSOR),
    ROUTE(GET, "/v1/alerts/count", REPORTS_READ, alert_count_get, ALERTS, "未解决的预警有多少",
          "How many alerts are open", .flags = QUICK),
    ROUTE(GET, "/v1/alerts/people", REPORTS_READ, alert_people_get, ALERTS, "预警可以分派给谁",
          "Users alerts can be assigned to"),
    ROUTE(POST, "/v1/alerts/check", SEGMENTS_WRITE, alert_check_post, ALERTS, "现在就判断一遍",
          "Evaluate the rules now"),
    ROUTE(GET, "/v1/alerts/{id}", REPORTS_READ, alert_get_one, ALERTS, "看一条预警",
          "Show an alert with its history", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/alerts/{id}/acknowledge", SEGMENTS_WRITE, alert_acknowledge_post, ALERTS,
          "确认已知晓", "Acknowledge it", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/alerts/{id}/assign", SEGMENTS_WRITE, alert_assign_post, ALERTS,
          "分派给一位用户", "Assign it to a user", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/alerts/{id}/resolve", SEGMENTS_WRITE, alert_resolve_post, ALERTS, "解决",
          "Resolve it", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/alerts/{id}/mute", SEGMENTS_WRITE, alert_mute_post, ALERTS,
          "这个值静音到某一时刻", "Silence its value until a moment", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/alert-metrics", REPORTS_READ, alert_metrics_get, ALERTS, "可以预警的指标",
          "What can be watched"),
    ROUTE(GET, "/v1/alert-rules", REPORTS_READ, alert_rules_get, ALERTS, "预警规则", "List rules"),
    ROUTE(POST, "/v1/alert-rules", SEGMENTS_WRITE, alert_rule_post_one, ALERTS, "新建预警规则",
          "Make a rule", .flags = IDEMPOTENT | CREATES, .errors = "E_NOT_FOUND E_CONFLICT E_BUSY"),
    ROUTE(POST, "/v1/alert-rules/preview", REPORTS_READ, alert_preview_post, ALERTS,
          "试算：最近 90 天会在哪些天预警", "Which days of the last 90 a rule would have raised",
          .flags = READS, .errors = "E_NOT_FOUND E_BUSY"),
    ROUTE(GET, "/v1/alert-rules/{id}", REPORTS_READ, alert_rule_get_one, ALERTS, "看一条规则",
          "Show a rule", .errors = "E_NOT_FOUND"),
    ROUTE(PUT, "/v1/alert-rules/{id}", SEGMENTS_WRITE, alert_rule_put_one, ALERTS, "修改规则",
          "Change a rule", .errors = "E_NOT_FOUND E_CONFLICT E_BUSY"),
    ROUTE(PUT, "/v1/alert-rules/{id}/enabled", SEGMENTS_WRITE, alert_rule_enabled_put, ALERTS,
          "启用或停用规则", "Switch a rule on or off", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/alert-rules/{id}/mute", SEGMENTS_WRITE, alert_rule_mute_post, ALERTS,
          "整条规则静音到某一时刻", "Silence a rule until a moment", .errors = "E_NOT_FOUND"),
    ROUTE(DELETE, "/v1/alert-rules/{id}", SEGMENTS_WRITE, alert_rule_delete, ALERTS, "删除规则",
          "Remove a rule", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/alert-templates", REPORTS_READ, alert_templates_get, ALERTS, "规则模板",
          "Templates of rules"),
    ROUTE(POST, "/v1/alert-templates", SEGMENTS_WRITE, alert_templates_post, ALERTS,
          "采用模板（一键全部）", "Take over templates, or all of them at once",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    { 0 },
};

static const struct job_row jobs[] = {
    { .name = "alert.watch",
      .every_ms = 15 * SECOND_MS,
      .run = alert_watch,
      .zh = "判断预警规则：有新数据时，且至少每小时一次",
      .en = "Evaluates alert rules as facts come in, and every hour" },
    { 0 },
};

const struct room alert_room = {
    .name = "alert",
    .migrations = alert_migrations,
    .settings = alert_settings,
    .routes = routes,
    .jobs = jobs,
    .topics = alert_topics,
};
