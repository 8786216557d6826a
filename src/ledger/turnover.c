/* turnover.c -- what members got from and gave to the house's accounts, by time: sums that are kept
 * with the entries, so that a year's figures need no look at millions of them.
 *
 * A row is a quarter of an hour (UTC, so that months of any time zone are made of them), the kind
 * of the transfers and the house's account. Each entry counts at its own instant; what expires at
 * midnight could be used on the day that ends then, and counts there. Between members nothing
 * counts: a merge moves what was counted before. ledger_check adds the entries up anew.
 */
#include <stdlib.h>

#include "ledger/waiting.h"

#define QUARTER_MS (15 * MINUTE_MS)

SHAPE_DEFINE(turnover);

CHANGE_PAST(c_turnover,
            "INSERT INTO ledger_turnover (unit, slot, kind, name, amount) VALUES ($1, $2, $3, $4,"
            " $5) ON CONFLICT (unit, slot, kind, name) DO UPDATE SET"
            " amount = ledger_turnover.amount + excluded.amount");

/* -- writing ----------------------------------------------------------------------------------- */

struct turn {
    str unit, name;
    i64 slot, amount;
    enum transfer_kind kind;
};

/* The order in which their rows are locked. */
static int turn_cmp(const void *x, const void *y)
{
    const struct turn *a = x, *b = y;
    int d = str_cmp(a->unit, b->unit);
    if (d) return d;
    if (a->slot != b->slot) return a->slot < b->slot ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return str_cmp(a->name, b->name);
}

static bool turn_of(const struct transfer_row *r, struct turn *out)
{
    bool moves = r->kind == T_MOVE || r->kind == T_CONFIRM || r->kind == T_REVERSE;
    if (!moves || !r->from_member == !r->to_member) return false;
    *out = (struct turn){ .unit = r->unit,
                          .name = r->from_member ? r->to_name : r->from_name,
                          .slot = r->at / QUARTER_MS,
                          .amount = r->from_member ? -r->amount : r->amount,
                          .kind = r->kind };
    return true;
}

/* Lots lapse each at its own instant, though one transfer takes them. */
static bool turn_lapsed(const struct waiting_entry *e, struct turn *out)
{
    if (!e->member || !str_starts(e->row.transfer, S(LAPSE_ID))) return false;
    *out = (struct turn){ .unit = e->unit,
                          .name = S(LEDGER_EXPIRED),
                          .slot = (e->row.at - 1) / QUARTER_MS,
                          .amount = e->row.amount,
                          .kind = T_LAPSE };
    return true;
}

enum err turnover_write(struct tx *t, const struct waiting *w)
{
    i64 most = w->transfers.n - w->transfers_in + w->entries.n - w->entries_in, n = 0;
    struct turn *turns = most ? NEWS(w->arena, struct turn, most) : NULL;
    for (i64 i = w->transfers_in; i < w->transfers.n; i++)
        if (turn_of(&w->transfers.at[i], &turns[n])) n++;
    for (i64 i = w->entries_in; i < w->entries.n; i++)
        if (turn_lapsed(&w->entries.at[i], &turns[n])) n++;
    if (n) qsort(turns, (size_t)n, sizeof *turns, turn_cmp);
    for (i64 i = 0; i < n;) {
        struct turn sum = turns[i];
        for (i++; i < n && !turn_cmp(&turns[i], &sum); i++) sum.amount += turns[i].amount;
        TRY(tx_change(t, &c_turnover,
                      ARGS(sum.unit, sum.slot, choice_name(&transfer_kind_choice, sum.kind),
                           sum.name, sum.amount)));
    }
    return OK;
}

/* -- reading ----------------------------------------------------------------------------------- */

#define FIELDS_OF_turned(X, N)                 \
    X(choice(transfer_kind), kind, ANY, "", N) \
    X(str, name, ANY, "", N)                   \
    X(i64, amount, ANY, "", N)
SHAPE(turned);
SHAPE_DEFINE(turned);
QUERY(q_turned, turned,
      "SELECT kind, name, CAST(SUM(amount) AS BIGINT) AS amount FROM ledger_turnover"
      " WHERE unit = $1 AND slot >= $2 AND slot < $3 GROUP BY kind, name ORDER BY kind, name");

#define FIELDS_OF_lapsed(X, N) \
    X(instant, at, ANY, "", N) \
    X(i64, amount, ANY, "", N)
SHAPE(lapsed);
SHAPE_DEFINE(lapsed);
/* What has expired and nobody has written down: free in its lots, or in holds that have ended. */
QUERY(q_lapsed, lapsed,
      "SELECT at, CAST(SUM(amount) AS BIGINT) AS amount FROM (SELECT l.expires_at AS at,"
      " l.remaining - l.held AS amount FROM ledger_account a JOIN ledger_lot l"
      " ON l.member = a.member AND l.unit = a.unit AND l.name = a.name WHERE a.unit = $1"
      " AND a.member > 0 AND a.lapse_at <= $2 AND l.expires_at <= $2 AND l.remaining > l.held"
      " UNION ALL SELECT CASE WHEN h.ends_at > l.expires_at THEN h.ends_at ELSE l.expires_at END,"
      " p.amount FROM ledger_hold h JOIN ledger_piece p ON p.member = h.member AND p.id = h.id"
      " JOIN ledger_lot l ON l.member = h.from_member AND l.unit = h.unit AND l.name = h.from_name"
      " AND l.lot = p.lot WHERE h.state = 'open' AND h.ends_at <= $2 AND h.unit = $1"
      " AND h.from_member > 0 AND l.expires_at <= $2) AS x GROUP BY at ORDER BY at");

enum err ledger_turnover(struct ctx *c, str unit, const instant *bounds, i64 n,
                         struct turnover_list *out)
{
    struct lapsed_list lapsed = { 0 };
    *out = (struct turnover_list){ 0 };
    TRY(db_all(c, &q_lapsed, &lapsed, ARGS(unit, c->now)));
    for (i64 i = 0; i + 1 < n; i++) {
        struct turned_list rows = { 0 };
        i64 gone = 0;
        TRY(db_all(c, &q_turned, &rows,
                   ARGS(unit, bounds[i] / QUARTER_MS, bounds[i + 1] / QUARTER_MS)));
        for (i64 k = 0; k < rows.n; k++)
            *PUSH(c->arena, out) =
                (struct turnover){ i, rows.at[k].kind, rows.at[k].name, rows.at[k].amount };
        for (i64 k = 0; k < lapsed.n; k++)
            if (lapsed.at[k].at > bounds[i] && lapsed.at[k].at <= bounds[i + 1])
                gone += lapsed.at[k].amount;
        if (gone) *PUSH(c->arena, out) = (struct turnover){ i, T_LAPSE, S(LEDGER_EXPIRED), -gone };
    }
    return OK;
}
