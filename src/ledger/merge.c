/* merge.c -- members become one, and are parted again: what one has becomes the other's.
 *
 * Invariants
 * 1. The n-th entry taken from the loser is the n-th given to the winner: this is how a lot is
 * found where it went, and how it finds back.
 * 2. ledger_merged has every number a living member stands for, those of the loser's own losers
 * too; undoing a merge takes out what it put in.
 * 3. An open hold lies where its lots lie: hold and pieces move with them.
 */
#include "ledger/book.h"
#include "member/member.h"

#define FIELDS_OF_merged_row(X, N) \
    X(i64, member, ANY, "", N)     \
    X(i64, loser, ANY, "", N)      \
    X(i64, merge, ANY, "", N)
SHAPE(merged_row);
SHAPE_DEFINE(merged_row);

QUERY_PAST(q_living, one_i64,
           "SELECT member AS value FROM ledger_merged WHERE loser = $1 ORDER BY merge DESC LIMIT 1",
           NULL);
QUERY_PAST(q_step, merged_row,
           "SELECT member, loser, merge FROM ledger_merged WHERE loser = $1 AND direct"
           " ORDER BY merge DESC LIMIT 1",
           NULL);
CHANGE_PAST(c_merged, "INSERT INTO ledger_merged (member, loser, merge, direct) VALUES ($1, $2,"
                      " $3, TRUE) ON CONFLICT (member, loser) DO UPDATE SET"
                      " merge = excluded.merge, direct = TRUE");
CHANGE_PAST(c_merged_too,
            "INSERT INTO ledger_merged (member, loser, merge, direct) SELECT $1, loser, $3, FALSE"
            " FROM ledger_merged WHERE member = $2 AND loser <> $1"
            " ON CONFLICT (member, loser) DO NOTHING");
CHANGE_PAST(c_parted, "DELETE FROM ledger_merged WHERE member = $1 AND merge = $2");

enum err merged_living(struct ctx *c, i64 member, i64 *living)
{
    struct one_i64 row;
    bool found;
    *living = member;
    if (!member) return OK;
    TRY(db_find(c, &q_living, &row, &found, ARGS(member)));
    if (found) *living = row.value;
    return OK;
}

/* -- the transfers of a merge ------------------------------------------------------------------ */

static str merge_id(struct arena *a, i64 merge, const char *what, str unit, str name)
{
    return str_fmt(a, "~merge:%lld%s:" STR_FMT ":" STR_FMT, (long long)merge, what, STR_ARG(unit),
                   STR_ARG(name));
}

QUERY(q_merge_transfer, transfer_row,
      "SELECT " TRANSFER_COLUMNS " FROM ledger_transfer WHERE member = $1 AND id = $2");

enum err merged_lot(struct ctx *c, const struct account *of, i64 *lot, opt_instant *expires_at)
{
    struct account at = *of;
    if (expires_at && *lot) TRY(lot_expiry(c, of, *lot, expires_at));
    while (*lot) {
        struct merged_row step;
        struct transfer_row r;
        struct entry_row_list taken = { 0 }, given = { 0 };
        i64 from = *lot;
        bool found;
        TRY(db_find(c, &q_step, &step, &found, ARGS(at.member)));
        if (!found) return OK;
        *lot = 0;
        TRY(db_find(c, &q_merge_transfer, &r, &found,
                    ARGS(step.member, merge_id(c->arena, step.merge, "", at.unit, at.name))));
        if (!found) return OK;
        TRY(entries_taken(c, &r, &taken));
        TRY(entries_given(c, &r, &given));
        for (i64 i = 0; i < taken.n; i++)
            if (taken.at[i].lot == from) *lot = given.at[i].lot;
        at.member = step.member;
    }
    return OK;
}

