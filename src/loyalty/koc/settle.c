/* settle.c -- settling a month: a statement for each KOC, in a transaction each, then the month
 * itself; and recording what was paid.
 *
 * Broken off at any point and begun again it goes on where it was: an entry gets its statement
 * once, and the month is settled when nobody is left.
 */
#include "access/approval.h"
#include "base/num.h"
#include "loyalty/koc/months.h"

CHANGE(c_statement,
       "INSERT INTO koc_statement (member, number, holder, month, orders, lines, net, earned,"
       " taken_back, carried, payable, settled_at) VALUES ($1, $2, $1, $3, $4, $5, $6, $7, $8, $9,"
       " $10, $11)");
CHANGE(c_entries, "UPDATE koc_entry SET statement = $2 WHERE holder = $1 AND statement IS NULL"
                  " AND counts_at < $3");
QUERY(q_holders, one_i64,
      "SELECT DISTINCT holder AS value FROM koc_entry WHERE statement IS NULL AND counts_at < $1"
      " AND holder > $2 ORDER BY holder LIMIT 100");
QUERY(q_first_open, one_opt,
      "SELECT MIN(counts_at) AS value FROM koc_entry WHERE statement IS NULL");
CHANGE(c_month, "INSERT INTO koc_month (month, final, approval, settled_at) VALUES ($1, $2, NULL,"
                " $3) ON CONFLICT (month) DO NOTHING");
CHANGE(c_asked, "UPDATE koc_month SET approval = $2 WHERE month = $1");
CHANGE(c_agreed, "UPDATE koc_month SET final = TRUE WHERE month = $1");
QUERY(q_payable, one_i64,
      "SELECT CAST(COALESCE(SUM(payable), 0) AS BIGINT) AS value FROM koc_statement"
      " WHERE month = $1");

struct step {
    str month;
    instant end;
    struct one_i64_list holders;
};

static enum err settle_one(struct tx *t, const struct step *s, i64 holder)
{
    struct ctx *c = t->c;
    struct koc_open_row open;
    bool found;
    i64 number;
    TRY(koc_lock(t, holder));
    TRY(koc_open_of(c, holder, s->end, &found, &open));
    if (!found) return OK; /* by somebody else meanwhile, or it comes to nothing */
    struct koc_statement st = koc_statement_of_open(&open, s->month);
    TRY(tx_take(t, S("koc_statement"), 1, &number));
    TRY(tx_change(t, &c_statement,
                  ARGS(holder, number, s->month, st.orders, st.lines, st.net, st.earned,
                       st.taken_back, st.carried, st.payable, c->now)));
    TRY(tx_change(t, &c_entries, ARGS(holder, number, s->end)));
    return koc_line_append(t, holder, "koc.settled",
                           str_fmt(c->arena, "koc_statement:%lld", (long long)number),
                           SOME(st.payable), NO_STR);
}

static enum err settle_some(struct tx *t, void *arg)
{
    const struct step *s = arg;
    for (i64 i = 0; i < s->holders.n; i++) TRY(settle_one(t, s, s->holders.at[i].value));
    return OK;
}

/* -- the month --------------------------------------------------------------------------------- */

static enum err ask(struct tx *t, str month, money payable)
{
    struct ctx *c = t->c;
    i64 id;
    str subject = str_fmt(c->arena, "koc_month:" STR_FMT, STR_ARG(month));
    str body = str_fmt(c->arena, "{\"month\":\"" STR_FMT "\",\"payable\":\"" STR_FMT "\"}",
                       STR_ARG(month), STR_ARG(money_text(c->arena, payable)));
    TRY(approval_ask(t, KOC_SETTLE, subject, body, S("monthly settlement"), &id));
    return tx_change(t, &c_asked, ARGS(month, id));
}

static enum err close_month(struct tx *t, void *arg)
{
    struct ctx *c = t->c;
    const struct step *s = arg;
    struct koc_month_row row;
    struct one_i64 payable;
    bool settled;
    i64 most;
    TRY(setting_i64(c, "koc.approval_above", &most));
    TRY(db_get(c, &q_payable, &payable, ARGS(s->month)));
    TRY(koc_month_find(c, s->month, &settled, &row));
    if (settled && row.final) return OK;
    bool large = payable.value > most;
    if (!settled) {
        TRY(tx_change(t, &c_month, ARGS(s->month, !large, c->now)));
        TRY(koc_line_append(t, 0, "koc.month_settled",
                            str_fmt(c->arena, "koc_month:" STR_FMT, STR_ARG(s->month)),
                            SOME(payable.value), NO_STR));
    }
    if (large) return ask(t, s->month, payable.value);
    return settled ? koc_month_agreed(t, s->month) : OK;
}

