/* ledger.h -- what can run out: points, growth, credit, commission, stock, quota, budgets. Accounts
 * of one double-entry ledger; nothing else changes a balance.
 *
 * An account is (member, unit, name); the house's accounts have member 0. A transfer moves an
 * amount of one unit from one account to another. Units come from the house account "source", which
 * has no floor; what expires goes to the house account "expired". Every other account is opened by
 * its first transfer and holds nothing below zero, unless account_put says so. Members are named by
 * their living id (member_living): the ledger does not ask who they are.
 *
 * A transfer's id is chosen by the caller and belongs to the member whose transfer it is: who pays,
 * or, when the house pays, who receives (0: between house accounts). Ids are short, without
 * personal data (they are shown and written to the timeline), and do not begin with "~".
 *
 * States. A move is done at once. A hold is open until one of three ends it:
 *
 *     hold --> open --confirm--> confirmed     (in part: the rest is free again)
 *               | ---void------> voided
 *               | ---its time--> expired       (by itself, at that instant, job or no job)
 *
 * A move or a confirmed hold can be reversed, in parts, up to its amount. A reversal is final.
 *
 * Lots. In a unit that keeps lots, what a member gets is a lot with its own expiry. Spending takes
 * the lot that expires first (those that never do last; then the older). What is held stays his
 * until the hold ends, even when its lot expires meanwhile; given back after that, it expires at
 * once. A reversal of spending returns to the same lots, the last taken first, as if less had been
 * spent. A reversal of income takes what is left of the lots it made, then other lots, then, where
 * the account's `lowest` allows it, leaves a debt, which the next income repays.
 *
 * Merges (member_merge). All that the loser has goes to the winner's accounts of the same unit and
 * name by transfers of the kind "merge" (ids "~merge:7:point:", belonging to the winner): lots with
 * their own expiry, what is held with its holds, debts, what is coming. A hold between the two is
 * voided. The winner's floor and cap stay and are not asked: he may be above his cap until he has
 * spent. From then on the winner's number stands for the loser's: an id the loser has used counts
 * as used (the winner's own comes first), and what refers to a transfer of the loser acts on the
 * winner's accounts, a reversal on the same lots where they came along, else on new ones of the
 * same expiry. The loser's entries stay where they are; the winner's statement has the merge's
 * transfer. Undone, what is still there goes back: what is left of those lots, to the lots they
 * came from, holds that are still open, as much of the debt as still stands; without lots the same
 * amount, as far as it is there and free.
 *
 * Promises
 *   - units_sum_to_zero: in each unit the balances of all accounts sum to zero, at every commit.
 *   - balance_is_entries_is_lots: a balance is the sum of its entries; of a member's account with
 *     lots also the sum of what its lots have left, less its debt.
 *   - no_account_under_its_floor: what an account has less what is held in it never falls below
 *     `floor` by a transfer, nor below `lowest` by a reversal; nor above `cap` with what is coming.
 *   - same_id_same_answer: the same id with the same content answers as the first time and changes
 *     nothing; with other content E_CONFLICT.
 *   - refused_changes_nothing: a refused transfer leaves no trace.
 *   - linked_are_all_or_none: of linked transfers all are done or none.
 *   - every_hold_ends: confirmed, voided or expired, once.
 *   - expired_is_not_spendable: at any instant, whether or not the job has run.
 *   - a_transfer_is_never_altered: corrections are transfers of their own.
 * The result of a transfer is the first of LEDGER_RESULTS that is true.
 *
 * Threads  any; what changes runs inside store_write.
 */
#pragma once

#include "timeline/timeline.h"

/* Amounts are in the unit's smallest step. */
#define LEDGER_AMOUNT_MAX  ((i64)1000000000000000)
#define LEDGER_BALANCE_MAX ((i64)4000000000000000000) /* of an account, either way */
#define LEDGER_SOURCE      "source"                   /* house account without a floor */
#define LEDGER_EXPIRED     "expired"                  /* house account: what expired */
#define HOLD_MS_MAX        (400 * DAY_MS)

/* -- units ------------------------------------------------------------------------------------- */

#define FIELDS_OF_unit(X, N)                                                        \
    X(str, unit, REQUIRED | SHORT, "Name in the books: point", N)                   \
    X(str, zh, REQUIRED | SHORT, "Chinese name", N)                                 \
    X(str, en, REQUIRED | SHORT, "English name", N)                                 \
    X(i64, decimals, NOT_NEGATIVE, "Decimals of its smallest step: 4 for money", N) \
    X(flag, lots, ANY, "Members hold it in lots with an expiry each", N)            \
    X(flag, owes, ANY, "Members' accounts may fall below zero by a reversal of income", N)