/* Free of a lot that is over, and what holds that have ended set free of it; beside what lapsed. */
QUERY(q_expired, one_i64,
      "WITH RECURSIVE went AS (SELECT g.to_member AS member, g.unit AS unit, g.to_name AS name,"
      " g.to_entry AS lot FROM ledger_transfer g WHERE g.member = $1 AND g.id = $2 UNION"
      " SELECT n.member, n.unit, n.name, n.lot FROM went w JOIN ledger_entry e"
      " ON e.member = w.member AND e.unit = w.unit AND e.name = w.name AND e.lot = w.lot"
      " AND e.amount < 0 JOIN ledger_transfer t ON t.member = e.transfer_member"
      " AND t.id = e.transfer AND t.kind = 'merge' JOIN ledger_entry n ON n.member = t.to_member"
      " AND n.unit = e.unit AND n.name = e.name AND n.number = t.to_entry + e.number"
      " - t.from_entry) SELECT CAST(COALESCE(SUM((SELECT COALESCE(SUM(-e.amount), 0)"
      " FROM ledger_entry e JOIN ledger_transfer t ON t.member = e.transfer_member"
      " AND t.id = e.transfer WHERE e.member = l.member AND e.unit = l.unit AND e.name = l.name"
      " AND e.lot = l.lot AND t.kind = 'lapse') + CASE WHEN l.expires_at <= $3"
      " THEN l.remaining - l.held + (SELECT COALESCE(SUM(p.amount), 0) FROM ledger_hold h"
      " JOIN ledger_piece p ON p.member = h.member AND p.id = h.id WHERE h.from_member = l.member"
      " AND h.unit = l.unit AND h.from_name = l.name AND h.state = 'open' AND h.ends_at <= $3"
      " AND p.lot = l.lot) ELSE 0 END), 0) AS BIGINT) AS value FROM went w JOIN ledger_lot l"
      " ON l.member = w.member AND l.unit = w.unit AND l.name = w.name AND l.lot = w.lot");

enum err ledger_expired(struct ctx *c, i64 member, str id, i64 *out)
{
    struct one_i64 row;
    TRY(db_get(c, &q_expired, &row, ARGS(member, id, c->now)));
    *out = row.value;
    return OK;
}

/* Two accounts of one unit and name, and the transfer between them. */
struct passing {
    struct work w;
    i64 merge, loser, winner;
    struct account of; /* the loser's */
    struct book *from, *to;
    struct transfer_row row;
    struct mark m;
};

static void transfer_begins(struct passing *p, const char *what)
{
    struct ctx *c = p->w.c;
    p->row =
        (struct transfer_row){ .member = p->winner,
                               .id = merge_id(c->arena, p->merge, what, p->of.unit, p->of.name),
                               .kind = T_MERGE,
                               .unit = p->of.unit,
                               .from_member = p->from->a.member,
                               .from_name = p->of.name,
                               .to_member = p->to->a.member,
                               .to_name = p->of.name,
                               .of_id = str_fmt(c->arena, "~merge:%lld", (long long)p->merge),
                               .actor = c->actor,
                               .at = c->now,
                               .from_entry = p->from->a.entries + 1,
                               .to_entry = p->to->a.entries + 1 };
    p->m = (struct mark){ p->winner, p->row.id, c->now };
}

static void transfer_ends(struct passing *p, i64 amount)
{
    p->row.amount = amount;
    p->row.from_entries = p->from->a.entries + 1 - p->row.from_entry;
    p->row.to_entries = p->to->a.entries + 1 - p->row.to_entry;
    if (amount) *PUSH(p->w.c->arena, &p->w.transfers) = p->row;
}

static void turn(struct passing *p)
{
    struct book *b = p->from;
    p->from = p->to;
    p->to = b;
}

/* A debt, or an amount without lots, goes from one to the other, whatever their limits. */
static enum err pass_plain(struct passing *p, const char *what, i64 amount)
{
    if (!amount) return OK;
    transfer_begins(p, what);
    book_entry(p->from, p->m, 0, -amount);
    book_entry(p->to, p->m, 0, amount);
    transfer_ends(p, amount);
    TRY(work_repay(&p->w, p->from, p->m));
    return work_repay(&p->w, p->to, p->m);
}

/* -- holds ------------------------------------------------------------------------------------- */

#define HOLD_OF "member, id, state, amount, ends_at, from_member, to_member"
QUERY(q_paid, hold_row,
      "SELECT " HOLD_OF " FROM ledger_hold WHERE from_member = $1 AND unit = $2 AND from_name = $3"
      " AND state = 'open' ORDER BY member, id");
/* Of them, those that one of the loser's numbers made. */
QUERY(q_paid_back, hold_row,
      "SELECT h.member AS member, h.id AS id, h.state AS state, h.amount AS amount,"
      " h.ends_at AS ends_at, h.from_member AS from_member, h.to_member AS to_member"
      " FROM ledger_hold h JOIN ledger_transfer t ON t.member = h.member AND t.id = h.id"
      " WHERE h.from_member = $1 AND h.unit = $2 AND h.from_name = $3 AND h.state = 'open'"
      " AND t.from_member IN (SELECT loser FROM ledger_merged WHERE member = $1 AND merge = $4)"
      " ORDER BY h.member, h.id");