enum err koc_month_agreed(struct tx *t, str month)
{
    bool settled;
    struct koc_month_row row;
    TRY(koc_month_find(t->c, month, &settled, &row));
    if (!settled) return fail(t->c, E_NOT_FOUND, "这个月还没有结算", "this month is not settled");
    return tx_change(t, &c_agreed, ARGS(month));
}

static enum err settle_month(struct store *s, struct ctx *c, str month, instant end)
{
    struct koc_month_row row;
    struct step step = { .month = month, .end = end };
    bool settled;
    i64 after = 0;
    TRY(koc_month_find(c, month, &settled, &row));
    for (bool more = !settled; more;) {
        step.holders = (struct one_i64_list){ 0 };
        TRY(db_all(c, &q_holders, &step.holders, ARGS(end, after)));
        more = step.holders.n > 0;
        if (!more) break;
        after = step.holders.at[step.holders.n - 1].value;
        TRY(store_write(s, c, settle_some, &step));
    }
    return store_write(s, c, close_month, &step);
}

enum err koc_settle(struct store *s, struct ctx *c, str month)
{
    struct one_opt first;
    struct koc_month_row row;
    instant from, end, wanted;
    bool settled;
    TRY(koc_month_read(c, month, &wanted, &end));
    if (end > c->now)
        return fail_at(c, E_UNPROCESSABLE, S("/month"), "这个月还没有结束",
                       "this month is not over");
    TRY(koc_month_find(c, month, &settled, &row));
    TRY(db_get(c, &q_first_open, &first, NO_ARGS));
    if (!settled && first.value.has && first.value.value < wanted) { /* the months before it */
        struct civil at = zone_local(c->zone, first.value.value);
        day d = day_of(at.year, at.month, 1);
        for (; zone_midnight(c->zone, d) < wanted; d = month_add(d, 1)) {
            str name = koc_month_name(c, zone_midnight(c->zone, d));
            TRY(koc_month_read(c, name, &from, &end));
            TRY(koc_month_find(c, name, &settled, &row));
            if (!settled) TRY(settle_month(s, c, name, end));
        }
    }
    TRY(koc_month_read(c, month, &from, &end));
    return settle_month(s, c, month, end);
}

/* -- paying ------------------------------------------------------------------------------------ */

CHANGE(c_paid, "UPDATE koc_statement SET reference = $2, paid_at = $3 WHERE number = $1"
               " AND paid_at IS NULL");

enum err koc_paid(struct tx *t, i64 number, str reference)
{
    struct ctx *c = t->c;
    struct koc_statement st;
    struct koc_month_row month;
    struct transferred done;
    bool settled;
    if (str_empty(reference) || reference.n > 120 || !str_is_line(reference))
        return fail_at(c, E_INVALID, S("/reference"), "付款凭证号须为 1 至 120 字节的一行文字",
                       "a reference is a line of 1 to 120 bytes");
    TRY(koc_statement_get(c, number, false, &st));
    TRY(koc_lock(t, st.member));
    TRY(koc_statement_get(c, number, false, &st));
    if (st.paid_at.has && str_eq(st.reference, reference)) return OK;
    if (st.paid_at.has)
        return fail_at(c, E_CONFLICT, S("/reference"), "这张对账单已用另一凭证付款",
                       "this statement was paid with another reference");
    TRY(koc_month_find(c, st.month, &settled, &month));
    if (!settled || !month.final)
        return fail(c, E_UNPROCESSABLE, "这个月的结算还在等待审批",
                    "this month waits for approval");
    if (!st.payable)
        return fail(c, E_UNPROCESSABLE, "这张对账单没有应付的佣金", "there is nothing to pay");
    TRY(tx_change(t, &c_paid, ARGS(number, reference, c->now)));
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "koc:paid:%lld", (long long)number),
                          .unit = S(COMMISSION),
                          .from = st.member,
                          .to_name = S(KOC_PAID),
                          .amount = st.payable,
                          .reason = S("payout") };
    TRY(ledger_transfer(t, &x, &done));
    return koc_line_append(t, st.member, "koc.paid",
                           str_fmt(c->arena, "koc_statement:%lld", (long long)number),
                           SOME(st.payable), NO_STR);
}