SHAPE(unit);
enum err unit_list(struct ctx *c, struct unit_list *out);
/* Defines a unit. Once there, only its words may change: E_CONFLICT. */
enum err unit_put(struct tx *t, const struct unit *in);

/* -- accounts ---------------------------------------------------------------------------------- */

#define FIELDS_OF_account(X, N)                   \
    X(i64, member, ANY, "Whose; 0: the house", N) \
    X(str, unit, REQUIRED, "Unit", N)             \
    X(str, name, ANY, "Which of his; empty: the main one", N)
SHAPE(account);

#define FIELDS_OF_account_limits(X, N)                                              \
    X(opt_i64, floor, ANY, "A transfer leaves at least this; absent: no floor", N)  \
    X(opt_i64, lowest, ANY, "A reversal leaves at least this; absent: no limit", N) \
    X(opt_i64, cap, ANY, "The balance with what is coming stays at most this", N)
SHAPE(account_limits);
/* Opens the account or sets its limits. E_UNPROCESSABLE when what it has breaks them. */
enum err account_put(struct tx *t, const struct account *of, const struct account_limits *limits);

#define FIELDS_OF_balance(X, N)                                                              \
    X(i64, balance, ANY, "What he has, less debt", N)                                        \
    X(i64, held, ANY, "Of it: held", N)                                                      \
    X(i64, available, ANY, "What a transfer can take now; of an account without floor 0", N) \
    X(i64, debt, ANY, "What later income repays", N)                                         \
    X(i64, coming, ANY, "Held elsewhere on the way to this account", N)
SHAPE(balance);
/* At c->now, exactly, whether or not the job has run. An account never used has nothing. */
enum err ledger_balance(struct ctx *c, const struct account *of, struct balance *out);

/* In a change: what the account has, less what is held; nothing is settled or written for it. Of a
 * unit without lots; an account never used has nothing. */
enum err ledger_left(struct tx *t, const struct account *of, i64 *out);

/* From here on until the change ends nobody else changes what the account has. */
enum err ledger_lock(struct tx *t, const struct account *of);

#define FIELDS_OF_expiring(X, N)                              \
    X(opt_instant, expires_at, ANY, "When; absent: never", N) \
    X(i64, amount, ANY, "How much is free until then", N)
SHAPE(expiring);
/* What is free, by expiry, the first first. Only units with lots have any. */
enum err ledger_expiring(struct ctx *c, const struct account *of, struct expiring_list *out);

/* -- transfers --------------------------------------------------------------------------------- */

enum transfer_kind {
    T_MOVE,    /* unit from to amount [expires_at] */
    T_HOLD,    /* the same, and hold_ms */
    T_CONFIRM, /* member of [amount: 0 all] [expires_at] */
    T_VOID,    /* member of */
    T_REVERSE, /* member of [amount: 0 all that is left] */
    T_EXPIRE,  /* made by the ledger: a hold's time came */
    T_LAPSE,   /* made by the ledger: lots expired */
    T_MERGE,   /* made by the ledger: members became one, or were parted */
};
CHOICE(transfer_kind);

#define FIELDS_OF_transfer(X, N)                                                               \
    X(choice(transfer_kind), kind, ANY, "What it does", N)                                     \
    X(str, id, REQUIRED, "Chosen by the caller", N)                                            \
    X(str, unit, ANY, "move, hold: of what", N)                                                \
    X(i64, from, ANY, "move, hold: the paying member; 0: the house", N)                        \
    X(str, from_name, ANY, "move, hold: which of his accounts", N)                             \
    X(i64, to, ANY, "move, hold: the receiving member; 0: the house", N)                       \
    X(str, to_name, ANY, "move, hold: which of his accounts", N)                               \
    X(i64, amount, NOT_NEGATIVE, "How much; confirm, reverse: 0 is all", N)                    \
    X(i64, member, ANY, "confirm, void, reverse: whose transfer `of` is", N)                   \
    X(str, of, ANY, "confirm, void: the hold; reverse: the transfer", N)                       \
    X(i64, hold_ms, NOT_NEGATIVE, "hold: how long", N)                                         \
    X(opt_instant, expires_at, ANY, "move, hold, confirm: when what a member gets expires", N) \
    X(str, reason, SHORT, "Why, in a word: order, refund, check-in", N)
