/* rfm_rule.c -- the rule of a report: what was asked for, and for the rest the settings. */
#include "base/clock.h"
#include "base/num.h"
#include "store/setting.h"
#include "worth/rfm.h"

SHAPE_DEFINE(rfm_ask);

static const struct axis_words {
    const char *setting, *field, *zh, *en;
} axis_words[RFM_AXES] = {
    [RFM_R] = { "rfm.recency_days", "/recency", "最近消费分段", "recency cuts" },
    [RFM_F] = { "rfm.frequency", "/frequency", "消费次数分段", "frequency cuts" },
    [RFM_M] = { "rfm.monetary", "/monetary", "消费金额分段", "monetary cuts" },
};

enum err rfm_at_read(struct ctx *c, str text, instant *at, str *said)
{
    day d;
    if (str_empty(text)) {
        *at = c->now;
        *said = instant_iso(c->arena, c->now);
    } else if (day_parse(text, &d)) {
        *at = zone_midnight(c->zone, d);
        *said = day_text(c->arena, d);
    } else if (instant_parse(c->zone, text, false, at)) {
        *said = instant_iso(c->arena, *at);
    } else {
        return fail_at(c, E_INVALID, S("/at"),
                       "“" STR_FMT "”不是日期，请写成 2019-07-01 或 2019-07-01 18:00:00",
                       "\"" STR_FMT "\" is not a date: write 2019-07-01 or 2019-07-01 18:00:00",
                       STR_ARG(text));
    }
    return OK;
}

str rfm_at_words(struct ctx *c, instant at)
{
    day d = zone_day(c->zone, at);
    return zone_midnight(c->zone, d) == at ? day_text(c->arena, d)
                                           : instant_text(c->arena, c->zone, at);
}

static enum err cuts_check(struct ctx *c, enum rfm_axis axis, ints cuts)
{
    const struct axis_words *w = &axis_words[axis];
    str name = say(c, str_of(w->zh), str_of(w->en));
    if (cuts.n < 1 || cuts.n > RFM_CUTS_MAX)
        return fail_at(c, E_INVALID, str_of(w->field), STR_FMT "需要 1 到 %d 个数，现在是 %d 个",
                       STR_FMT ": 1 to %d numbers are needed, there are %d", STR_ARG(name),
                       RFM_CUTS_MAX, (int)cuts.n);
    for (i64 i = 0; i < cuts.n; i++)
        if (cuts.at[i] <= (i ? cuts.at[i - 1] : 0))
            return fail_at(c, E_INVALID, str_of(w->field), STR_FMT "必须都大于 0，并且从小到大",
                           STR_FMT " must be above zero and rising", STR_ARG(name));
    return OK;
}

enum err rfm_cuts_parse(struct ctx *c, enum rfm_axis axis, str text, ints *out)
{
    strs parts = str_split(c->arena, str_replace(c->arena, text, S("，"), S(",")), ',');
    *out = (ints){ NEWS(c->arena, i64, parts.n + 1), parts.n };
    for (i64 i = 0; i < parts.n; i++) {
        bool good = axis == RFM_M ? money_parse(parts.at[i], &out->at[i])
                                  : i64_parse(parts.at[i], &out->at[i]);
        if (!good)
            return fail_at(c, E_INVALID, str_of(axis_words[axis].field),
                           "“" STR_FMT "”不是数，请写成 30,90 这样",
                           "\"" STR_FMT "\" is not a number: write them like 30,90",
                           STR_ARG(parts.at[i]));
    }
    return cuts_check(c, axis, *out);
}

static enum err cuts_read(struct ctx *c, enum rfm_axis axis, str asked, ints *out)
{
    if (!str_empty(asked)) return rfm_cuts_parse(c, axis, asked, out);
    return setting_list(c, axis_words[axis].setting, out); /* checked when it was set */
}

static enum err choice_read(struct ctx *c, const struct choice *of, const char *setting, str text,
                            int *out)
{
    if (str_empty(text)) TRY(setting_text(c, setting, &text));
    *out = choice_find(of, text);
    if (*out >= 0) return OK;
    struct buf names = { .arena = c->arena };
    for (int i = 0; i < of->n; i++) buf_fmt(&names, "%s%s", i ? " / " : "", of->names[i]);
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", setting + strlen("rfm.")),
                   "“" STR_FMT "”不可选，可以是：" STR_FMT,
                   "\"" STR_FMT "\" is not one of: " STR_FMT, STR_ARG(text),
                   STR_ARG(buf_str(&names)));
}

#define WINDOW_MAX ((i64)36500)

enum err rfm_rule_read(struct ctx *c, const struct rfm_ask *ask, struct rfm_rule *out)
{
    *out = (struct rfm_rule){ 0 };
    TRY(rfm_at_read(c, ask->at, &out->at, &out->at_text));
    if (ask->window.has) out->window_days = ask->window.value;
    else TRY(setting_i64(c, "rfm.window_days", &out->window_days));
    if (out->window_days < 0 || out->window_days > WINDOW_MAX)
        return fail_at(c, E_INVALID, S("/window"), "窗口天数应在 0 到 %lld 之间，0 表示全部时间",
                       "the window must be 0 to %lld days; 0 means all time",
                       (long long)WINDOW_MAX);
    const str lists[RFM_AXES] = { ask->recency, ask->frequency, ask->monetary };
    bool listed = false;
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
        TRY(cuts_read(c, axis, lists[axis], &out->given[axis]));
        listed |= !str_empty(lists[axis]);
    }
    str cuts = str_empty(ask->cuts) && listed ? S("fixed") : ask->cuts;
    int chosen;
    TRY(choice_read(c, &rfm_cuts_choice, "rfm.cuts", cuts, &chosen));
    out->cuts = (enum rfm_cuts)chosen;
    TRY(choice_read(c, &rfm_frequency_of_choice, "rfm.frequency_of", ask->frequency_of, &chosen));
    out->frequency_of = (enum rfm_frequency_of)chosen;
    TRY(choice_read(c, &rfm_monetary_of_choice, "rfm.monetary_of", ask->monetary_of, &chosen));
    out->monetary_of = (enum rfm_monetary_of)chosen;
    TRY(choice_read(c, &rfm_high_choice, "rfm.high", ask->high, &chosen));
    out->high = (enum rfm_high)chosen;
    return OK;
}
