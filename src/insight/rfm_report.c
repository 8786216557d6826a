/* rfm_report.c -- RFM as it is shown: cells, types, means, movement between two dates, and the
 * words that say how it was made. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/rfm.h"

#include <assert.h>

SHAPE_DEFINE(rfm_cell);
SHAPE_DEFINE(rfm_type_row);
SHAPE_DEFINE(rfm_means);
SHAPE_DEFINE(rfm_cuts_view);
SHAPE_DEFINE(rfm_report);
SHAPE_DEFINE(rfm_flow);
SHAPE_DEFINE(rfm_move);

/* -- tables ----------------------------------------------------------------------------------- */

static struct rfm_cell_list cells_of(struct arena *a, const struct rfm *r)
{
    const struct rfm_scale *s = &r->scale;
    i64 f_bands = rfm_bands(s, RFM_F), m_bands = rfm_bands(s, RFM_M);
    struct rfm_cell_list out = { .n = rfm_bands(s, RFM_R) * f_bands * m_bands };
    out.at = NEWS(a, struct rfm_cell, out.n);
    for (i64 i = 0; i < out.n; i++) {
        out.at[i].r = i / (f_bands * m_bands) + 1;
        out.at[i].f = i / m_bands % f_bands + 1;
        out.at[i].m = i % m_bands + 1;
    }
    for (i64 i = 0; i < r->n; i++) {
        const struct rfm_member *m = &r->at[i];
        i64 place =
            ((m->band[RFM_R] - 1) * f_bands + m->band[RFM_F] - 1) * m_bands + m->band[RFM_M] - 1;
        out.at[place].members++;
        out.at[place].amount += m->amount;
    }
    return out;
}

static struct rfm_type_row_list types_of(struct ctx *c, const struct rfm *r)
{
    struct rfm_type_row_list out = { NEWS(c->arena, struct rfm_type_row, RFM_TYPES), RFM_TYPES };
    for (int i = 0; i < RFM_TYPES; i++) {
        out.at[i].type = str_of(rfm_types[i].id);
        out.at[i].name = say(c, str_of(rfm_types[i].zh), str_of(rfm_types[i].en));
    }
    for (i64 i = 0; i < r->n; i++) {
        out.at[r->at[i].type].members++;
        out.at[r->at[i].type].amount += r->at[i].amount;
    }
    return out;
}

static struct rfm_means *means_of(struct arena *a, const struct rfm *r)
{
    struct rfm_means *out = NEW(a, struct rfm_means);
    if (r->n == 0) return out;
    __int128 sum[RFM_AXES] = { 0 };
    for (i64 i = 0; i < r->n; i++)
        for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) sum[axis] += r->at[i].figure[axis];
    f64 n = (f64)r->n;
    out->recency = (f64)sum[RFM_R] / n;
    out->frequency = (f64)sum[RFM_F] / n;
    out->monetary = (money)((2 * sum[RFM_M] + r->n) / (2 * (__int128)r->n));
    out->r = (f64)r->scale.bands_sum[RFM_R] / n;
    out->f = (f64)r->scale.bands_sum[RFM_F] / n;
    out->m = (f64)r->scale.bands_sum[RFM_M] / n;
    return out;
}

static ints cuts_of(struct arena *a, const struct rfm_scale *s, enum rfm_axis axis)
{
    ints out = { NEWS(a, i64, s->cuts[axis] + 1), s->cuts[axis] };
    for (int i = 0; i < s->cuts[axis]; i++) out.at[i] = s->cut[axis][i];
    return out;
}

static struct rfm_cuts_view *rule_of(struct arena *a, const struct rfm *r)
{
    struct rfm_cuts_view *out = NEW(a, struct rfm_cuts_view);
    out->cuts = choice_name(&rfm_cuts_choice, r->rule.cuts);
    out->recency = cuts_of(a, &r->scale, RFM_R);
    out->frequency = cuts_of(a, &r->scale, RFM_F);
    ints amounts = cuts_of(a, &r->scale, RFM_M);
    out->monetary = (strs){ NEWS(a, str, amounts.n + 1), amounts.n };
    for (i64 i = 0; i < amounts.n; i++) out->monetary.at[i] = money_text(a, amounts.at[i]);
    out->frequency_of = choice_name(&rfm_frequency_of_choice, r->rule.frequency_of);
    out->monetary_of = choice_name(&rfm_monetary_of_choice, r->rule.monetary_of);
    out->high = choice_name(&rfm_high_choice, r->rule.high);
    out->window = r->rule.window_days;
    return out;
}

