/* export.c -- statements as csv or xlsx: a row of sums for each KOC, then its order lines. */
#include "loyalty/koc/export.h"

#include "base/clock.h"
#include "base/num.h"
#include "sheet/sheet.h"

enum { COLUMNS = 13, AT_ONCE = 100 };

static enum err head_row(struct ctx *c, struct sheet_out *o, const struct koc_statement *s)
{
    struct arena *a = c->arena;
    const str cells[COLUMNS] = {
        s->month,
        str_fmt(a, "%lld", (long long)s->number),
        str_fmt(a, "%lld", (long long)s->member),
        s->name,
        say(c, S("合计"), S("total")),
        S(""),
        S(""),
        money_text(a, s->net),
        S(""),
        money_text(a, s->earned + s->taken_back),
        money_text(a, s->carried),
        money_text(a, s->payable),
        s->reference,
    };
    return sheet_write(c, o, cells, COLUMNS);
}

static enum err line_row(struct ctx *c, struct sheet_out *o, const struct koc_statement *s,
                         const struct koc_statement_line *l)
{
    struct arena *a = c->arena;
    const str cells[COLUMNS] = {
        s->month,
        str_fmt(a, "%lld", (long long)s->number),
        str_fmt(a, "%lld", (long long)s->member),
        s->name,
        str_fmt(a, STR_FMT " " STR_FMT, STR_ARG(l->shop), STR_ARG(l->number)),
        l->product,
        instant_text(a, c->zone, l->paid_at),
        money_text(a, l->net),
        str_fmt(a, "%lld.%02lld%%", (long long)l->rate / 100, (long long)l->rate % 100),
        money_text(a, l->commission),
        S(""),
        S(""),
        S(""),
    };
    return sheet_write(c, o, cells, COLUMNS);
}

static enum err statement_rows(struct ctx *c, struct sheet_out *o, const struct koc_statement *s)
{
    struct koc_statement_line_list lines;
    TRY(head_row(c, o, s));
    TRY(koc_statement_lines(c, s->number, &lines));
    for (i64 i = 0; i < lines.n; i++) TRY(line_row(c, o, s, &lines.at[i]));
    return OK;
}

enum err koc_export(struct ctx *c, str path, bool xlsx, str month, opt_i64 number, bool personal)
{
    str columns[COLUMNS] = {
        say(c, S("月份"), S("month")),         say(c, S("对账单"), S("statement")),
        say(c, S("会员编号"), S("member")),    say(c, S("姓名"), S("name")),
        say(c, S("订单"), S("order")),         say(c, S("商品编码"), S("product")),
        say(c, S("付款时间"), S("paid at")),   say(c, S("净额"), S("net")),
        say(c, S("比例"), S("rate")),          say(c, S("佣金"), S("commission")),
        say(c, S("上期结转"), S("carried")),   say(c, S("应付"), S("payable")),
        say(c, S("付款凭证"), S("reference")),
    };
    struct sheet_out *o;
    TRY(sheet_create(c, path, xlsx, (strs){ columns, COLUMNS }, &o));
    if (number.has) {
        struct koc_statement s;
        TRY(koc_statement_get(c, number.value, personal, &s));
        TRY(statement_rows(c, o, &s));
        return sheet_finish(c, o);
    }
    i64 above = 0;
    for (bool more = true; more;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct koc_statement_list some;
        enum err e = koc_statements(c, month, above, AT_ONCE, personal, &some);
        for (i64 i = 0; e == OK && i < some.n; i++) e = statement_rows(c, o, &some.at[i]);
        more = e == OK && some.n == AT_ONCE;
        if (more) above = some.at[some.n - 1].number;
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    return sheet_finish(c, o);
}
