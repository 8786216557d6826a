/* compose.c -- one report from its kind: blocks in their order, told in both languages, and what is
 * said first. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/report/inside.h"
#include "insight/shown.h"
#include "store/setting.h"

SHAPE_DEFINE(report_sentence);
SHAPE_DEFINE(report_column);
SHAPE_DEFINE(report_cell);
SHAPE_DEFINE(report_row);
SHAPE_DEFINE(report_chart);
SHAPE_DEFINE(report_block);
SHAPE_DEFINE(report_period);
SHAPE_DEFINE(report);

/* -- filling ----------------------------------------------------------------------------------- */

void say_sentence(struct making *m, struct report_block *out, enum report_tone tone, str text)
{
    *PUSH(m->c->arena, &out->sentences) = (struct report_sentence){ .text = text, .tone = tone };
}

void add_column(struct making *m, struct report_block *out, const char *name, str label,
                enum report_unit unit)
{
    *PUSH(m->c->arena, &out->columns) =
        (struct report_column){ .name = str_of(name), .label = label, .unit = unit };
}

struct report_row *add_row(struct making *m, struct report_block *out, enum report_unit unit)
{
    struct report_row *row = PUSH(m->c->arena, &out->rows);
    row->unit = unit;
    return row;
}

void add_text(struct making *m, struct report_row *row, str text)
{
    *PUSH(m->c->arena, &row->cells) = (struct report_cell){ .value = text };
}

void add_value(struct making *m, struct report_row *row, enum report_unit unit, opt_i64 value)
{
    add_text(m, row, cell_text(m, unit, value));
}

void add_chart(struct making *m, struct report_block *out, enum report_form form, str title,
               const int *columns, int n)
{
    struct report_chart *chart = PUSH(m->c->arena, &out->charts);
    *chart = (struct report_chart){ .form = form, .title = title };
    for (int i = 0; i < n; i++) *PUSH(m->c->arena, &chart->columns) = columns[i];
}

bool cell_number(const struct report_column *column, const struct report_row *row, i64 at, f64 *out)
{
    str value = at < row->cells.n ? row->cells.at[at].value : NO_STR;
    if (!value.at || cell_unit(column, row) == REPORT_TEXT) return false;
    return f64_parse(value, out);
}

/* -- the frame --------------------------------------------------------------------------------- */

static void periods_fill(struct making *m, struct report *out)
{
    static const char *const names[PERIODS] = { "now", "before", "beside" };
    for (int p = 0; p < PERIODS; p++)
        *PUSH(m->c->arena, &out->periods) = (struct report_period){ .name = str_of(names[p]),
                                                                    .label = period_head(m, p),
                                                                    .from = m->days[p].from,
                                                                    .to = m->days[p].to };
}

static str days_text(struct ctx *c, struct report_days d)
{
    if (d.from == d.to) return day_text(c->arena, d.from);
    return str_fmt(c->arena, c->locale == ZH ? STR_FMT " 至 " STR_FMT : STR_FMT " to " STR_FMT,
                   STR_ARG(day_text(c->arena, d.from)), STR_ARG(day_text(c->arena, d.to)));
}

static str definition_of(struct making *m)
{
    struct ctx *c = m->c;
    return str_fmt(
        c->arena,
        c->locale == ZH ? STR_FMT
            "：" STR_FMT "；" STR_FMT "：" STR_FMT "；" STR_FMT "：" STR_FMT
            "。时区 %s，首尾都含。变化 = （本期 - 对比期）÷ |对比期|；分母为 0 的是“无定义”，"
            "不写成 0。"
                        : STR_FMT
            ": " STR_FMT "; " STR_FMT ": " STR_FMT "; " STR_FMT ": " STR_FMT
            ". Zone %s, ends included. Change = (now - then) / |then|; what has 0 below it"
            " is not defined, never 0.",
        STR_ARG(period_head(m, NOW)), STR_ARG(days_text(c, m->days[NOW])),
        STR_ARG(period_label(m, BEFORE)), STR_ARG(days_text(c, m->days[BEFORE])),
        STR_ARG(period_label(m, BESIDE)), STR_ARG(days_text(c, m->days[BESIDE])),
        zone_name(c->zone));
}

/* The first sentence of these blocks, in this order, stands before all, where there is anything. */
static const char *const told_first[] = { "headline", "gmv_tree", "touchpoints", "repurchase",
                                          "refunds",  "stock",    "goals",       "alerts" };

static bool tells_something(const struct report_block *block)
{
    for (i64 i = 0; i < block->rows.n; i++)
        if (!block->rows.at[i].rest) return block->sentences.n > 0;
    return false;
}

static void summary_fill(struct making *m, struct report *out)
{
    for (i64 i = 0; i < COUNT(told_first); i++)
        for (i64 b = 0; b < out->blocks.n; b++) {
            const struct report_block *block = &out->blocks.at[b];
            if (str_eq(block->name, str_of(told_first[i])) && tells_something(block))
                *PUSH(m->c->arena, &out->summary) = block->sentences.at[0];
        }
}

static enum err told(struct making *m, struct report *out)
{
    struct ctx *c = m->c;
    *out = (struct report){ .kind = m->kind,
                            .from = m->days[NOW].from,
                            .to = m->days[NOW].to,
                            .timezone = str_of(zone_name(c->zone)) };
    TRY(setting_text(c, "currency", &out->currency));
    m->mark = currency_mark(c);
    out->title = str_fmt(c->arena, STR_FMT " " STR_FMT,
                         STR_ARG(say(c, str_of(m->row->zh), str_of(m->row->en))),
                         STR_ARG(days_text(c, m->days[NOW])));
    periods_fill(m, out);
    for (const struct block_row *row = m->row->blocks; row->name; row++) {
        struct report_block *block = PUSH(c->arena, &out->blocks);
        *block = (struct report_block){ .name = str_of(row->name),
                                        .title = say(c, str_of(row->zh), str_of(row->en)),
                                        .page = str_of(row->page) };
        TRY(row->fill(m, row, block));
    }
    summary_fill(m, out);
    out->definition = definition_of(m);
    return OK;
}

/* What needs most of the orders is asked first: they are read once, their categories along with
 * them. */
static enum err ask_ahead(struct making *m)
{
    const struct metric_group_totals_list *parts;
    for (const struct block_row *row = m->row->blocks; row->name; row++)
        if (row->fill == parts_block && strcmp(row->what, "category") == 0)
            return parts_of(m, row->what, &parts);
    return OK;
}

enum err report_compose(struct ctx *c, enum report_kind kind, day at, struct report of[2])
{
    struct making m = { .c = c, .kind = kind, .row = &report_kinds[kind] };
    enum locale locale = c->locale;
    enum err e = OK;
    report_periods(kind, at, m.days);
    TRY(ask_ahead(&m));
    for (int l = ZH; l <= EN && e == OK; l++) {
        c->locale = (enum locale)l;
        e = told(&m, &of[l]);
    }
    c->locale = locale;
    return e;
}
