/* budget.c -- campaign budgets: two house accounts each, what can be spent and what has been.
 *
 * A charge is a transfer of the house from one to the other, named by budget, member and what it is
 * for; so the ledger says what is left, what is reserved and what went where, and merges of members
 * leave it alone.
 */
#include "loyalty/budget.h"

#include "base/clock.h"
#include "member/member.h"
#include "store/setting.h"

enum { CODE_MAX = 24 };

extern const struct migration budget_migrations[]; /* for budget_api.c */
const struct migration budget_migrations[] = {
    { "0001 budgets", "CREATE TABLE loyalty_budget ("
                      "  code text PRIMARY KEY,"
                      "  name text NOT NULL,"
                      "  ends_at int64,"
                      "  created_at int64 NOT NULL"
                      ");"
                      "CREATE TABLE loyalty_budget_alert (" /* given since it was last raised */
                      "  code text NOT NULL,"
                      "  kind text NOT NULL,"
                      "  at int64 NOT NULL,"
                      "  PRIMARY KEY (code, kind)"
                      ") clustered;" },
    { 0 },
};

SHAPE_DEFINE(budget_view);
SHAPE_DEFINE(budget_post);
SHAPE_DEFINE(budget_raise);
SHAPE_DEFINE(budget_use);

#define FIELDS_OF_budget_row(X, N)      \
    X(str, code, ANY, "", N)            \
    X(str, name, ANY, "", N)            \
    X(opt_instant, ends_at, ANY, "", N) \
    X(instant, created_at, ANY, "", N)
SHAPE(budget_row);
SHAPE_DEFINE(budget_row);

#define ROW "SELECT code, name, ends_at, created_at FROM loyalty_budget"
QUERY(q_budget, budget_row, ROW " WHERE code = $1");
QUERY(q_budgets, budget_row, ROW " ORDER BY created_at DESC, code");
CHANGE(c_budget, "INSERT INTO loyalty_budget (code, name, ends_at, created_at)"
                 " VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO NOTHING");
CHANGE(c_end, "UPDATE loyalty_budget SET ends_at = $2"
              " WHERE code = $1 AND (ends_at IS NULL OR ends_at > $2)");
CHANGE(c_alert, "INSERT INTO loyalty_budget_alert (code, kind, at) VALUES ($1, $2, $3)"
                " ON CONFLICT (code, kind) DO NOTHING");
CHANGE(c_alerts_over, "DELETE FROM loyalty_budget_alert WHERE code = $1");
/* What came back stands with the reason it had gone for. */
QUERY(q_uses, budget_use,
      "SELECT COALESCE(t.reason, '') AS reason,"
      " CAST(SUM(CASE WHEN t.kind = 'reverse' THEN 0 ELSE 1 END) AS BIGINT) AS charges,"
      " CAST(SUM(e.amount) AS BIGINT) AS amount FROM ledger_entry e"
      " JOIN ledger_transfer t ON t.member = e.transfer_member AND t.id = e.transfer"
      " WHERE e.member = 0 AND e.unit = 'budget' AND e.name = $1"
      " GROUP BY COALESCE(t.reason, '') ORDER BY amount DESC, reason");

/* -- accounts ---------------------------------------------------------------------------------- */

static struct account purse(str name) { return (struct account){ 0, S(BUDGET), name }; }

static str spent_name(struct ctx *c, str code)
{
    return str_fmt(c->arena, STR_FMT ":spent", STR_ARG(code));
}

static str charge_id(struct ctx *c, str code, i64 member, str id)
{
    return str_fmt(c->arena, "b:" STR_FMT ":%lld:" STR_FMT, STR_ARG(code), (long long)member,
                   STR_ARG(id));
}

/* "task:3:2026-11-22" is for a task. */
static str reason_of(str id)
{
    str head;
    str_cut(id, ':', &head);
    return head;
}

static bool is_open(const struct budget_row *b, instant now)
{
    return !b->ends_at.has || b->ends_at.value > now;
}

