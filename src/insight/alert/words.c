/* words.c -- rules and alerts as sentences, in the reader's language. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/alert/inside.h"

struct teller {
    struct ctx *c;
    struct buf out;
    str mark;     /* of the currency */
    bool outside; /* what leaves the house does not quote a segment */
};

static struct teller teller_new(struct ctx *c)
{
    struct teller t = { .c = c, .out = { .arena = c->arena } };
    str currency;
    if (!c->db || setting_text(c, "currency", &currency) != OK) currency = S("CNY");
    t.mark =
        str_eq(currency, S("CNY")) ? S("¥") : str_fmt(c->arena, STR_FMT " ", STR_ARG(currency));
    return t;
}

static void tell(struct teller *t, const char *zh, const char *en)
{
    buf_add(&t->out, str_of(t->c->locale == ZH ? zh : en));
}

/* 1,234.50 of digits with a point or without. */
static void tell_grouped(struct teller *t, str plain)
{
    i64 whole = str_find(plain, S("."));
    if (whole < 0) whole = plain.n;
    for (i64 i = 0; i < plain.n; i++) {
        if (i && i < whole && (whole - i) % 3 == 0) buf_byte(&t->out, ',');
        buf_byte(&t->out, plain.at[i]);
    }
}

/* The amount alone, of its size when it is a difference. */
static void tell_figure(struct teller *t, enum metric_unit unit, i64 v)
{
    if (v < 0) buf_add(&t->out, S("−"));
    i64 size = v < 0 ? -v : v;
    switch (unit) {
    case METRIC_MONEY:
        buf_add(&t->out, t->mark);
        tell_grouped(t, money_text(t->c->arena, size));
        break;
    case METRIC_RATIO: {
        i64 cents = (size + 50) / 100; /* hundredths of a percent */
        buf_fmt(&t->out, cents % 100 ? "%lld.%02lld%%" : "%lld%%", (long long)(cents / 100),
                (long long)(cents % 100));
        break;
    }
    case METRIC_TIMES: buf_add(&t->out, metric_text(t->c->arena, unit, SOME(size))); break;
    default:
        tell_grouped(t, str_fmt(t->c->arena, "%lld", (long long)size));
        if (unit == METRIC_DAYS) tell(t, " 天", size == 1 ? " day" : " days");
    }
}

static void tell_text(struct teller *t, enum metric_unit unit, str text)
{
    i64 v;
    if (text.at && alert_figure_read(unit, text, &v)) tell_figure(t, unit, v);
    else tell(t, "无定义", "not defined");
}

static void tell_day(struct teller *t, day d) { buf_add(&t->out, day_text(t->c->arena, d)); }

/* -- dimensions and filters -------------------------------------------------------------------- */

static const struct {
    const char *name, *zh, *en, *many;
} dimension_words[] = {
    { "shop", "店铺", "shop", "shops" },
    { "touchpoint", "触点", "touchpoint", "touchpoints" },
    { "category", "品类", "category", "categories" },
    { "product", "商品", "product", "products" },
    { "budget", "预算", "budget", "budgets" },
    { "city", "城市", "city", "cities" },
    { "tier", "等级", "tier", "tiers" },
};

str alert_by_words(const struct ctx *c, str by)
{
    for (i64 i = 0; i < COUNT(dimension_words); i++)
        if (str_eq(by, str_of(dimension_words[i].name)))
            return str_of(c->locale == ZH ? dimension_words[i].zh : dimension_words[i].en);
    return by;
}

/* "7 shops", "7 values of colour". */
static void tell_many(struct teller *t, str by, i64 n)
{
    const char *many = NULL;
    for (i64 i = 0; i < COUNT(dimension_words); i++)
        if (str_eq(by, str_of(dimension_words[i].name))) many = dimension_words[i].many;
    if (t->c->locale == ZH)
        buf_fmt(&t->out, "%lld 个" STR_FMT, (long long)n, STR_ARG(alert_by_words(t->c, by)));
    else if (many) buf_fmt(&t->out, "%lld %s", (long long)n, many);
    else buf_fmt(&t->out, "%lld values of " STR_FMT, (long long)n, STR_ARG(by));
}

/* "orders placed" within a sentence; GMV stays as it is. */
static void tell_metric(struct teller *t, const struct alert_source *s)
{
    str name = str_of(t->c->locale == ZH ? s->zh : s->en);
    bool word = t->c->locale == EN && name.n > 1 && name.at[1] >= 'a' && name.at[1] <= 'z';
    if (word && name.at[0] >= 'A' && name.at[0] <= 'Z') {
        buf_byte(&t->out, (char)(name.at[0] - 'A' + 'a'));
        name = str_sub(name, 1, name.n);
    }
    buf_add(&t->out, name);
}