CHANGE(c_hold_payer, "UPDATE ledger_hold SET from_member = $3 WHERE member = $1 AND id = $2");
CHANGE(c_comes_to, "UPDATE ledger_hold SET to_member = $4 WHERE to_member = $1 AND unit = $2"
                   " AND to_name = $3 AND state = 'open'");
CHANGE(c_comes_back,
       "UPDATE ledger_hold SET to_member = $4 WHERE to_member = $1 AND unit = $2 AND to_name = $3"
       " AND state = 'open' AND EXISTS (SELECT 1 FROM ledger_transfer t WHERE"
       " t.member = ledger_hold.member AND t.id = ledger_hold.id AND t.to_member IN"
       " (SELECT loser FROM ledger_merged WHERE member = $1 AND merge = $5))");
CHANGE(c_pieces_gone, "DELETE FROM ledger_piece WHERE member = $1 AND id = $2");
CHANGE(c_piece, "INSERT INTO ledger_piece (member, id, lot, place, amount)"
                " VALUES ($1, $2, $3, $4, $5)");

struct pair {
    i64 lot, new_lot, held;
};
struct pairs {
    struct pair *at;
    i64 n;
};

static struct pair *pair_of(const struct pairs *pairs, i64 lot)
{
    for (i64 i = 0; i < pairs->n; i++)
        if (pairs->at[i].lot == lot) return &pairs->at[i];
    return NULL;
}

/* A hold is paid by another, out of the lots that came along. */
static enum err move_hold(struct tx *t, const struct hold_row *h, i64 payer,
                          const struct pairs *pairs)
{
    struct piece_row_list pieces;
    TRY(hold_pieces(t->c, h->member, h->id, &pieces));
    TRY(tx_change(t, &c_hold_payer, ARGS(h->member, h->id, payer)));
    if (!pieces.n) return OK;
    TRY(tx_change(t, &c_pieces_gone, ARGS(h->member, h->id)));
    for (i64 i = 0; i < pieces.n; i++) {
        const struct pair *pair = pair_of(pairs, pieces.at[i].lot);
        TRY(tx_change(t, &c_piece, ARGS(h->member, h->id, pair->new_lot, i, pieces.at[i].amount)));
    }
    return OK;
}

/* Between the two it would be from one account to itself. */
static enum err void_hold(struct passing *p, struct book *payer, const struct hold_row *h)
{
    struct arena *a = p->w.c->arena;
    struct piece_row_list pieces = { 0 };
    str id = str_fmt(a, "~merge:%lld:void:" STR_FMT, (long long)p->merge, STR_ARG(h->id));
    TRY(held_pieces(p->w.c, payer, h->member, h->id, &pieces));
    book_release(payer, h->amount, &pieces);
    *PUSH(a, &p->w.holds) =
        (struct hold_change){ .member = h->member, .id = h->id, .state = HOLD_VOIDED };
    *PUSH(a, &p->w.transfers) = (struct transfer_row){ .member = h->member,
                                                       .id = id,
                                                       .kind = T_VOID,
                                                       .unit = p->of.unit,
                                                       .from_member = h->from_member,
                                                       .from_name = p->of.name,
                                                       .to_member = h->to_member,
                                                       .to_name = p->of.name,
                                                       .amount = h->amount,
                                                       .of_id = h->id,
                                                       .actor = p->w.c->actor,
                                                       .at = p->w.c->now };
    struct mark m = { h->member, id, p->w.c->now };
    return work_repay(&p->w, payer, m);
}

QUERY(q_between, hold_row,
      "SELECT " HOLD_OF " FROM ledger_hold WHERE from_member = $1 AND unit = $2 AND from_name = $3"
      " AND to_member = $4 AND to_name = $3 AND state = 'open' ORDER BY member, id");

static enum err void_between(struct passing *p, struct book *payer, i64 taker)
{
    struct hold_row_list holds;
    TRY(db_all(p->w.c, &q_between, &holds, ARGS(payer->a.member, p->of.unit, p->of.name, taker)));
    for (i64 i = 0; i < holds.n; i++) TRY(void_hold(p, payer, &holds.at[i]));
    return OK;
}

