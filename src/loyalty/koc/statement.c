/* statement.c -- months and statements as they are, or, where a month is not settled, as they would
 * be: both are the same sums of entries.
 */
#include "base/num.h"
#include "loyalty/koc/inside.h"
#include "loyalty/koc/months.h"
#include "member/member.h"

enum { MONTHS_MAX = 60 };

SHAPE_DEFINE(koc_month_row);

/* -- months ------------------------------------------------------------------------------------ */

static void month_of(const struct zone *zone, i32 year, i32 month, instant *from, instant *end)
{
    day first = day_of(year, month, 1);
    *from = zone_midnight(zone, first);
    *end = zone_midnight(zone, month_add(first, 1));
}

enum err koc_month_read(struct ctx *c, str month, instant *from, instant *end)
{
    i64 year = 0, number = 0;
    bool fits = month.n == 7 && month.at[4] == '-' && i64_parse(str_sub(month, 0, 4), &year) &&
                i64_parse(str_sub(month, 5, 7), &number) && year >= 2000 && year <= 2999 &&
                number >= 1 && number <= 12;
    if (!fits)
        return fail_at(c, E_INVALID, S("/month"), "月份应写作 2026-11",
                       "a month is written 2026-11");
    month_of(c->zone, (i32)year, (i32)number, from, end);
    return OK;
}

str koc_month_name(struct ctx *c, instant at)
{
    struct civil local = zone_local(c->zone, at);
    return str_fmt(c->arena, "%04d-%02d", local.year, local.month);
}

QUERY(q_month, koc_month_row,
      "SELECT month, final, approval, settled_at FROM koc_month"
      " WHERE month = $1");

enum err koc_month_find(struct ctx *c, str month, bool *settled, struct koc_month_row *out)
{
    return db_find(c, &q_month, out, settled, ARGS(month));
}

/* -- of everybody ------------------------------------------------------------------------------ */

/* Entries that would be on a statement; $1 <= counts_at < $2. */
#define OPEN_LINES                                                                   \
    "(SELECT holder, order_id, line, SUM(net) AS net, SUM(commission) AS commission" \
    " FROM koc_entry WHERE statement IS NULL AND counts_at >= $1 AND counts_at < $2"
#define OPEN_GROUPS \
    " GROUP BY holder, order_id, line HAVING SUM(net) <> 0 OR SUM(commission) <> 0) x"
#define OPEN_SUMS                                                                                \
    "COUNT(DISTINCT CASE WHEN x.commission > 0 THEN x.order_id END) AS orders,"                  \
    " COUNT(*) AS lines, CAST(COALESCE(SUM(x.net), 0) AS BIGINT) AS net,"                        \
    " CAST(COALESCE(SUM(CASE WHEN x.commission > 0 THEN x.commission ELSE 0 END), 0) AS BIGINT)" \
    " AS earned, CAST(COALESCE(SUM(CASE WHEN x.commission < 0 THEN x.commission ELSE 0 END), 0)" \
    " AS BIGINT) AS taken_back"
QUERY(q_open, koc_open_row,
      "SELECT x.holder AS member, " OPEN_SUMS ", (SELECT CAST(COALESCE(SUM(s.earned + s.taken_back"
      " - s.payable), 0) AS BIGINT) FROM koc_statement s WHERE s.holder = x.holder) AS carried"
      " FROM " OPEN_LINES " AND holder > $3" OPEN_GROUPS
      " GROUP BY x.holder ORDER BY x.holder LIMIT $4");
QUERY(q_open_one, koc_open_row,
      "SELECT x.holder AS member, " OPEN_SUMS ", (SELECT CAST(COALESCE(SUM(s.earned + s.taken_back"
      " - s.payable), 0) AS BIGINT) FROM koc_statement s WHERE s.holder = x.holder) AS carried"
      " FROM " OPEN_LINES " AND holder = $3" OPEN_GROUPS " GROUP BY x.holder");
SHAPE_DEFINE(koc_open_row);