SHAPE(transfer);

/* Result, error, Chinese, English: in order of precedence. */
#define LEDGER_RESULTS(X)                                                                      \
    X(DONE, OK, "完成", "done")                                                                \
    X(ID_INVALID, E_INVALID, "编号须为 1 至 120 字节的一行文字，且不以 ~ 开头",                \
      "the id must be a line of 1 to 120 bytes that does not begin with ~")                    \
    X(WORDS_INVALID, E_INVALID, "账户名不超过 80 字节、原因不超过 200 字节，且会员编号不为负", \
      "a name of an account has at most 80 bytes, a reason 200, and members are not negative") \
    X(AMOUNT_INVALID, E_INVALID, "数量须大于零，且不超过一千万亿",                             \
      "the amount must be above zero and at most 10^15")                                       \
    X(TERM_INVALID, E_INVALID, "冻结须有时长，且不超过 400 天",                                \
      "a hold needs a time, of at most 400 days")                                              \
    X(SAME_ACCOUNT, E_INVALID, "转出与转入是同一个账户",                                       \
      "the paying and the receiving account are the same")                                     \
    X(UNIT_UNKNOWN, E_NOT_FOUND, "没有这种单位", "there is no such unit")                      \
    X(OF_UNKNOWN, E_NOT_FOUND, "没有所指的转账", "the transfer referred to does not exist")    \
    X(OF_WRONG, E_INVALID, "所指的转账不能这样处理",                                           \
      "the transfer referred to is not of a kind this can be done to")                         \
    X(OTHER_CONTENT, E_CONFLICT, "这个编号已用于另一笔内容不同的转账",                         \
      "this id was used before, for a transfer of other content")                              \
    X(EXPIRY_PAST, E_INVALID, "有效期已过", "the expiry is in the past")                       \
    X(HOLD_ENDED, E_UNPROCESSABLE, "冻结已经结束（确认、取消或过期）",                         \
      "the hold has ended: confirmed, voided or expired")                                      \
    X(ABOVE_REST, E_UNPROCESSABLE, "超过了剩余的数量", "it is more than what is left of it")   \
    X(BELOW_FLOOR, E_UNPROCESSABLE, "可用数量不足", "the account has not enough")              \
    X(ABOVE_CAP, E_UNPROCESSABLE, "超过了账户的上限", "the account would pass its cap")        \
    X(OVERFLOWS, E_UNPROCESSABLE, "数字超出范围", "the numbers would overflow")
enum ledger_result {
#define X(name, err, zh, en) R_##name,
    LEDGER_RESULTS(X)
#undef X
};
CHOICE(ledger_result);

#define FIELDS_OF_transferred(X, N)                                        \
    X(choice(ledger_result), result, ANY, "done, or why not", N)           \
    X(flag, again, ANY, "It had been done before; this is that answer", N) \
    X(i64, member, ANY, "Whose transfer it is", N)                         \
    X(i64, amount, ANY, "How much moved, was held or set free", N)         \
    X(instant, at, ANY, "When", N)                                         \
    X(opt_instant, ends_at, ANY, "hold: when it ends by itself", N)
SHAPE(transferred);

/* One transfer. On an error out->result says which refusal it was (DONE: none, the store's). */
enum err ledger_transfer(struct tx *t, const struct transfer *in, struct transferred *out);
/* Linked: all or none. *failed is the place of the one that was refused. out has n rows. */
enum err ledger_transfer_all(struct tx *t, const struct transfer *in, i64 n,
                             struct transferred *out, i64 *failed);

/* -- looking back ------------------------------------------------------------------------------ */

enum hold_state { HOLD_OPEN, HOLD_CONFIRMED, HOLD_VOIDED, HOLD_EXPIRED };
CHOICE(hold_state);
#define FIELDS_OF_transfer_view(X, N)                               \
    X(i64, member, ANY, "Whose", N)                                 \
    X(str, id, ANY, "Id", N)                                        \
    X(choice(transfer_kind), kind, ANY, "What it does", N)          \
    X(str, unit, ANY, "Unit", N)                                    \
    X(i64, from, ANY, "Paying member", N)                           \
    X(str, from_name, ANY, "His account", N)                        \
    X(i64, to, ANY, "Receiving member", N)                          \
    X(str, to_name, ANY, "His account", N)                          \
    X(i64, amount, ANY, "How much", N)                              \
    X(i64, reversed, ANY, "Of it: reversed since", N)               \
    X(str, of, ANY, "The transfer it refers to", N)                 \
    X(str, state, ANY, "hold: open, confirmed, voided, expired", N) \
    X(opt_instant, ends_at, ANY, "hold: when it ends by itself", N) \
    X(str, reason, ANY, "Why", N)                                   \
    X(str, actor, ANY, "Who did it", N)                             \
    X(instant, at, ANY, "When", N)