/* -- words ------------------------------------------------------------------------------------ */

static str list_text(struct arena *a, ints v, bool amounts, const char *between)
{
    struct buf b = { .arena = a };
    for (i64 i = 0; i < v.n; i++) {
        if (i) buf_fmt(&b, "%s", between);
        if (amounts) buf_add(&b, money_text(a, v.at[i]));
        else buf_i64(&b, v.at[i]);
    }
    return buf_str(&b);
}

/* How a rule's parts are worded, by the value of the choice. */
struct words {
    const char *zh, *en;
};
static const struct words frequency_words[] = {
    [RFM_ORDERS] = { "购买次数（按订单）", "purchases (orders)" },
    [RFM_DAYS] = { "购买天数（同一天多单算一次）",
                   "days with a purchase (several on one day count once)" },
};
static const struct words monetary_words[] = {
    [RFM_TOTAL] = { "净额合计", "net amount in all" },
    [RFM_AVERAGE] = { "净额 ÷ F", "net amount / F" },
};
static const struct words cuts_words[] = {
    [RFM_FIXED] = { "固定值", "as given" },
    [RFM_QUANTILE] = { "按人数均分得出", "by quantile" },
    [RFM_MEAN] = { "按均值得出", "at the mean" },
};
static str word(const struct ctx *c, const struct words *table, int i)
{
    return say(c, str_of(table[i].zh), str_of(table[i].en));
}

static void say_window(struct ctx *c, struct buf *b, i64 days)
{
    if (days == 0) buf_add(b, say(c, S("全部时间"), S("all time")));
    else buf_fmt(b, c->locale == ZH ? "最近 %lld 天" : "the last %lld days", (long long)days);
}

static void say_high(struct ctx *c, struct buf *b, const struct rfm *r)
{
    if (r->rule.high == RFM_HIGH_BAND) {
        buf_add(b, say(c, S("处在最好的一段为“高”。"), S("High is the best band.")));
        return;
    }
    const struct rfm_means *m = means_of(c->arena, r);
    buf_fmt(b,
            c->locale == ZH ? "得分高于平均分（R %.4f，F %.4f，M %.4f）为“高”。"
                            : "High is a band above the mean band (R %.4f, F %.4f, M %.4f).",
            m->r, m->f, m->m);
}

str rfm_definition(struct ctx *c, const struct rfm *r)
{
    struct buf b = { .arena = c->arena }, window = { .arena = c->arena };
    bool zh = c->locale == ZH;
    const char *between = zh ? "、" : ", ";
    say_window(c, &window, r->rule.window_days);
    str cuts = word(c, cuts_words, r->rule.cuts);
    buf_fmt(&b,
            zh ? "购买：" STR_FMT " 之前付款、净额大于 0 的订单，共 %lld 位会员。"
               : "A purchase is an order paid before " STR_FMT
                 " with a net amount above zero; %lld members have one. ",
            STR_ARG(rfm_at_words(c, r->rule.at)), (long long)r->n);
    buf_fmt(&b,
            zh ? "R：距最近一次购买满多少个 24 小时；少于 " STR_FMT " 天（" STR_FMT
                 "）每过一档高一分。"
               : "R: whole days of 24 hours since the last purchase; each cut it stays under is "
                 "one band better: " STR_FMT " days (" STR_FMT "). ",
            STR_ARG(list_text(c->arena, cuts_of(c->arena, &r->scale, RFM_R), false, between)),
            STR_ARG(cuts));
    buf_fmt(&b,
            zh ? "F：" STR_FMT "的" STR_FMT "；达到 " STR_FMT " 每档高一分。"
               : "F: of " STR_FMT ", " STR_FMT "; each cut reached is one band better: " STR_FMT
                 ". ",
            STR_ARG(buf_str(&window)), STR_ARG(word(c, frequency_words, r->rule.frequency_of)),
            STR_ARG(list_text(c->arena, cuts_of(c->arena, &r->scale, RFM_F), false, between)));
    buf_fmt(&b,
            zh ? "M：" STR_FMT "的" STR_FMT "；达到 " STR_FMT " 每档高一分。"
               : "M: of " STR_FMT ", " STR_FMT "; each cut reached is one band better: " STR_FMT
                 ". ",
            STR_ARG(buf_str(&window)), STR_ARG(word(c, monetary_words, r->rule.monetary_of)),
            STR_ARG(list_text(c->arena, cuts_of(c->arena, &r->scale, RFM_M), true, between)));
    buf_add(&b, say(c, S("1 分最低。"), S("Band 1 is the worst. ")));
    say_high(c, &b, r);
    return buf_str(&b);
}

