/* book.h -- inside ledger: an account in hand, and the steps that change it.
 *
 * A change runs (changes come one after another, decision 0005): load the books of a transfer ->
 * bring each up to now (settle.c: holds whose time came, lots that expired) -> decide -> change the
 * books in memory -> save what changed. Saved books wait in memory until the batch commits: the
 * next change of the batch finds them there, and an account that many touched is written once
 * (waiting.c). book.c is pure; the balance that is read and the balance that is spent go through
 * the same functions.
 *
 * Invariants of a book
 *   1. a.balance = sum of its entries' amounts.
 *   2. keeps_lots: a.balance = sum of lots' remaining - debt, and 0 <= held <= remaining of a lot.
 *   3. A debt stands only while no lot has anything free: book_repay after whatever frees or adds.
 *   4. a.held = sum of the open holds it pays; with lots also the sum of the lots' held.
 *   5. While lots are not in hand, so many of the first ones are that something of them stays free
 * whatever the change takes (book_need): no debt stands, and the first free one is known.
 *   6. a.lapse_at is at most the first expiry of a lot with something free; none: nothing lapses.
 */
#pragma once

#include "ledger/ledger.h"

#define FIELDS_OF_purse_row(X, N)        \
    X(i64, member, ANY, "", N)           \
    X(str, unit, ANY, "", N)             \
    X(str, name, ANY, "", N)             \
    X(i64, balance, ANY, "", N)          \
    X(i64, held, ANY, "", N)             \
    X(opt_i64, floor, ANY, "", N)        \
    X(opt_i64, lowest, ANY, "", N)       \
    X(opt_i64, cap, ANY, "", N)          \
    X(i64, entries, ANY, "", N)          \
    X(opt_instant, lapse_at, ANY, "", N) \
    X(i64, version, ANY, "Of its row; with `entries` it tells every change", N)
SHAPE(purse_row);

#define FIELDS_OF_lot_row(X, N)            \
    X(i64, lot, ANY, "", N)                \
    X(opt_instant, expires_at, ANY, "", N) \
    X(i64, amount, ANY, "", N)             \
    X(i64, remaining, ANY, "", N)          \
    X(i64, held, ANY, "", N)
SHAPE(lot_row);

#define FIELDS_OF_entry_row(X, N)       \
    X(i64, number, ANY, "", N)          \
    X(i64, lot, ANY, "", N)             \
    X(i64, amount, ANY, "", N)          \
    X(i64, balance, ANY, "", N)         \
    X(instant, at, ANY, "", N)          \
    X(i64, transfer_member, ANY, "", N) \
    X(str, transfer, ANY, "", N)
SHAPE(entry_row);

#define FIELDS_OF_hold_row(X, N)             \
    X(i64, member, ANY, "", N)               \
    X(str, id, ANY, "", N)                   \
    X(choice(hold_state), state, ANY, "", N) \
    X(i64, amount, ANY, "", N)               \
    X(instant, ends_at, ANY, "", N)          \
    X(i64, from_member, ANY, "", N)          \
    X(i64, to_member, ANY, "", N)
SHAPE(hold_row);

#define FIELDS_OF_piece_row(X, N) \
    X(i64, lot, ANY, "", N)       \
    X(i64, amount, ANY, "", N)
SHAPE(piece_row);

/* Columns in the order of the shape; the caller's words first, then what came of it. */
#define FIELDS_OF_transfer_row(X, N)                          \
    X(i64, member, ANY, "", N)                                \
    X(str, id, ANY, "", N)                                    \
    X(choice(transfer_kind), kind, ANY, "", N)                \
    X(str, unit, ANY, "", N)                                  \
    X(i64, from_member, ANY, "", N)                           \
    X(str, from_name, ANY, "", N)                             \
    X(i64, to_member, ANY, "", N)                             \
    X(str, to_name, ANY, "", N)                               \
    X(i64, asked, ANY, "", N)                                 \
    X(i64, amount, ANY, "", N)                                \
    X(str, of_id, ANY, "", N)                                 \
    X(i64, hold_ms, ANY, "", N)                               \
    X(opt_instant, expires_at, ANY, "", N)                    \
    X(str, reason, ANY, "", N)                                \
    X(str, actor, ANY, "", N)                                 \
    X(instant, at, ANY, "", N)                                \
    X(i64, from_entry, ANY, "First entry of what it took", N) \
    X(i64, from_entries, ANY, "How many", N)                  \
    X(i64, to_entry, ANY, "First entry of what it gave", N)   \
    X(i64, to_entries, ANY, "How many", N)
