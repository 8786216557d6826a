/* tell.c -- alerts told to the outside: webhooks and mail, through the outbox of channel. */
#include "base/json.h"
#include "channel/delivery.h"
#include "insight/alert/inside.h"

const struct topic alert_topics[] = {
    { "alert.raised", "一条预警发出，或仍未解决而再次提醒",
      "An alert was raised, or raised again while it stands" },
    { "alert.resolved", "一条预警已解决：由人处理，或条件不再成立",
      "An alert was resolved, by hand or because its condition has gone" },
    { 0 },
};

/* What a webhook carries: figures and names of values, nothing of members. */
#define FIELDS_OF_alert_told(X, N)                  \
    X(i64, alert, ANY, "", N)                       \
    X(i64, rule, ANY, "", N)                        \
    X(str, rule_name, ANY, "", N)                   \
    X(choice(alert_severity), severity, ANY, "", N) \
    X(choice(alert_state), state, ANY, "", N)       \
    X(choice(alert_ending), ending, ANY, "", N)     \
    X(str, metric, ANY, "", N)                      \
    X(choice(metric_unit), unit, ANY, "", N)        \
    X(str, by, ANY, "", N)                          \
    X(str, value, ANY, "", N)                       \
    X(i64, values_n, ANY, "", N)                    \
    X(list(alert_listed), values, ANY, "", N)       \
    X(str, figure, ANY, "", N)                      \
    X(str, expected, ANY, "", N)                    \
    X(day, from, ANY, "", N)                        \
    X(day, to, ANY, "", N)                          \
    X(day, since, ANY, "", N)                       \
    X(list(alert_part), parts, ANY, "", N)          \
    X(i64, times, ANY, "", N)                       \
    X(str, text_zh, ANY, "", N)                     \
    X(str, text_en, ANY, "", N)                     \
    X(str, page, ANY, "", N)
SHAPE(alert_told);
SHAPE_DEFINE(alert_told);

enum { TITLE_NAME_MOST = 120 };

/* "[严重] 销售额明显下降" */
static str title_of(struct ctx *c, enum locale locale, const struct alert_rule_row *rule, bool over)
{
    static const char *const words[][2] = { { "提示", "info" },
                                            { "警告", "warning" },
                                            { "严重", "critical" } };
    str name = rule->name;
    while (name.n > TITLE_NAME_MOST || !str_is_utf8(name)) name.n--;
    if (over)
        return str_fmt(c->arena, locale == ZH ? "[已解决] " STR_FMT : "[resolved] " STR_FMT,
                       STR_ARG(name));
    return str_fmt(c->arena, "[%s] " STR_FMT, words[rule->severity][locale == ZH ? 0 : 1],
                   STR_ARG(name));
}

static str words_in(struct ctx *c, enum locale locale, const struct alert_row *row,
                    const struct alert_facts *facts, const struct alert_test *test)
{
    enum locale kept = c->locale;
    c->locale = locale;
    str text = alert_words_outside(c, row, facts, test);
    c->locale = kept;
    return text;
}

enum err alert_tell(struct tx *t, const struct alert_rule_row *rule, i64 alert, const char *topic)
{
    struct ctx *c = t->c;
    struct alert_row row;
    struct alert_facts f;
    struct alert_test test;
    TRY(alert_row_get(c, alert, &row));
    TRY(alert_facts_of(c, &row, &f));
    TRY(alert_test_read(c, f.terms, &test));
    bool over = row.state == ALERT_RESOLVED, group = str_eq(row.value, ALERT_GROUP);
    struct alert_told told = {
        .alert = row.id,
        .rule = rule->id,
        .rule_name = rule->name,
        .severity = rule->severity,
        .state = row.state,
        .ending = row.ending,
        .metric = str_of(test.source.name),
        .unit = test.source.unit,
        .by = str_or(f.terms->by, str_of(test.source.always_by)),
        .value = group ? NO_STR : f.label,
        .values_n = f.values_n,
        .values = f.values,
        .figure = f.figure,
        .expected = f.expected,
        .from = row.from_day,
        .to = row.to_day,
        .since = row.since_day,
        .parts = f.parts,
        .times = row.times,
        .text_zh = words_in(c, ZH, &row, &f, &test),
        .text_en = words_in(c, EN, &row, &f, &test),
        .page = str_fmt(c->arena, "/alerts?alert=%lld", (long long)row.id),
    };
    struct buf data = { .arena = c->arena };
    json_write(&data, &alert_told_shape, &told);
    struct delivery d = {
        .topic = str_of(topic),
        /* raised and resolved as often as it comes and goes, told once each */
        .key = over ? str_fmt(c->arena, "alert:%lld:resolved:%lld", (long long)row.id,
                              (long long)row.resolved_at.value)
                    : str_fmt(c->arena, "alert:%lld:raised:%lld", (long long)row.id,
                              (long long)row.times),
        .title_zh = title_of(c, ZH, rule, over),
        .title_en = title_of(c, EN, rule, over),
        .text_zh = told.text_zh,
        .text_en = told.text_en,
        .data = buf_str(&data),
    };
    return delivery_send(t, &d);
}
