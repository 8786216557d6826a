/* expiry.c -- how long points last: never, months, or until a date of the year; in programme days.
 */
#include "base/num.h"
#include "loyalty/points/inside.h"

/* "12-31"; 29 February is the last of February in other years. */
static bool month_day_parse(str text, i32 *month, i32 *dom)
{
    str head, rest = str_cut(text, '-', &head);
    i64 m, d;
    if (!i64_parse(head, &m) || !i64_parse(rest, &d)) return false;
    if (m < 1 || m > 12 || d < 1 || d > 31) return false;
    struct civil leap = { .year = 2024, .month = (i32)m, .day = (i32)d };
    *month = (i32)m;
    *dom = (i32)d;
    return civil_valid(leap);
}

static enum err check_month_day(struct ctx *c, str value)
{
    i32 month, dom;
    if (month_day_parse(value, &month, &dom)) return OK;
    return fail(c, E_INVALID, "要写成 月-日，例如 12-31", "a month and a day, like 12-31");
}

enum err points_policy_load(struct ctx *c, struct points_policy *out)
{
    str kind, round, on;
    *out = (struct points_policy){ .kind = EXPIRES_NEVER };
    TRY(setting_text(c, "points.expiry", &kind));
    if (str_eq(kind, S("never"))) return OK;
    out->kind = str_eq(kind, S("date")) ? EXPIRES_DATE : EXPIRES_MONTHS;
    TRY(setting_i64(c, "points.expiry_months", &out->months));
    if (out->kind == EXPIRES_MONTHS) {
        TRY(setting_text(c, "points.expiry_round", &round));
        out->month_end = str_eq(round, S("month"));
    } else {
        TRY(setting_text(c, "points.expiry_day", &on));
        month_day_parse(on, &out->month, &out->dom);
    }
    return OK;
}

static day end_of_month(i32 year, i32 month) { return month_add(day_of(year, month, 1), 1) - 1; }

static day day_in(i32 year, const struct points_policy *p)
{
    day last = end_of_month(year, p->month), d = day_of(year, p->month, 1) + p->dom - 1;
    return d < last ? d : last;
}

day points_last_day(const struct points_policy *p, day given)
{
    day least = month_add(given, (i32)p->months);
    struct civil then = day_civil(least);
    if (p->kind == EXPIRES_MONTHS)
        return p->month_end ? end_of_month(then.year, then.month) : least;
    day this_year = day_in(then.year, p);
    return this_year >= least ? this_year : day_in(then.year + 1, p);
}

opt_instant points_expire(const struct points_policy *p, const struct zone *zone, instant given)
{
    if (p->kind == EXPIRES_NEVER) return NONE;
    return SOME(zone_midnight(zone, points_last_day(p, zone_day(zone, given)) + 1));
}

const struct setting points_settings[] = {
    { .name = "points.expiry",
      .kind = SETTING_CHOICE,
      .fallback = "months",
      .choices = "never months date",
      .zh = "积分有效期：never 永久，months 得到后若干个月，date 每年固定日期",
      .en = "How long points last: for ever, months after they were given, or until a date of the "
            "year" },
    { .name = "points.expiry_months",
      .kind = SETTING_I64,
      .fallback = "12",
      .min = 1,
      .max = 120,
      .zh = "有效几个月（固定日期时：至少几个月）；1 月 31 日加 1 个月是 2 月最后一天",
      .en =
          "For how many months (with a fixed date: at least so many); 31 January + 1 month is the "
          "last day of February" },
    { .name = "points.expiry_round",
      .kind = SETTING_CHOICE,
      .fallback = "day",
      .choices = "day month",
      .zh = "按月计算的有效期到当天（day）还是延到当月月底（month）",
      .en = "Months end on their day, or last to the end of that month" },
    { .name = "points.expiry_day",
      .kind = SETTING_TEXT,
      .fallback = "12-31",
      .zh = "固定日期（月-日）：这一天是最后可用的一天",
      .en = "The date of the year (month-day): the last day they can be used",
      .check = check_month_day },
    { .name = "points.value_of_100",
      .kind = SETTING_MONEY,
      .fallback = "1",
      .min = 0,
      .max = 10000000,
      .zh = "100 积分值多少元：奖励积分时按此计入预算",
      .en = "What 100 points are worth: what points that are given cost a budget" },
    { .name = "points.pending_days",
      .kind = SETTING_I64,
      .fallback = "15",
      .min = 0,
      .max = 365,
      .zh = "订单积分过多少天才能用（退货期）；只影响之后的订单",
      .en = "Days until an order's points can be used (the return window); of later orders only" },
    { .name = "points.pending_from",
      .kind = SETTING_CHOICE,
      .fallback = "completion",
      .choices = "payment completion",
      .zh = "退货期从付款还是从完成算起；不知道完成时间的从付款算起",
      .en = "The return window begins with the payment, or with completion where that is known" },
    { .name = "points.multipliers",
      .kind = SETTING_CHOICE,
      .fallback = "greater",
      .choices = "greater product",
      .zh = "等级与付费会员都有积分倍数时：greater 取大的，product 相乘；只影响之后的订单",
      .en = "When both tier and paid membership multiply points: the greater counts, or their "
            "product; of later orders only" },
    { .name = "points.remind_days",
      .kind = SETTING_TEXT,
      .fallback = "30,7,1",
      .zh = "积分到期前几天提醒（时间线上各记一次），如 30,7,1；留空为不提醒",
      .en = "How many days before points end a line points.expiring is written, once each, like "
            "30,7,1; empty: none",
      .check = points_remind_check },
    { .name = "points.approval_above",
      .kind = SETTING_I64,
      .fallback = "1000",
      .min = 0,
      .max = 1000000000,
      .zh = "手工发放或扣减超过多少积分须另一人审批",
      .en = "More points than this given or taken by hand need a second person" },
    { .name = "points.daily_cap",
      .kind = SETTING_I64,
      .fallback = "0",
      .min = 0,
      .max = 1000000000,
      .zh = "每位会员每天按规则最多得多少积分；0 为不限",
      .en = "At most so many points a member and day by all rules; 0: no limit" },
    { .name = "points.on_refund",
      .kind = SETTING_CHOICE,
      .fallback = "negative",
      .choices = "negative refuse write_off",
      .zh = "退款时积分已用掉：negative 记为欠的积分，refuse 拒绝经由 Koi "
            "的退款（外部已发生的仍记欠），"
            "write_off 免除",
      .en = "A refund of points that were spent: becomes a debt; refuses the refund asked of Koi "
            "(of one that happened elsewhere it is a debt); or is written off" },
    { 0 },
};