static str dimension_of(const struct alert_terms *terms, const struct alert_test *t)
{
    return str_or(str_trim(terms->by), str_of(t->source.always_by));
}

static void tell_filter(struct teller *t, const char *dimension, str value, bool *any)
{
    if (!value.n) return;
    tell(t, *any ? "，" : "（", *any ? ", " : " (");
    *any = true;
    buf_fmt(&t->out, t->c->locale == ZH ? STR_FMT "“" STR_FMT "”" : STR_FMT " \"" STR_FMT "\"",
            STR_ARG(alert_by_words(t->c, str_of(dimension))), STR_ARG(value));
}

static void tell_filters(struct teller *t, const struct alert_terms *terms)
{
    bool any = false;
    tell_filter(t, "shop", terms->shop, &any);
    tell_filter(t, "touchpoint", terms->touchpoint, &any);
    tell_filter(t, "category", terms->category, &any);
    if (terms->segment.n) {
        tell(t, any ? "，" : "（", any ? ", " : " (");
        any = true;
        if (t->outside) tell(t, "只看一部分会员", "of some members");
        else
            buf_fmt(&t->out, t->c->locale == ZH ? "只看 " STR_FMT : "only " STR_FMT,
                    STR_ARG(terms->segment));
    }
    if (any) tell(t, "）", ")");
}

/* -- a rule ------------------------------------------------------------------------------------ */

static void tell_period(struct teller *t, const struct alert_test *test)
{
    bool week = test->period == ALERT_WEEK;
    if (!test->source.history) tell(t, "现在", " now");
    else if (test->so_far)
        tell(t, week ? "本周至今" : "今天至今", week ? " this week so far" : " today so far");
    else
        tell(t, week ? "上一个整周" : "上一个整天",
             week ? " in the last whole week" : " on the last whole day");
}

static void tell_against(struct teller *t, const struct alert_test *test)
{
    bool week = test->period == ALERT_WEEK;
    switch (test->against) {
    case AGAINST_YEAR_AGO:
        tell(t, week ? "去年同一周" : "去年同日",
             week ? "the same week last year" : "the same date last year");
        break;
    case AGAINST_WEEK_AGO:
        if (!week) {
            tell(t, "上周同一天", "the same weekday a week before");
            break;
        }
        /* fall through */
    default: tell(t, week ? "前一周" : "前一天", week ? "the week before" : "the day before");
    }
}

static void tell_least(struct teller *t, const struct alert_test *test)
{
    if (!test->least) return;
    tell(t, "，且相差不少于 ", " and by at least ");
    tell_figure(t, test->source.unit, test->least);
}

static void tell_usual(struct teller *t, const struct alert_test *test)
{
    if (test->period == ALERT_WEEK)
        buf_fmt(&t->out,
                t->c->locale == ZH ? "之前 %lld 周的中位数" : "the median of the %lld weeks before",
                (long long)test->weeks);
    else
        buf_fmt(&t->out,
                t->c->locale == ZH ? "之前 %lld 周同一星期几的中位数"
                                   : "the median of the same weekday in the %lld weeks before",
                (long long)test->weeks);
}

str alert_sentence(struct ctx *c, const struct alert_terms *terms, const struct alert_test *test)
{
    struct teller t = teller_new(c);
    str by = dimension_of(terms, test);
    static const char *const sides[][2] = { { "高于", "is above" },
                                            { "低于", "is below" },
                                            { "偏离", "is away from" } };
    static const char *const moves[][2] = { { "增加", "is up on" },
                                            { "减少", "is down on" },
                                            { "变动", "differs from" } };
    if (c->locale == EN) tell(&t, "", "Alarm when ");
    else if (by.n) buf_fmt(&t.out, "每个" STR_FMT "的", STR_ARG(alert_by_words(c, by)));
    tell_metric(&t, &test->source);
    if (c->locale == EN && by.n)
        buf_fmt(&t.out, " of any " STR_FMT, STR_ARG(alert_by_words(c, by)));
    tell_filters(&t, terms);
    tell_period(&t, test);
    if (test->kind == ALERT_THRESHOLD) {
        buf_fmt(&t.out, c->locale == ZH ? "%s " : " %s ",
                sides[test->side][c->locale == ZH ? 0 : 1]);
        tell_figure(&t, test->source.unit, test->limit);
    } else if (test->kind == ALERT_CHANGE) {
        if (c->locale == ZH) tell(&t, "比", "");
        else buf_fmt(&t.out, " %s ", moves[test->side][1]);
        tell_against(&t, test);
        if (c->locale == ZH) tell(&t, moves[test->side][0], "");
        buf_fmt(&t.out, c->locale == ZH ? " %lld%% 或更多" : " by %lld%% or more",
                (long long)test->percent);
        tell_least(&t, test);
    } else {
        buf_fmt(&t.out, c->locale == ZH ? "明显%s" : " %s ",
                sides[test->side][c->locale == ZH ? 0 : 1]);
        tell_usual(&t, test);
        buf_fmt(&t.out, c->locale == ZH ? "（超过 %g 倍离散度）" : " by more than %g scales",
                test->cut);
        tell_least(&t, test);
    }
    /* after a figure a space, as between Chinese and digits everywhere */
    tell(&t, test->kind == ALERT_THRESHOLD || test->least ? " 时预警。" : "时预警。", ".");
    return buf_str(&t.out);
}