/* -- becoming one ------------------------------------------------------------------------------ */

static enum err open_both(struct passing *p, struct tx *t, i64 merge, i64 loser, i64 winner,
                          const struct account *of)
{
    bool found;
    *p = (struct passing){ .w = { .t = t, .c = t->c },
                           .merge = merge,
                           .loser = loser,
                           .winner = winner,
                           .of = { loser, of->unit, of->name } };
    TRY(unit_find(t->c, t, of->unit, &p->w.unit, &found));
    struct transfer_row pair = {
        .from_member = loser, .from_name = of->name, .to_member = winner, .to_name = of->name
    };
    TRY(work_books(&p->w, &pair, &p->from, &p->to));
    TRY(book_need(t->c, p->from, NEED_ALL));
    return book_need(t->c, p->to, NEED_ALL);
}

/* Both brought up to now, and that saved: what follows reads holds as they are. */
static enum err settle_both(struct tx *t, i64 merge, i64 loser, i64 winner,
                            const struct account *of)
{
    struct passing p;
    TRY(open_both(&p, t, merge, loser, winner, of));
    TRY(work_settle(&p.w, p.from, SETTLE_ALL));
    TRY(work_settle(&p.w, p.to, SETTLE_ALL));
    return work_save(&p.w);
}

static i64 hand_over_lots(struct passing *p, struct pairs *pairs)
{
    struct book *from = p->from;
    i64 sum = 0;
    *pairs = (struct pairs){ NEWS(p->w.c->arena, struct pair, from->lots.n + 1), 0 };
    for (i64 i = 0; i < from->lots.n; i++) {
        const struct lot_row l = from->lots.at[i].row;
        if (!l.remaining) continue;
        pairs->at[pairs->n++] = (struct pair){ l.lot, p->to->a.entries + 1, l.held };
        book_hand_over(from, p->to, p->m, l.lot, l.remaining, l.held);
        sum += l.remaining;
    }
    return sum;
}

static enum err account_moves(struct tx *t, i64 merge, i64 loser, i64 winner,
                              const struct account *of)
{
    struct passing p;
    struct hold_row_list holds;
    struct pairs pairs = { 0 };
    TRY(settle_both(t, merge, loser, winner, of));
    TRY(open_both(&p, t, merge, loser, winner, of));
    TRY(void_between(&p, p.from, winner));
    TRY(void_between(&p, p.to, loser));
    TRY(work_save(&p.w));
    TRY(open_both(&p, t, merge, loser, winner, of));
    TRY(db_all(t->c, &q_paid, &holds, ARGS(loser, of->unit, of->name)));
    if (p.from->keeps_lots) {
        transfer_begins(&p, "");
        transfer_ends(&p, hand_over_lots(&p, &pairs));
        TRY(work_repay(&p.w, p.to, p.m));
    } else {
        book_hold(p.to, p.from->a.held);
        book_hold(p.from, -p.from->a.held);
        if (p.from->a.balance > 0) TRY(pass_plain(&p, "", p.from->a.balance));
    }
    i64 debt = -p.from->a.balance;
    turn(&p);
    TRY(pass_plain(&p, ":debt", debt));
    for (i64 i = 0; i < holds.n; i++) TRY(move_hold(t, &holds.at[i], winner, &pairs));
    TRY(tx_change(t, &c_comes_to, ARGS(loser, of->unit, of->name, winner)));
    return work_save(&p.w);
}

QUERY(q_accounts_of, account,
      "SELECT member, unit, name FROM ledger_account WHERE member = $1 ORDER BY unit, name");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct account_list accounts;
    TRY(db_all(t->c, &q_accounts_of, &accounts, ARGS(loser)));
    for (i64 i = 0; i < accounts.n; i++)
        TRY(account_moves(t, merge, loser, winner, &accounts.at[i]));
    *waiting_merges(t) = MERGES_SOME;
    TRY(tx_change(t, &c_merged, ARGS(winner, loser, merge)));
    return tx_change(t, &c_merged_too, ARGS(winner, loser, merge));
}

/* -- parting ----------------------------------------------------------------------------------- */

