/* merge.c -- what KOCs have follows them into merges and back: rows stay where they were written,
 * `holder` says who stands for them. Orders that turn out to be one's own earn nothing while they
 * are. What was settled while two were one stays settled with the one.
 *
 * After trade's and the ledger's: orders and accounts have moved.
 */
#include "loyalty/koc/inside.h"
#include "member/member.h"

/* $1 whose rows go, to $2; on undoing those that were written for $3 alone. */
#define FOLLOW(TABLE)                                                                            \
    CHANGE(c_##TABLE##_to, "UPDATE " #TABLE " SET holder = $2 WHERE holder = $1");               \
    CHANGE(c_##TABLE##_back, "UPDATE " #TABLE " SET holder = $2 WHERE holder = $1 AND member = " \
                             "$3")
FOLLOW(koc);
FOLLOW(koc_order);
FOLLOW(koc_entry);
FOLLOW(koc_statement);
FOLLOW(koc_trial);
FOLLOW(koc_pair);
CHANGE(c_mentor_to, "UPDATE koc_pair SET mentor_holder = $2 WHERE mentor_holder = $1");
CHANGE(c_mentor_back,
       "UPDATE koc_pair SET mentor_holder = $2 WHERE mentor_holder = $1 AND mentor = $3");
static struct query *const to[] = { &c_koc_to,           &c_koc_order_to, &c_koc_entry_to,
                                    &c_koc_statement_to, &c_koc_trial_to, &c_koc_pair_to,
                                    &c_mentor_to };
static struct query *const back[] = { &c_koc_back,           &c_koc_order_back, &c_koc_entry_back,
                                      &c_koc_statement_back, &c_koc_trial_back, &c_koc_pair_back,
                                      &c_mentor_back };

QUERY(q_is_one, one_i64, "SELECT COUNT(*) AS value FROM koc WHERE holder = $1");
/* Orders of a holder that are his own now, or were. */
QUERY(q_own, one_i64,
      "SELECT k.order_id AS value FROM koc_order k JOIN purchase_order p ON p.member = k.holder"
      " AND p.id = k.order_id WHERE k.holder = $1 AND NOT k.own AND k.held ORDER BY k.order_id");
QUERY(q_was_own, one_i64,
      "SELECT order_id AS value FROM koc_order WHERE holder = $1 AND own ORDER BY order_id");
QUERY(q_buyer, one_i64, "SELECT member AS value FROM purchase_order WHERE id = $1");

static enum err again(struct tx *t, struct query *q, i64 holder)
{
    struct one_i64_list orders = { 0 };
    TRY(db_all(t->c, q, &orders, ARGS(holder)));
    for (i64 i = 0; i < orders.n; i++) {
        struct one_i64 buyer;
        TRY(db_get(t->c, &q_buyer, &buyer, ARGS(orders.at[i].value)));
        TRY(koc_order_again(t, orders.at[i].value, buyer.value));
    }
    return OK;
}

static enum err opens(struct tx *t, i64 holder)
{
    struct one_i64 n;
    TRY(db_get(t->c, &q_is_one, &n, ARGS(holder)));
    return n.value ? koc_account_open(t, holder) : OK;
}

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    (void)merge;
    for (i64 i = 0; i < COUNT(to); i++) TRY(tx_change(t, to[i], ARGS(loser, winner)));
    TRY(opens(t, winner));
    TRY(again(t, &q_own, winner));
    return koc_level_settle(t, winner);
}

/* The ledger gave back what was there of what came; rows say what each has. */
static enum err accounts_follow(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct account of = { winner, S(COMMISSION), S("") };
    struct transferred done;
    struct balance has;
    money due;
    TRY(koc_account_due(t->c, winner, &due));
    TRY(ledger_balance(t->c, &of, &has));
    money more = has.balance - due;
    if (!more) return OK;
    TRY(koc_account_open(t, winner));
    TRY(koc_account_open(t, loser));
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(t->c->arena, "koc:parted:%lld", (long long)merge),
                          .unit = S(COMMISSION),
                          .from = more > 0 ? winner : loser,
                          .to = more > 0 ? loser : winner,
                          .amount = more > 0 ? more : -more,
                          .reason = S("merge") };
    return ledger_transfer(t, &x, &done);
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    ints ids;
    (void)noted;
    TRY(member_ids(t->c, loser, &ids));
    for (i64 i = 0; i < ids.n; i++)
        for (i64 k = 0; k < COUNT(back); k++)
            TRY(tx_change(t, back[k], ARGS(winner, loser, ids.at[i])));
    TRY(opens(t, loser));
    TRY(opens(t, winner));
    TRY(accounts_follow(t, merge, loser, winner));
    TRY(again(t, &q_was_own, winner));
    TRY(again(t, &q_was_own, loser));
    TRY(koc_level_settle(t, winner));
    return koc_level_settle(t, loser);
}

CHANGE(c_forget, "UPDATE koc SET text = NULL, handles = NULL WHERE member = $1");
CHANGE(c_forget_trials, "UPDATE koc_trial SET text = NULL, report = NULL WHERE member = $1");
CHANGE(c_forget_touches, "DELETE FROM koc_touch WHERE member = $1");

/* What he earned stays as figures; he is a KOC no longer. */
static enum err erased(struct tx *t, i64 living, ints ids)
{
    struct koc_row row;
    bool found;
    TRY(koc_row_of(t->c, living, &found, &row));
    if (found && row.state != KOC_LEFT && row.state != KOC_REFUSED)
        TRY(koc_set_state(t, living, KOC_LEFT, S("erased")));
    for (i64 i = 0; i < ids.n; i++) {
        TRY(tx_change(t, &c_forget, ARGS(ids.at[i])));
        TRY(tx_change(t, &c_forget_trials, ARGS(ids.at[i])));
        TRY(tx_change(t, &c_forget_touches, ARGS(ids.at[i])));
    }
    return OK;
}

static enum err known(struct ctx *c, i64 living, struct person_part_list *out)
{
    struct koc_view view;
    bool found;
    TRY(koc_find(c, living, true, &found, &view));
    if (found) person_tell(c, out, "koc", &koc_view_shape, &view, 1);
    return OK;
}

const struct merge_listener koc_merges = {
    .room = "koc", .moved = moved, .parted = parted, .erased = erased, .known = known
};