/* -- an alert ---------------------------------------------------------------------------------- */

static void tell_span(struct teller *t, const struct alert_row *row)
{
    tell_day(t, row->from_day);
    if (row->to_day == row->from_day) return;
    tell(t, " 至 ", " to ");
    tell_day(t, row->to_day);
}

/* "，比前一天的 ¥20.00 少 ¥5.00（25%）" */
static void tell_difference(struct teller *t, const struct alert_test *test, i64 value, i64 base)
{
    i64 diff = value - base;
    tell(t, diff < 0 ? " 少 " : " 多 ", ": ");
    tell_figure(t, test->source.unit, diff < 0 ? -diff : diff);
    if (base) {
        i64 size = diff < 0 ? -diff : diff, of = base < 0 ? -base : base;
        i64 tenths = (i64)(((__int128)size * 1000 + of / 2) / of);
        buf_fmt(&t->out, t->c->locale == ZH ? "（%lld.%lld%%）" : " (%lld.%lld%%)",
                (long long)(tenths / 10), (long long)(tenths % 10));
    }
    if (t->c->locale == EN) buf_add(&t->out, diff < 0 ? S(" less") : S(" more"));
}

static void tell_why(struct teller *t, const struct alert_facts *f, const struct alert_test *test)
{
    i64 value = 0, base = 0;
    bool known = f->figure.at && alert_figure_read(test->source.unit, f->figure, &value);
    bool compared = f->expected.at && alert_figure_read(test->source.unit, f->expected, &base);
    if (test->kind == ALERT_THRESHOLD) {
        tell(t, test->side == ALERT_ABOVE ? "，高于规则的 " : "，低于规则的 ",
             test->side == ALERT_ABOVE ? ", above the limit of " : ", below the limit of ");
        tell_figure(t, test->source.unit, test->limit);
        return;
    }
    if (!known || !compared) return;
    tell(t, "，比", ", against ");
    if (test->kind == ALERT_CHANGE) tell_against(t, test);
    else tell_usual(t, test);
    tell(t, " ", " of ");
    tell_figure(t, test->source.unit, base);
    tell_difference(t, test, value, base);
    if (test->kind == ALERT_CHANGE || (!f->low.at && !f->high.at)) return;
    if (f->low.at && f->high.at) {
        tell(t, "，平常在 ", "; usual is ");
        tell_text(t, test->source.unit, f->low);
        tell(t, " 至 ", " to ");
        tell_text(t, test->source.unit, f->high);
        tell(t, " 之间", "");
    } else {
        tell(t, f->low.at ? "，平常不低于 " : "，平常不高于 ",
             f->low.at ? "; usual is at least " : "; usual is at most ");
        tell_text(t, test->source.unit, f->low.at ? f->low : f->high);
    }
}

static void tell_parts(struct teller *t, const struct alert_facts *f, const struct alert_test *test)
{
    if (!f->parts.n) return;
    enum metric_unit unit = test->source.unit;
    struct alert_source of = test->source;
    if (f->parts_of.n && alert_source_find(t->c, f->parts_of, &of) == OK) unit = of.unit;
    tell(t, "变动最大的部分", " Moved most");
    if (f->parts_of.n)
        buf_fmt(&t->out, t->c->locale == ZH ? "（%s）" : " (%s)",
                t->c->locale == ZH ? of.zh : of.en);
    tell(t, "：", ": ");
    for (i64 i = 0; i < f->parts.n; i++) {
        const struct alert_part *p = &f->parts.at[i];
        i64 change = 0;
        if (i) tell(t, "、", ", ");
        buf_fmt(&t->out, STR_FMT " " STR_FMT " ", STR_ARG(alert_by_words(t->c, p->by)),
                STR_ARG(p->value));
        (void)alert_figure_read(unit, p->change, &change);
        if (change > 0) buf_byte(&t->out, '+');
        tell_figure(t, unit, change);
    }
    tell(t, "。", ".");
}