SHAPE(transfer_view);
/* Of what a transfer gave in lots: how much has expired at c->now, whether or not that is written
 * down, wherever merges took it. */
enum err ledger_expired(struct ctx *c, i64 member, str id, i64 *out);
/* E_NOT_FOUND. */
enum err ledger_get(struct ctx *c, i64 member, str id, struct transfer_view *out);

#define FIELDS_OF_statement_row(X, N)                               \
    X(i64, number, ANY, "Place in the account, from 1", N)          \
    X(instant, at, ANY, "When", N)                                  \
    X(i64, amount, ANY, "In (above zero) or out", N)                \
    X(i64, balance, ANY, "After it", N)                             \
    X(i64, lot, ANY, "Of which lot; 0: of none, or of the debt", N) \
    X(opt_instant, expires_at, ANY, "When that lot expires", N)     \
    X(choice(transfer_kind), kind, ANY, "What the transfer did", N) \
    X(i64, transfer_member, ANY, "Whose transfer", N)               \
    X(str, transfer, ANY, "Its id", N)                              \
    X(str, of, ANY, "The transfer that one refers to", N)           \
    X(str, reason, ANY, "Why", N)
SHAPE(statement_row);
/* Entries, newest first, below a number (0: from the end). What has expired since the account was
 * last touched is written down by the job. */
enum err ledger_statement(struct ctx *c, const struct account *of, i64 below, i64 limit,
                          struct statement_row_list *out);

#define FIELDS_OF_trial_row(X, N)                                             \
    X(str, unit, ANY, "Unit", N)                                              \
    X(flag, house, ANY, "A house account; else all members' of that name", N) \
    X(str, name, ANY, "Name of the account", N)                               \
    X(i64, accounts, ANY, "How many", N)                                      \
    X(i64, balance, ANY, "What they have in all", N)                          \
    X(i64, held, ANY, "Of it: held", N)
SHAPE(trial_row);
/* By unit: the balances of a unit sum to zero. What koi ledger trial shows. */
enum err ledger_trial(struct ctx *c, struct trial_row_list *out);

/* What members got from the house's accounts (above zero) and gave to them (below). */
#define FIELDS_OF_turnover(X, N)                                      \
    X(i64, part, ANY, "Between bounds[part] and bounds[part + 1]", N) \
    X(choice(transfer_kind), kind, ANY, "What the transfers did", N)  \
    X(str, name, ANY, "Which account of the house", N)                \
    X(i64, amount, ANY, "How much, of all members", N)
SHAPE(turnover);
/* By the instants of the entries, at c->now exactly, whether or not the job has run; what expires
 * at a bound is before it. Bounds rise and lie on quarters of an hour, as midnights do. */
enum err ledger_turnover(struct ctx *c, str unit, const instant *bounds, i64 n,
                         struct turnover_list *out);

/* -- upkeep ------------------------------------------------------------------------------------ */

/* Ends the holds whose time came and writes down the lots that expired, in steps of a few hundred.
 * *done counts them. */
enum err ledger_lapse(struct store *s, struct ctx *c, i64 *done);

/* Recomputes everything from the entries. Each figure counts what is wrong; all are 0. */
#define FIELDS_OF_ledger_faults(X, N)                                             \
    X(i64, sums, ANY, "Units that do not sum to zero", N)                         \
    X(i64, entries, ANY, "Accounts whose balance is not their entries", N)        \
    X(i64, lots, ANY, "Lots or accounts that differ from their entries", N)       \
    X(i64, floors, ANY, "Accounts under their floor", N)                          \
    X(i64, holds, ANY, "Holds that do not end, or held figures without holds", N) \
    X(i64, transfers, ANY, "Transfers whose entries do not cancel out", N)        \
    X(i64, turnover, ANY, "Quarter hours whose sums are not their entries", N)
SHAPE(ledger_faults);
enum err ledger_check(struct ctx *c, struct ledger_faults *out);

extern const struct room ledger_room;
extern const struct merge_listener ledger_merges;