static enum err view_of(struct ctx *c, const struct budget_row *row, struct budget_view *out)
{
    struct account left = purse(row->code), gone = purse(spent_name(c, row->code));
    struct balance has, spent;
    TRY(ledger_balance(c, &left, &has));
    TRY(ledger_balance(c, &gone, &spent));
    *out = (struct budget_view){
        .code = row->code,
        .name = row->name,
        .total = has.balance + spent.balance,
        .spent = spent.balance,
        .reserved = has.held,
        .left = is_open(row, c->now) ? has.available : 0,
        .ends_at = row->ends_at,
        .created_at = row->created_at,
    };
    return OK;
}

enum err budget_find(struct ctx *c, str code, bool *found, struct budget_view *out)
{
    struct budget_row row;
    TRY(db_find(c, &q_budget, &row, found, ARGS(code)));
    return *found ? view_of(c, &row, out) : OK;
}

static enum err not_there(struct ctx *c, str code)
{
    return fail(c, E_NOT_FOUND, "没有预算 " STR_FMT, "there is no budget " STR_FMT, STR_ARG(code));
}

enum err budget_get(struct ctx *c, str code, struct budget_view *out)
{
    bool found;
    TRY(budget_find(c, code, &found, out));
    return found ? OK : not_there(c, code);
}