static void tell_group(struct teller *t, const struct alert_facts *f, const struct alert_test *test)
{
    tell(t, "有 ", ": ");
    tell_many(t, dimension_of(f->terms, test), f->values_n);
    tell(t, "同时触发：", " at once: ");
    enum { NAMED = 5 };
    for (i64 i = 0; i < f->values.n && i < NAMED; i++) {
        if (i) tell(t, "、", ", ");
        buf_fmt(&t->out, STR_FMT " ", STR_ARG(f->values.at[i].label));
        tell_text(t, test->source.unit, f->values.at[i].figure);
    }
    if (f->values_n > NAMED)
        buf_fmt(&t->out, t->c->locale == ZH ? " 等" : " and %lld more",
                (long long)(f->values_n - NAMED));
}

static str words_of(struct ctx *c, const struct alert_row *row, const struct alert_facts *f,
                    const struct alert_test *test, bool outside)
{
    struct teller t = teller_new(c);
    t.outside = outside;
    bool group = str_eq(row->value, ALERT_GROUP);
    if (c->locale == ZH && f->label.n) buf_fmt(&t.out, "“" STR_FMT "”的", STR_ARG(f->label));
    buf_add(&t.out, str_of(c->locale == ZH ? test->source.zh : test->source.en));
    if (c->locale == EN && f->label.n) buf_fmt(&t.out, " of \"" STR_FMT "\"", STR_ARG(f->label));
    tell_filters(&t, f->terms);
    if (group) tell_group(&t, f, test);
    else {
        buf_byte(&t.out, ' ');
        tell_span(&t, row);
        tell(&t, test->so_far ? " 至今为 " : " 为 ", test->so_far ? " so far: " : ": ");
        tell_text(&t, test->source.unit, f->figure);
        tell_why(&t, f, test);
    }
    if (row->since_day < row->from_day) {
        tell(&t, "，自 ", "; since ");
        tell_day(&t, row->since_day);
        tell(&t, " 起一直如此", "");
    }
    tell(&t, "。", ".");
    tell_parts(&t, f, test);
    return buf_str(&t.out);
}

str alert_words(struct ctx *c, const struct alert_row *row, const struct alert_facts *f,
                const struct alert_test *test)
{
    return words_of(c, row, f, test, false);
}

str alert_words_outside(struct ctx *c, const struct alert_row *row, const struct alert_facts *f,
                        const struct alert_test *test)
{
    return words_of(c, row, f, test, true);
}

str alert_note_words(struct ctx *c, enum alert_verdict why, i64 n, i64 of)
{
    static const struct {
        const char *zh, *en;
    } words[] = {
        [ALERT_CALM] = { "", "" },
        [ALERT_HOLDS] = { "", "" },
        [ALERT_NOT_DEFINED] = { "数值或比较的基数无定义（分母或基数为 0），不预警",
                                "the figure or its base is not defined (divided by 0): no alarm" },
        [ALERT_NO_HISTORY] = { "历史不够，暂不预警（异常至少要 6 个可比的日子）",
                               "not enough history, no alarm yet (an anomaly takes 6 days to "
                               "compare with)" },
        [ALERT_NO_SPREAD] = { "历史没有任何波动，无法判断异常",
                              "the history does not vary at all: nothing can be told apart" },
    };
    str text = str_of(c->locale == ZH ? words[why].zh : words[why].en);
    if (!text.n || of <= 1) return text;
    return str_fmt(c->arena,
                   c->locale == ZH ? "%lld 个值（共 %lld 个）：" STR_FMT
                                   : "%lld of %lld values: " STR_FMT,
                   (long long)n, (long long)of, STR_ARG(text));
}

str alert_more_words(struct ctx *c, i64 most)
{
    return str_fmt(c->arena,
                   c->locale == ZH ? "值超过 %lld 个：只看最大的 %lld 个，其余不预警"
                                   : "more than %lld values: the largest %lld are watched, the"
                                     " others raise no alarm",
                   (long long)most, (long long)most);
}