struct koc_statement koc_statement_of_open(const struct koc_open_row *o, str month)
{
    money sum = o->earned + o->taken_back + o->carried;
    return (struct koc_statement){ .member = o->member,
                                   .month = month,
                                   .orders = o->orders,
                                   .lines = o->lines,
                                   .net = o->net,
                                   .earned = o->earned,
                                   .taken_back = o->taken_back,
                                   .carried = o->carried,
                                   .payable = sum > 0 ? sum : 0,
                                   .carries = sum > 0 ? 0 : sum };
}

enum err koc_open_of(struct ctx *c, i64 holder, instant end, bool *found, struct koc_open_row *out)
{
    return db_find(c, &q_open_one, out, found, ARGS(INT64_MIN, end, holder));
}

#define STATEMENT                                                                              \
    "SELECT number, holder AS member, month, orders, lines, net, earned, taken_back, carried," \
    " payable, carried + earned + taken_back - payable AS carries, reference, paid_at,"        \
    " settled_at, CAST(NULL AS TEXT) AS name FROM koc_statement"
QUERY(q_of_month, koc_statement,
      STATEMENT " WHERE month = $1 AND number > $2 ORDER BY number"
                " LIMIT $3");
QUERY(q_of_member, koc_statement, STATEMENT " WHERE holder = $1 ORDER BY number DESC LIMIT 240");
QUERY(q_numbered, koc_statement, STATEMENT " WHERE number = $1");

static enum err names(struct ctx *c, bool personal, struct koc_statement_list *out)
{
    for (i64 i = 0; i < out->n; i++)
        TRY(member_name(c, out->at[i].member, personal, &out->at[i].name));
    return OK;
}

enum err koc_statements(struct ctx *c, str month, i64 above, i64 limit, bool personal,
                        struct koc_statement_list *out)
{
    struct koc_month_row row;
    struct koc_open_row_list open = { 0 };
    instant from, end;
    bool settled;
    *out = (struct koc_statement_list){ 0 };
    TRY(koc_month_read(c, month, &from, &end));
    TRY(koc_month_find(c, month, &settled, &row));
    if (settled) {
        TRY(db_all(c, &q_of_month, out, ARGS(month, above, limit)));
        return names(c, personal, out);
    }
    TRY(db_all(c, &q_open, &open, ARGS(from, end, above, limit)));
    for (i64 i = 0; i < open.n; i++)
        *PUSH(c->arena, out) = koc_statement_of_open(&open.at[i], month);
    return names(c, personal, out);
}

enum err koc_statements_of(struct ctx *c, i64 member, struct koc_statement_list *out)
{
    *out = (struct koc_statement_list){ 0 };
    return db_all(c, &q_of_member, out, ARGS(member));
}