enum err budget_list(struct ctx *c, struct budget_view_list *out)
{
    struct budget_row_list rows = { 0 };
    *out = (struct budget_view_list){ 0 };
    TRY(db_all(c, &q_budgets, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

enum err budget_uses(struct ctx *c, str code, struct budget_use_list *out)
{
    return db_all(c, &q_uses, out, ARGS(spent_name(c, code)));
}

#define FIELDS_OF_flow_row(X, N) \
    X(i64, quarter, ANY, "", N)  \
    X(money, put_in, ANY, "", N) \
    X(money, spent, ANY, "", N)
SHAPE(flow_row);
SHAPE_DEFINE(flow_row);
SHAPE_DEFINE(budget_day);
SHAPE_DEFINE(budget_alert);
/* Days of every time zone are made of whole quarters of an hour. */
QUERY(q_flow, flow_row,
      "SELECT CAST(at / 900000 AS BIGINT) AS quarter, CAST(SUM(amount) AS BIGINT) AS put_in,"
      " CAST(SUM(CASE WHEN name = $2 THEN amount ELSE 0 END) AS BIGINT) AS spent"
      " FROM ledger_entry WHERE member = 0 AND unit = 'budget' AND name IN ($1, $2)"
      " GROUP BY CAST(at / 900000 AS BIGINT) ORDER BY quarter");
QUERY(q_alerts, budget_alert,
      "SELECT code, kind, at FROM loyalty_budget_alert ORDER BY at DESC, code, kind LIMIT 500");

enum err budget_days(struct ctx *c, str code, struct budget_day_list *out)
{
    struct flow_row_list rows = { 0 };
    money balance = 0;
    TRY(db_all(c, &q_flow, &rows, ARGS(code, spent_name(c, code))));
    for (i64 i = 0; i < rows.n; i++) {
        const struct flow_row *r = &rows.at[i];
        day d = zone_day(c->zone, r->quarter * 15 * MINUTE_MS);
        if (!out->n || out->at[out->n - 1].day != d)
            *PUSH(c->arena, out) = (struct budget_day){ .day = d };
        struct budget_day *at = &out->at[out->n - 1];
        at->put_in += r->put_in;
        at->spent += r->spent;
        at->balance = balance += r->put_in - r->spent;
    }
    return OK;
}

enum err budget_alerts(struct ctx *c, struct budget_alert_list *out)
{
    return db_all(c, &q_alerts, out, NO_ARGS);
}

/* -- alerts ------------------------------------------------------------------------------------ */

static enum err line(struct tx *t, str kind, str code, opt_money value)
{
    struct timeline_line at = {
        .at = t->c->now,
        .kind = kind,
        .subject = str_fmt(t->c->arena, "budget:" STR_FMT, STR_ARG(code)),
        .value = value,
    };
    return timeline_append(t, &at);
}

/* Once, until the budget is raised. */
static enum err alert(struct tx *t, str kind, str code, opt_money left)
{
    i64 rows;
    TRY(tx_change_rows(t, &c_alert, &rows, ARGS(code, kind, t->c->now)));
    return rows ? line(t, kind, code, left) : OK;
}

static enum err alert_if_low(struct tx *t, str code)
{
    struct budget_view now;
    i64 share;
    TRY(setting_i64(t->c, "budget.low_percent", &share));
    TRY(budget_get(t->c, code, &now));
    if (now.left / 100 * 100 > now.total / 100 * share) return OK;
    return alert(t, S("budget.low"), code, SOME(now.left));
}

/* -- charging ---------------------------------------------------------------------------------- */

static enum err take(struct tx *t, str code, i64 member, money cost, str id, i64 hold_ms,
                     bool *enough)
{
    struct ctx *c = t->c;
    struct budget_row row;
    struct transferred done;
    struct problem why = c->why;
    bool found;
    TRY(db_find(c, &q_budget, &row, &found, ARGS(code)));
    *enough = found && is_open(&row, c->now);
    if (*enough && !cost) return OK;
    if (*enough) {
        struct transfer x = { .kind = hold_ms ? T_HOLD : T_MOVE,
                              .id = charge_id(c, code, member, id),
                              .unit = S(BUDGET),
                              .from_name = code,
                              .to_name = spent_name(c, code),
                              .amount = cost,
                              .hold_ms = hold_ms,
                              .reason = reason_of(id) };
        enum err e = ledger_transfer(t, &x, &done);
        if (e != OK && done.result != R_BELOW_FLOOR) return e;
        *enough = e == OK;
        c->why = e == OK ? c->why : why;
    }
    return *enough ? alert_if_low(t, code) : alert(t, S("budget.exhausted"), code, NONE);
}

enum err budget_charge(struct tx *t, str code, i64 member, money cost, str id, bool *enough)
{
    return take(t, code, member, cost, id, 0, enough);
}

enum err budget_reserve(struct tx *t, str code, i64 member, money cost, str id, i64 hold_ms,
                        bool *enough)
{
    return take(t, code, member, cost, id, hold_ms, enough);
}

/* The charge of (member, id) or of an id merged into him. */
static enum err find_charge(struct ctx *c, str code, i64 member, str id, bool *found,
                            struct transfer_view *out)
{
    struct problem why = c->why;
    ints ids;
    *found = false;
    TRY(member_ids(c, member, &ids));
    for (i64 i = 0; i < ids.n && !*found; i++) {
        enum err e = ledger_get(c, 0, charge_id(c, code, ids.at[i], id), out);
        if (e != OK && e != E_NOT_FOUND) return e;
        *found = e == OK;
    }
    c->why = why;
    return OK;
}

static enum err end_hold(struct tx *t, enum transfer_kind kind, const char *end, str code,
                         i64 member, str id)
{
    struct transfer_view of;
    struct transferred done;
    bool found;
    TRY(find_charge(t->c, code, member, id, &found, &of));
    if (!found) return OK;
    struct transfer x = { .kind = kind,
                          .id = str_fmt(t->c->arena, STR_FMT "%s", STR_ARG(of.id), end),
                          .of = of.id,
                          .reason = of.reason };
    return ledger_transfer(t, &x, &done);
}

#define CHARGED ":yes"

enum err budget_charge_reserved(struct tx *t, str code, i64 member, str id)
{
    return end_hold(t, T_CONFIRM, CHARGED, code, member, id);
}

enum err budget_let_go(struct tx *t, str code, i64 member, str id)
{
    return end_hold(t, T_VOID, ":no", code, member, id);
}

enum err budget_refund(struct tx *t, str code, i64 member, str id, money amount)
{
    struct ctx *c = t->c;
    struct transfer_view of;
    struct transferred done;
    bool found;
    TRY(find_charge(c, code, member, id, &found, &of));
    if (!found) return OK;
    if (of.kind == T_HOLD && !str_eq(of.state, S("confirmed"))) return OK;
    if (of.kind == T_HOLD)
        TRY(ledger_get(c, 0, str_fmt(c->arena, STR_FMT CHARGED, STR_ARG(of.id)), &of));
    if (of.reversed == of.amount) return OK;
    struct transfer x = { .kind = T_REVERSE,
                          .id = str_fmt(c->arena, STR_FMT ":r%lld", STR_ARG(of.id),
                                        (long long)of.reversed),
                          .of = of.id,
                          .amount = amount,
                          .reason = of.reason };
    return ledger_transfer(t, &x, &done);
}

/* -- making, raising, ending ------------------------------------------------------------------- */

static enum err code_check(struct ctx *c, str code)
{
    bool fits = code.n >= 1 && code.n <= CODE_MAX;
    for (i64 i = 0; fits && i < code.n; i++) {
        char k = code.at[i];
        fits = (k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9') ||
               k == '-' || k == '_';
    }
    if (fits) return OK;
    return fail_at(c, E_INVALID, S("/code"), "代号须为 1 至 %d 个字母、数字、- 或 _",
                   "a code has 1 to %d letters, digits, - or _", CODE_MAX);
}

static enum err put_in(struct tx *t, str code, str key, money amount, str reason)
{
    struct transferred done;
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(t->c->arena, "b:" STR_FMT "+" STR_FMT, STR_ARG(code),
                                        STR_ARG(key)),
                          .unit = S(BUDGET),
                          .from_name = S(LEDGER_SOURCE),
                          .to_name = code,
                          .amount = amount,
                          .reason = reason };
    return ledger_transfer(t, &x, &done);
}

enum err budget_make(struct tx *t, const struct budget_post *in)
{
    struct ctx *c = t->c;
    i64 rows;
    TRY(code_check(c, in->code));
    if (in->ends_at.has && in->ends_at.value <= c->now)
        return fail_at(c, E_INVALID, S("/ends_at"), "结束时间已经过去", "the end is in the past");
    TRY(tx_change_rows(t, &c_budget, &rows, ARGS(in->code, in->name, in->ends_at, c->now)));
    if (!rows)
        return fail_at(c, E_CONFLICT, S("/code"), "已有代号为 " STR_FMT " 的预算",
                       "there is a budget " STR_FMT, STR_ARG(in->code));
    TRY(put_in(t, in->code, S("start"), in->amount, S("budget")));
    /* One that was refused under this code before it was there may alert anew. */
    TRY(tx_change(t, &c_alerts_over, ARGS(in->code)));
    return line(t, S("budget.made"), in->code, SOME(in->amount));
}

enum err budget_raise(struct tx *t, const struct budget_raise *in)
{
    struct ctx *c = t->c;
    struct budget_row row;
    struct transfer_view was;
    struct problem why = c->why;
    bool found;
    TRY(db_find(c, &q_budget, &row, &found, ARGS(in->code)));
    if (!found) return not_there(c, in->code);
    str id = str_fmt(c->arena, "b:" STR_FMT "+" STR_FMT, STR_ARG(in->code), STR_ARG(in->key));
    enum err e = ledger_get(c, 0, id, &was);
    if (e != OK && e != E_NOT_FOUND) return e;
    c->why = why;
    if (e == E_NOT_FOUND && !is_open(&row, c->now))
        return fail(c, E_UNPROCESSABLE, "预算 " STR_FMT " 已经结束",
                    "the budget " STR_FMT " has ended", STR_ARG(in->code));
    TRY(put_in(t, in->code, in->key, in->amount, str_or(in->reason, S("budget"))));
    if (e == OK) return OK; /* the same again */
    TRY(tx_change(t, &c_alerts_over, ARGS(in->code)));
    return line(t, S("budget.raised"), in->code, SOME(in->amount));
}

enum err budget_end(struct tx *t, str code)
{
    struct budget_row row;
    bool found;
    i64 rows;
    TRY(db_find(t->c, &q_budget, &row, &found, ARGS(code)));
    if (!found) return not_there(t->c, code);
    TRY(tx_change_rows(t, &c_end, &rows, ARGS(code, t->c->now)));
    return rows ? line(t, S("budget.ended"), code, NONE) : OK;
}