SHAPE(transfer_row);
#define TRANSFER_COLUMNS                                                                        \
    "member, id, kind, unit, from_member, from_name, to_member, to_name, asked, amount, of_id," \
    " hold_ms, expires_at, reason, actor, at, from_entry, from_entries, to_entry, to_entries"

extern const struct migration ledger_migrations[]; /* tables.c */

/* -- book.c: pure ------------------------------------------------------------------------------ */

struct lot {
    struct lot_row row;
    bool fresh, changed;
};
struct book {
    struct arena *arena;
    struct purse_row a;
    bool keeps_lots, changed;
    bool of_change;    /* else it is only read */
    bool fresh, terms; /* without a row; what the row says has changed: limits, held, lapse_at */
    struct {
        struct lot *at; /* in the order in which they are spent */
        i64 n;
    } lots;
    /* Of very many lots only the first are in hand (and those asked for by number): the rest has so
     * much. There is something free in hand, or all are. */
    struct {
        enum lots_seen { LOTS_EXPIRING, LOTS_LASTING, LOTS_ALL } upto;
        instant expires_at; /* the last one of the row */
        i64 lot, left, held;
    } seen;
    struct entry_row_list entries; /* of the change in work */
};
/* Whose entries: the transfer that makes them. */
struct mark {
    i64 member;
    str id;
    instant at;
};

struct lot *book_lot(struct book *b, i64 lot);                /* NULL: not in hand */
void book_hold(struct book *b, i64 more);                     /* what is held, in all */
void book_add_lot(struct book *b, const struct lot_row *row); /* in its order, once */
i64 book_debt(const struct book *b);
i64 book_free(const struct book *b); /* not held, in all lots; without lots: balance - held */
void book_entry(struct book *b, struct mark m, i64 lot, i64 amount);
bool book_lapses(const struct book *b, instant now); /* something free has expired */
/* Lots that have expired lose what is free of them, then or at m.at, the later; answers how much.
 */
i64 book_lapse(struct book *b, instant now, struct mark m);
/* Income: a lot of its own (when the account keeps lots), or plainly. */
void book_give(struct book *b, struct mark m, i64 amount, opt_instant expires_at);
/* Back to a lot he had. */
void book_give_back(struct book *b, struct mark m, i64 lot, i64 amount);
/* Takes what is free, first expiring first; answers what it could not find. */
i64 book_take(struct book *b, struct mark m, i64 amount);
i64 book_take_from(struct book *b, struct mark m, i64 lot, i64 amount); /* of that lot; answers
                                                                            how much */
/* Free lots repay the debt. */
void book_repay(struct book *b, struct mark m);
/* Holds: reserve puts its pieces in *out; release sets one free; spend takes from what it held. */
void book_reserve(struct book *b, i64 amount, struct piece_row_list *out);
void book_release(struct book *b, i64 amount, const struct piece_row_list *pieces);
void book_spend(struct book *b, struct mark m, i64 amount, const struct hold_row *hold,
                const struct piece_row_list *pieces);
/* What one has in a lot, `held` of it held, becomes the other's: in a new lot, or back in one. */
void book_hand_over(struct book *from, struct book *to, struct mark m, i64 lot, i64 amount,
                    i64 held);
void book_hand_back(struct book *from, struct book *to, struct mark m, i64 lot, i64 back,
                    i64 amount, i64 held);
/* lapse_at from the lots in hand: right when all that are open are. */
void book_note_lapse(struct book *b);

/* -- store.c: rows ----------------------------------------------------------------------------- */

enum { BOOKS_MAX = 4 };
/* A hold that is made, or ends. */
struct hold_change {
    i64 member;
    str id;
    enum hold_state state;               /* open: it is made */
    const struct transfer_row *transfer; /* of a new one */
    struct piece_row_list pieces;        /* of a new one */
};
/* A change in work: its unit, the books it has in hand, and the rows to be written. */
struct work {
    struct tx *t;  /* NULL: only reading */
    struct ctx *c; /* t->c of a change */
    struct unit unit;
    struct book *books[BOOKS_MAX];
    i64 n;
    struct {
        struct transfer_row *at;
        i64 n;
    } transfers;
    struct {
        struct hold_change *at;
        i64 n;
    } holds;
};
/* t: NULL, or the change in which it is looked up. */
enum err unit_find(struct ctx *c, struct tx *t, str unit, struct unit *out, bool *found);
/* The book of an account, opened when new. */
enum err work_book(struct work *w, i64 member, str name, struct book **out);
enum err work_books(struct work *w, const struct transfer_row *of, struct book **from,
                    struct book **to);
