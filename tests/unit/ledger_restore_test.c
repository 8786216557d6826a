/* ledger_restore_test.c -- books of an older program, whose accounts kept their balance in a row of
 * their own, are carried on: restored from a backup, on either engine. */
#include "app/rooms.h"
#include "ledger/book.h"
#include "ledger_moves.h"

enum { OLD_MIGRATIONS = 3, ROOMS_MAX = 100 };

#define OLD_ACCOUNT                                                                               \
    "INSERT INTO ledger_account (member, unit, name, balance, held, floor, lowest, cap, entries," \
    " lapse_at, version) VALUES "
CHANGE(old_accounts, OLD_ACCOUNT
       "(0, 'growth', 'source', -100, 0, NULL, NULL, NULL, 2, NULL, 2),"
       "(1, 'growth', '', 70, 20, 0, NULL, 500, 2, NULL, 3), (2, 'growth', '', 30, 0, 0, NULL,"
       " NULL, 2, NULL, 2), (3, 'growth', '', 0, 0, 0, 0, NULL, 0, NULL, 1)");
CHANGE(old_entries,
       "INSERT INTO ledger_entry (member, unit, name, number, lot, amount, balance, at,"
       " transfer_member, transfer) VALUES (0, 'growth', 'source', 1, 0, -60, -60, 1000, 1, 'a'),"
       " (1, 'growth', '', 1, 0, 60, 60, 1000, 1, 'a'), (0, 'growth', 'source', 2, 0, -40, -100,"
       " 2000, 2, 'b'), (2, 'growth', '', 1, 0, 40, 40, 2000, 2, 'b'), (2, 'growth', '', 2, 0, -10,"
       " 30, 3000, 2, 'c'), (1, 'growth', '', 2, 0, 10, 70, 3000, 2, 'c')");
CHANGE(old_transfers,
       "INSERT INTO ledger_transfer (member, id, kind, unit, from_member, from_name, to_member,"
       " to_name, asked, amount, of_id, hold_ms, expires_at, reason, actor, at, from_entry,"
       " from_entries, to_entry, to_entries) VALUES"
       " (1, 'a', 'move', 'growth', 0, 'source', 1, '', 60, 60, NULL, 0, NULL, 'test', NULL, 1000,"
       " 1, 1, 1, 1), (2, 'b', 'move', 'growth', 0, 'source', 2, '', 40, 40, NULL, 0, NULL, 'test',"
       " NULL, 2000, 2, 1, 1, 1), (2, 'c', 'move', 'growth', 2, '', 1, '', 10, 10, NULL, 0, NULL,"
       " 'test', NULL, 3000, 2, 1, 2, 1), (1, 'h', 'hold', 'growth', 1, '', 3, '', 20, 20, NULL,"
       " $1, NULL, 'test', NULL, $2, 0, 0, 0, 0)");
CHANGE(old_holds, "INSERT INTO ledger_hold (member, id, state, unit, from_member, from_name,"
                  " to_member, to_name, amount, ends_at) VALUES"
                  " (1, 'h', 'open', 'growth', 1, '', 3, '', 20, $1)");

static enum err fill_old(struct tx *t, void *arg)
{
    instant now = t->c->now;
    TRY(tx_change(t, &old_accounts, NO_ARGS));
    TRY(tx_change(t, &old_entries, NO_ARGS));
    TRY(tx_change(t, &old_transfers, ARGS(HOUR_MS, now)));
    return tx_change(t, &old_holds, ARGS(now + HOUR_MS));
}

/* A backup as the program made it when the ledger had its first migrations only. */
static str old_backup(struct ctx *c)
{
    static struct migration first[OLD_MIGRATIONS + 1];
    static struct room old_ledger;
    const struct room *old[ROOMS_MAX] = { 0 };
    struct store_options o = { .where = str_fmt(c->arena, "%s/old", test_folder()) };
    struct store *store;
    memcpy(first, ledger_migrations, sizeof *first * OLD_MIGRATIONS);
    old_ledger = ledger_room;
    old_ledger.migrations = first;
    for (i64 i = 0; rooms[i]; i++) old[i] = rooms[i] == &ledger_room ? &old_ledger : rooms[i];
    CHECK_OK(c, store_open(c, o, old, &store));
    CHECK_OK(c, store_write(store, c, fill_old, NULL));
    str file = str_fmt(c->arena, "%s/old.koi", test_folder());
    CHECK_OK(c, store_backup(store, c, file));
    store_close(store);
    return file;
}

TEST(older_books_are_carried_on)
{
    struct ctx *c = test_ctx();
    struct transferred out;
    CHECK_OK(c, store_restore(c, test_store_options(), rooms, old_backup(c)));
    CHECK_I64(has("growth", 1).balance, 70);
    CHECK_I64(has("growth", 1).held, 20);
    CHECK_I64(has("growth", 2).available, 30);
    CHECK_I64(has("growth", 3).coming, 20);
    check_books();
    CHECK_OK(c, send(move_of("growth", 0, 1, 60, "a"), &out));
    CHECK(out.again);
    refused(move_of("growth", 0, 1, 431, "d"), R_ABOVE_CAP);
    sent(move_of("growth", 0, 1, 430, "d"));
    sent(after(T_CONFIRM, 1, "h", 15, "e"));
    sent(after(T_REVERSE, 2, "c", 0, "f"));
    CHECK_I64(has("growth", 1).balance, 475);
    CHECK_I64(has("growth", 2).balance, 40);
    CHECK_I64(has("growth", 3).balance, 15);
    CHECK_I64(entries_of("growth", 1), 5);
    check_books();
}