/* -- reports ---------------------------------------------------------------------------------- */

void rfm_report_of(struct ctx *c, const struct rfm *r, struct rfm_report *out)
{
    *out = (struct rfm_report){
        .at = r->rule.at_text,
        .members = r->n,
        .amount = r->amount,
        .cells = cells_of(c->arena, r),
        .types = types_of(c, r),
        .means = means_of(c->arena, r),
        .rule = rule_of(c->arena, r),
        .definition = rfm_definition(c, r),
    };
}

enum err rfm_report_make(struct ctx *c, const struct rfm_rule *rule, struct rfm_report *out)
{
    i64 started = clock_mono_us();
    struct rfm r;
    TRY(rfm_make(c, rule, &r));
    rfm_report_of(c, &r, out);
    out->took_ms = (f64)(clock_mono_us() - started) / 1000;
    return OK;
}

/* Row RFM_TYPES stands for those who had not bought yet. Whoever bought before `from` bought before
 * `to`. */
static struct rfm_flow_list flows_of(struct ctx *c, const struct rfm *before,
                                     const struct rfm *after)
{
    i64 ways[RFM_TYPES + 1][RFM_TYPES] = { 0 };
    for (i64 i = 0, k = 0; i < after->n; i++) {
        while (k < before->n && before->at[k].member < after->at[i].member) k++;
        bool was = k < before->n && before->at[k].member == after->at[i].member;
        ways[was ? before->at[k].type : RFM_TYPES][after->at[i].type]++;
    }
    struct rfm_flow_list out = { 0 };
    for (int from = 0; from <= RFM_TYPES; from++)
        for (int to = 0; to < RFM_TYPES; to++) {
            if (ways[from][to] == 0) continue;
            struct rfm_flow *flow = PUSH(c->arena, &out);
            flow->from = from < RFM_TYPES ? str_of(rfm_types[from].id) : S("");
            flow->to = str_of(rfm_types[to].id);
            flow->members = ways[from][to];
        }
    return out;
}

enum err rfm_move_make(struct ctx *c, const struct rfm_rule *rule, str from, str to,
                       struct rfm_move *out)
{
    struct rfm_rule then = *rule, now = *rule;
    TRY(rfm_at_read(c, from, &then.at, &then.at_text));
    TRY(rfm_at_read(c, to, &now.at, &now.at_text));
    if (then.at >= now.at)
        return fail_at(
            c, E_INVALID, S("/from"), "起始日期必须早于结束日期：" STR_FMT " 不早于 " STR_FMT,
            "the first date must be before the second: " STR_FMT " is not before " STR_FMT,
            STR_ARG(then.at_text), STR_ARG(now.at_text));
    struct rfm before, after;
    TRY(rfm_make(c, &then, &before));
    TRY(rfm_make(c, &now, &after));
    *out = (struct rfm_move){
        .from = then.at_text,
        .to = now.at_text,
        .before = types_of(c, &before),
        .after = types_of(c, &after),
        .flows = flows_of(c, &before, &after),
        .definition = rfm_definition(c, &after),
    };
    return OK;
}