enum err purse_row_find(struct ctx *c, const struct account *of, struct purse_row *out,
                        bool *found);
/* Accounts with more entries than this read their lots in steps; tests have it smaller. */
extern i64 ledger_lots_at_once;
/* All that has expired by now in hand, and of the rest so much that `amount` can be taken. */
enum { NEED_ALL = -1 };
enum err book_need(struct ctx *c, struct book *b, i64 amount);
/* Brings a lot into hand that may have nothing left. */
enum err book_fetch_lot(struct ctx *c, struct book *b, i64 lot);
enum err lot_expiry(struct ctx *c, const struct account *of, i64 lot, opt_instant *out);
enum err transfer_row_find(struct tx *t, i64 member, str id, struct transfer_row *out, bool *found);
/* What it took (gave) as its entries say, in their order. */
enum err entries_taken(struct ctx *c, const struct transfer_row *of, struct entry_row_list *out);
enum err entries_given(struct ctx *c, const struct transfer_row *of, struct entry_row_list *out);
enum err reversed_so_far(struct ctx *c, i64 member, str id, i64 *out);
/* Holds on their way to an account, open now; and those an account pays whose time has come. */
enum err coming_to(struct ctx *c, const struct account *of, i64 *out);
enum err held_in_vain(struct ctx *c, const struct account *of, i64 *out);

enum err hold_get(struct ctx *c, i64 member, str id, struct hold_row *out);
enum err hold_pieces(struct ctx *c, i64 member, str id, struct piece_row_list *out);
/* The same, with their lots in hand. */
enum err held_pieces(struct ctx *c, struct book *b, i64 member, str id, struct piece_row_list *out);
/* Open holds that an account pays and whose time has come, the first first, after one of them. */
enum err holds_due(struct ctx *c, const struct account *of, const struct hold_row *after,
                   struct hold_row_list *out);
enum { HOLDS_AT_ONCE = 64 };

/* -- waiting.c: what the batch has changed and not yet written --------------------------------- */

#define LAPSE_ID "~lapse:" /* how ids of lapses begin */
/* What changed in the work's books and came of it waits for the batch's end, with its lines. */
enum err work_save(struct work *w);
/* Whether anybody has been merged, as the batch knows; who merges says so. */
enum merges_known { MERGES_UNKNOWN, MERGES_NONE, MERGES_SOME };
enum merges_known *waiting_merges(struct tx *t);
enum err waiting_write_now(struct tx *t);
struct arena *waiting_arena(struct tx *t); /* lives as long as the batch */
/* A copy to work on; NULL: rows have what there is. */
struct book *waiting_book(struct tx *t, i64 member, str unit, str name);
const struct transfer_row *waiting_transfer(struct tx *t, i64 member, str id);
bool waiting_unit(struct tx *t, str unit, struct unit *out);
void waiting_unit_add(struct tx *t, const struct unit *unit);

/* -- merge.c ----------------------------------------------------------------------------------- */

/* Who a member's number stands for now. */
enum err merged_living(struct ctx *c, i64 member, i64 *living);
/* Where a lot of his is now; *lot 0: it did not come along, and expires (would have) then. */
enum err merged_lot(struct ctx *c, const struct account *of, i64 *lot, opt_instant *expires_at);

/* -- settle.c ---------------------------------------------------------------------------------- */

/* Brings a book up to now: ends its holds whose time came and lapses its lots, in the order in
 * which it happened. need: without lots, holds are ended only until so much is free (a stock
 * account may have very many). */
#define SETTLE_ALL \
    INT64_MAX /* the job's: some hundreds at once, asked again while there are more */
enum err work_settle(struct work *w, struct book *b, i64 need);
/* After a book was set free or added to: what has expired lapses, the rest repays debt. */
enum err work_repay(struct work *w, struct book *b, struct mark m);
