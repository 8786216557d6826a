/* waiting.h -- inside ledger: what the batch has changed and not yet written. */
#pragma once

#include "ledger/book.h"

struct slot {
    u64 hash;
    i64 place; /* from 1; 0: free */
};
struct slots {
    struct slot *at;
    i64 size, used;
};
struct place {
    struct purse_row key; /* only the account's name */
    struct book *book;
};
/* What stood in a place before. */
struct was {
    i64 place;
    struct book *book;
};
struct waiting_entry {
    i64 member;
    str unit, name;
    struct entry_row row;
};
struct waiting_mark {
    i64 books, log, transfers, entries, holds, units;
    i64 transfers_in, entries_in, holds_in;
};

#define WAITING_LIST(T) \
    struct {            \
        T *at;          \
        i64 n;          \
    }
struct waiting {
    struct arena *arena;
    struct slots by_account, by_id;
    enum merges_known merges;
    WAITING_LIST(struct place) books;
    WAITING_LIST(struct was) log;
    WAITING_LIST(struct transfer_row) transfers;
    WAITING_LIST(struct waiting_entry) entries;
    WAITING_LIST(struct hold_change) holds;
    WAITING_LIST(struct unit) units;
    WAITING_LIST(struct waiting_mark) marks;
    i64 transfers_in, entries_in, holds_in; /* so many of them are written */
};
enum { ENTRIES_WAITING_MAX = 4000 };

u64 key_hash(i64 member, str unit, str name);
void slots_add(struct slots *s, struct arena *a, u64 hash, i64 place);
struct book *book_copy(struct arena *a, const struct book *of);

/* write.c: writes it all. */
enum err waiting_write(struct tx *t, void *state);
/* turnover.c: adds what is about to be written to its sums. */
enum err turnover_write(struct tx *t, const struct waiting *w);
