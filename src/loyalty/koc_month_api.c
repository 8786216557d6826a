/* koc_month_api.c -- doors of commission by the month: statements, settling, payouts, files. */
#include "access/approval.h"
#include "base/json.h"
#include "base/num.h"
#include "http/request.h"
#include "http/route.h"
#include "loyalty/koc/doors.h"
#include "loyalty/koc/export.h"
#include "loyalty/koc/months.h"

#define FIELDS_OF_koc_month_ref(X, N) X(str, month, REQUIRED | SHORT, "Month: 2026-11", N)
SHAPE(koc_month_ref);
SHAPE_DEFINE(koc_month_ref);
#define FIELDS_OF_koc_month_page(X, N)                \
    X(list(koc_month), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Always null: at most 60 are shown", N)
SHAPE(koc_month_page);
SHAPE_DEFINE(koc_month_page);

HANDLER(koc_months_get, nothing, koc_month_page) { return koc_months(c, &out->items); }
HANDLER(koc_month_one_get, koc_month_ref, koc_month) { return koc_month_get(c, in->month, out); }

#define FIELDS_OF_koc_statement_query(X, N)              \
    X(str, month, REQUIRED | SHORT, "Month: 2026-11", N) \
    PAGE_FIELDS(X, N)
SHAPE(koc_statement_query);
SHAPE_DEFINE(koc_statement_query);
#define FIELDS_OF_koc_statement_page(X, N)                                                \
    X(list(koc_statement), items, ANY, "By number; of a month not settled, by member", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(koc_statement_page);
SHAPE_DEFINE(koc_statement_page);

HANDLER(koc_statements_get, koc_statement_query, koc_statement_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "koc statements", in->cursor, &at));
    TRY(koc_statements(c, in->month, at.id, limit + 1, may(c, PERSONAL_READ), &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    const struct koc_statement *last = &out->items.at[limit - 1];
    out->next_cursor = cursor_make(
        c, "koc statements", (struct cursor){ .id = last->number ? last->number : last->member });
    return OK;
}

HANDLER(koc_settle_post, koc_month_ref, koc_month)
{
    TRY(koc_settle(c->store, c, in->month));
    return koc_month_get(c, in->month, out);
}

#define FIELDS_OF_koc_statement_ref(X, N) X(i64, number, REQUIRED | POSITIVE, "Statement", N)
SHAPE(koc_statement_ref);
SHAPE_DEFINE(koc_statement_ref);
#define FIELDS_OF_koc_statement_detail(X, N)              \
    X(one(koc_statement), statement, ANY, "Statement", N) \
    X(list(koc_statement_line), lines, ANY, "Its lines", N)
SHAPE(koc_statement_detail);
SHAPE_DEFINE(koc_statement_detail);

HANDLER(koc_statement_one_get, koc_statement_ref, koc_statement_detail)
{
    out->statement = NEW(c->arena, struct koc_statement);
    TRY(koc_statement_get(c, in->number, may(c, PERSONAL_READ), out->statement));
    return koc_statement_lines(c, in->number, &out->lines);
}

#define FIELDS_OF_koc_payout(X, N)                      \
    X(i64, number, REQUIRED | POSITIVE, "Statement", N) \
    X(str, reference, REQUIRED | SHORT, "Reference of the payout at the bank or wallet", N)
SHAPE(koc_payout);
SHAPE_DEFINE(koc_payout);

static enum err pay(struct tx *t, void *arg)
{
    const struct koc_payout *in = arg;
    return koc_paid(t, in->number, in->reference);
}

HANDLER(koc_payout_post, koc_payout, koc_statement)
{
    TRY(audited_write(c, pay, (void *)in, NULL));
    return koc_statement_get(c, in->number, may(c, PERSONAL_READ), out);
}

/* -- files ------------------------------------------------------------------------------------- */

enum koc_format { FORMAT_CSV, FORMAT_XLSX };
CHOICE(koc_format);
CHOICE_DEFINE(koc_format, "csv", "xlsx");
#define FIELDS_OF_koc_export_ask(X, N)                                    \
    X(str, month, SHORT, "All statements of a settled month, by line", N) \
    X(opt_i64, number, POSITIVE, "Or one statement", N)                   \
    X(choice(koc_format), format, ANY, "csv or xlsx", N)
SHAPE(koc_export_ask);
SHAPE_DEFINE(koc_export_ask);

static enum err note(struct tx *t, void *arg)
{
    const struct koc_export_ask *in = arg;
    str what = in->number.has
                   ? str_fmt(t->c->arena, "koc/statements/%lld", (long long)in->number.value)
                   : str_fmt(t->c->arena, "koc/months/" STR_FMT, STR_ARG(in->month));
    return audit_write(t, S("koc.exported"), what, NO_STR);
}

HANDLER(koc_export_get, koc_export_ask, nothing)
{
    bool xlsx = in->format == FORMAT_XLSX;
    struct koc_month_row row;
    instant from, end;
    bool settled = true;
    str path;
    if ((in->month.n > 0) == in->number.has)
        return fail(c, E_INVALID, "请给出 month 或 number 之一", "give month or number");
    if (in->month.n) {
        TRY(koc_month_read(c, in->month, &from, &end));
        TRY(koc_month_find(c, in->month, &settled, &row));
    } else {
        struct koc_statement st;
        TRY(koc_statement_get(c, in->number.value, false, &st));
    }
    if (!settled)
        return fail_at(c, E_UNPROCESSABLE, S("/month"), "这个月还没有结算",
                       "this month is not settled");
    TRY(store_write(c->store, c, note, (void *)in));
    TRY(reply_place(request_of(c), &path));
    TRY(koc_export(c, path, xlsx, in->month, in->number, may(c, PERSONAL_READ)));
    str name = in->number.has ? str_fmt(c->arena, "koc-statement-%lld.%s",
                                        (long long)in->number.value, xlsx ? "xlsx" : "csv")
                              : str_fmt(c->arena, "koc-" STR_FMT ".%s", STR_ARG(in->month),
                                        xlsx ? "xlsx" : "csv");
    return reply_file(request_of(c), path, name,
                      xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                           : S("text/csv; charset=utf-8"),
                      true);
}

const struct route koc_month_routes[] = {
    ROUTE(GET, "/v1/koc/months", LOYALTY_READ, koc_months_get, "KOC",
          "各月佣金：待结算、待审批、已定", "Commission by the month"),
    ROUTE(GET, "/v1/koc/months/{month}", LOYALTY_READ, koc_month_one_get, "KOC", "一个月的佣金合计",
          "A month's commission in all"),
    ROUTE(POST, "/v1/koc/months/{month}/settle", POINTS_GRANT, koc_settle_post, "KOC",
          "结算一个月（超过限额须另一人审批）", "Settle a month; above a limit by approval",
          .flags = IDEMPOTENT, .errors = "E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/koc/statements", LOYALTY_READ, koc_statements_get, "KOC",
          "一个月的佣金对账单；未结算的为预估",
          "Statements of a month; not settled: as they would be", .flags = CURSOR),
    ROUTE(GET, "/v1/koc/statements/{number}", LOYALTY_READ, koc_statement_one_get, "KOC",
          "一张对账单与明细", "A statement with its lines", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/koc/statements/{number}/payout", POINTS_GRANT, koc_payout_post, "KOC",
          "登记已付款（凭证号）；Koi 不动钱",
          "Record a payout by its reference; no money moves by Koi", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/koc/export", EXPORT | LOYALTY_READ, koc_export_get, "KOC",
          "导出对账单为 csv 或 xlsx", "Statements as csv or xlsx", .flags = STREAM | AUDITS_ITSELF,
          .errors = "E_NOT_FOUND E_UNPROCESSABLE E_FULL"),
    { .next = koc_my_routes },
};

/* -- two people -------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_settle_body(X, N)         \
    X(str, month, REQUIRED | SHORT, "Month", N) \
    X(money, payable, REQUIRED, "To be paid in all", N)
SHAPE(koc_settle_body);
SHAPE_DEFINE(koc_settle_body);

static enum err settle_apply(struct tx *t, i64 approval, json body)
{
    struct koc_settle_body in = { 0 };
    (void)approval;
    TRY(json_read(t->c, &koc_settle_body_shape, &in, body));
    return koc_month_agreed(t, in.month);
}

static enum err settle_describe(struct ctx *c, json body, struct approval_words *out)
{
    struct koc_settle_body in = { 0 };
    TRY(json_read(c, &koc_settle_body_shape, &in, body));
    out->what = c->locale == ZH
                    ? str_fmt(c->arena, "结算 " STR_FMT " 的达人佣金", STR_ARG(in.month))
                    : str_fmt(c->arena, "Settle KOC commission of " STR_FMT, STR_ARG(in.month));
    out->amount = money_text(c->arena, in.payable);
    return OK;
}

const struct approval_kind koc_approvals[] = {
    { KOC_SETTLE, POINTS_GRANT, APPROVE | POINTS_GRANT, "达人佣金结算",
      "Settlement of KOC commission", settle_apply, settle_describe },
    { 0 },
};