enum err koc_statement_get(struct ctx *c, i64 number, bool personal, struct koc_statement *out)
{
    bool found;
    TRY(db_find(c, &q_numbered, out, &found, ARGS(number)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的佣金对账单", "there is no statement %lld",
                    (long long)number);
    return member_name(c, out->member, personal, &out->name);
}

QUERY(q_lines, koc_statement_line,
      "SELECT e.order_id AS order_id, s.name AS shop, p.number AS number, e.line AS line,"
      " l.product AS product, k.paid_at AS paid_at, CAST(SUM(e.net) AS BIGINT) AS net,"
      " k.rate AS rate, CAST(SUM(e.commission) AS BIGINT) AS commission FROM koc_entry e"
      " JOIN koc_order k ON k.member = e.member AND k.order_id = e.order_id"
      " JOIN koc_line l ON l.member = e.member AND l.order_id = e.order_id AND l.line = e.line"
      " JOIN purchase_order p ON p.id = e.order_id JOIN shop s ON s.id = p.shop"
      " WHERE e.statement = $1 GROUP BY e.member, e.order_id, e.line, s.name, p.number, l.product,"
      " k.paid_at, k.rate HAVING SUM(e.net) <> 0 OR SUM(e.commission) <> 0"
      " ORDER BY k.paid_at, e.order_id, e.line");

enum err koc_statement_lines(struct ctx *c, i64 number, struct koc_statement_line_list *out)
{
    *out = (struct koc_statement_line_list){ 0 };
    return db_all(c, &q_lines, out, ARGS(number));
}

/* -- a month as a whole ------------------------------------------------------------------------ */

#define FIELDS_OF_koc_month_sums(X, N) \
    X(i64, statements, ANY, "", N)     \
    X(i64, orders, ANY, "", N)         \
    X(money, net, ANY, "", N)          \
    X(money, earned, ANY, "", N)       \
    X(money, taken_back, ANY, "", N)   \
    X(money, payable, ANY, "", N)      \
    X(money, paid, ANY, "", N)
SHAPE(koc_month_sums);
SHAPE_DEFINE(koc_month_sums);
#define SUM_OF(WHAT) "CAST(COALESCE(SUM(" #WHAT "), 0) AS BIGINT) AS " #WHAT
QUERY(q_month_sums, koc_month_sums,
      "SELECT COUNT(*) AS statements, " SUM_OF(orders) ", " SUM_OF(net) ", " SUM_OF(
          earned) ", " SUM_OF(taken_back) ", " SUM_OF(payable) ", CAST(COALESCE(SUM(CASE WHEN "
                                                               "paid_at IS NULL"
                                                               " THEN 0 ELSE payable END), 0) AS "
                                                               "BIGINT) AS paid FROM koc_statement "
                                                               "WHERE month = $1");

static enum err sums_of_open(struct ctx *c, instant from, instant end, struct koc_month_sums *out)
{
    struct koc_open_row_list open = { 0 };
    TRY(db_all(c, &q_open, &open, ARGS(from, end, (i64)0, INT64_MAX)));
    for (i64 i = 0; i < open.n; i++) {
        struct koc_statement s = koc_statement_of_open(&open.at[i], NO_STR);
        out->statements++;
        out->orders += s.orders;
        out->net += s.net;
        out->earned += s.earned;
        out->taken_back += s.taken_back;
        out->payable += s.payable;
    }
    return OK;
}

enum err koc_month_get(struct ctx *c, str month, struct koc_month *out)
{
    struct koc_month_row row = { 0 };
    struct koc_month_sums sums = { 0 };
    instant from, end;
    bool settled;
    TRY(koc_month_read(c, month, &from, &end));
    TRY(koc_month_find(c, month, &settled, &row));
    if (settled) TRY(db_get(c, &q_month_sums, &sums, ARGS(month)));
    else TRY(sums_of_open(c, from, end, &sums));
    *out = (struct koc_month){ .month = str_copy(c->arena, month),
                               .state = settled         ? row.final ? MONTH_FINAL : MONTH_WAITING
                                        : end <= c->now ? MONTH_DUE
                                                        : MONTH_RUNNING,
                               .statements = sums.statements,
                               .orders = sums.orders,
                               .net = sums.net,
                               .earned = sums.earned,
                               .taken_back = sums.taken_back,
                               .payable = sums.payable,
                               .paid = sums.paid,
                               .approval = row.approval,
                               .settled_at = settled ? SOME(row.settled_at) : NONE };
    return OK;
}

QUERY(q_first, one_opt, "SELECT MIN(counts_at) AS value FROM koc_entry");

enum err koc_months(struct ctx *c, struct koc_month_list *out)
{
    struct one_opt first;
    struct civil now = zone_local(c->zone, c->now);
    day month = day_of(now.year, now.month, 1);
    *out = (struct koc_month_list){ 0 };
    TRY(db_get(c, &q_first, &first, NO_ARGS));
    for (int i = 0; i < MONTHS_MAX; i++, month = month_add(month, -1)) {
        bool older =
            first.value.has && zone_midnight(c->zone, month_add(month, 1)) <= first.value.value;
        if (i && (!first.value.has || older)) return OK;
        TRY(koc_month_get(c, koc_month_name(c, zone_midnight(c->zone, month)),
                          PUSH(c->arena, out)));
    }
    return OK;
}