/* What the loser's open holds have of a lot goes back with it. */
static enum err holds_of_pairs(struct tx *t, const struct hold_row_list *holds, struct pairs *pairs)
{
    for (i64 i = 0; i < holds->n; i++) {
        struct piece_row_list pieces;
        TRY(hold_pieces(t->c, holds->at[i].member, holds->at[i].id, &pieces));
        for (i64 k = 0; k < pieces.n; k++) {
            struct pair *pair = pair_of(pairs, pieces.at[k].lot);
            if (pair) pair->held += pieces.at[k].amount;
        }
    }
    return OK;
}

/* p from the winner to the loser: what is left of the lots that came along. */
static enum err hand_back_lots(struct passing *p, const struct transfer_row *came,
                               const struct hold_row_list *holds, struct pairs *pairs)
{
    struct ctx *c = p->w.c;
    struct entry_row_list taken, given;
    i64 sum = 0;
    TRY(entries_taken(c, came, &taken));
    TRY(entries_given(c, came, &given));
    *pairs = (struct pairs){ NEWS(c->arena, struct pair, taken.n + 1), taken.n };
    for (i64 i = 0; i < taken.n; i++)
        pairs->at[i] = (struct pair){ given.at[i].lot, taken.at[i].lot, 0 };
    TRY(holds_of_pairs(p->w.t, holds, pairs));
    transfer_begins(p, ":parted");
    for (i64 i = 0; i < pairs->n; i++) {
        const struct pair *pair = &pairs->at[i];
        TRY(book_fetch_lot(c, p->from, pair->lot));
        TRY(book_fetch_lot(c, p->to, pair->new_lot));
        const struct lot_row *l = &book_lot(p->from, pair->lot)->row;
        i64 n = l->remaining - l->held + pair->held;
        if (!n) continue;
        book_hand_back(p->from, p->to, p->m, pair->lot, pair->new_lot, n, pair->held);
        sum += n;
    }
    transfer_ends(p, sum);
    return work_repay(&p->w, p->to, p->m);
}

static i64 at_most(i64 n, i64 most) { return n < 0 || most < 0 ? 0 : n < most ? n : most; }

static enum err plain_goes_back(struct passing *p, i64 came, const struct hold_row_list *holds)
{
    i64 held = 0;
    for (i64 i = 0; i < holds->n; i++) held += holds->at[i].amount;
    book_hold(p->from, -held);
    book_hold(p->to, held);
    return pass_plain(p, ":parted", at_most(came, p->from->a.balance - p->from->a.held));
}

static enum err account_parts(struct tx *t, i64 merge, i64 loser, i64 winner,
                              const struct account *of)
{
    struct passing p;
    struct hold_row_list holds;
    struct transfer_row came, owed;
    struct pairs pairs = { 0 };
    bool came_any, owed_any;
    struct arena *a = t->c->arena;
    TRY(settle_both(t, merge, loser, winner, of));
    TRY(open_both(&p, t, merge, loser, winner, of));
    TRY(db_find(t->c, &q_merge_transfer, &came, &came_any,
                ARGS(winner, merge_id(a, merge, "", of->unit, of->name))));
    TRY(db_find(t->c, &q_merge_transfer, &owed, &owed_any,
                ARGS(winner, merge_id(a, merge, ":debt", of->unit, of->name))));
    TRY(db_all(t->c, &q_paid_back, &holds, ARGS(winner, of->unit, of->name, merge)));
    turn(&p);
    if (!p.from->keeps_lots) TRY(plain_goes_back(&p, came_any ? came.amount : 0, &holds));
    else if (came_any) TRY(hand_back_lots(&p, &came, &holds, &pairs));
    i64 debt = owed_any ? at_most(owed.amount, book_debt(p.from)) : 0;
    turn(&p);
    TRY(pass_plain(&p, ":debt:parted", debt));
    for (i64 i = 0; i < holds.n; i++) TRY(move_hold(t, &holds.at[i], loser, &pairs));
    TRY(tx_change(t, &c_comes_back, ARGS(winner, of->unit, of->name, loser, merge)));
    return work_save(&p.w);
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    struct account_list accounts;
    TRY(db_all(t->c, &q_accounts_of, &accounts, ARGS(loser)));
    for (i64 i = 0; i < accounts.n; i++)
        TRY(account_parts(t, merge, loser, winner, &accounts.at[i]));
    return tx_change(t, &c_parted, ARGS(winner, merge));
}

const struct merge_listener ledger_merges = { .room = "ledger", .moved = moved, .parted = parted };
