/* boards_crash_test.c -- kills the program with SIGKILL while frozen leaderboards are settled, and
 * checks that each prize is given once.
 *
 * Boards are frozen beforehand. A worker process settles one after the other; the parent kills it
 * at random instants, opens the store again and checks:
 *   1. whoever has a prize of a board has it once, and in growth value what his prizes come to;
 *   2. a board that says it is settled gave a prize to everybody;
 *   3. the books balance.
 * At the end it settles what is left: then everybody has one of each board.
 * CRASH_ROUNDS says how often; 20 when it is not set. A board a round.
 */
#include "crash/crash.h"

#include "app/rooms.h"
#include "ledger/ledger.h"
#include "unit/boards_shop.h"

enum { WINNERS = 250, ROUNDS_MAX = 1000 };

static i64 boards[ROUNDS_MAX], members[WINNERS];

static enum err settle_all(struct store *s, struct ctx *c, i64 n)
{
    for (i64 i = 0; i < n; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        TRY(board_settle(s, c, boards[i]));
        arena_rewind(c->arena, mark);
    }
    return OK;
}

static int worker_main(str where, instant now, i64 n, _Atomic bool *ready)
{
    struct ctx *c = test_ctx_new();
    struct store *s;
    if (store_open(c, (struct store_options){ .where = where }, rooms, &s) != OK) return 2;
    c->store = s;
    c->now = now;
    if (store_reader(s, c) != OK) return 2;
    *ready = true;
    if (settle_all(s, c, n) != OK) return 3;
    for (;;) pause(); /* nothing left: wait for the end */
}

/* -- the parent -------------------------------------------------------------------------------- */

QUERY(prizes_of, one_i64, "SELECT COUNT(*) AS value FROM board_prize WHERE member = $1");
QUERY(
    boards_won, one_i64,
    "SELECT COUNT(DISTINCT board) AS value FROM board_prize WHERE member = $1 AND state = 'given'");
QUERY(prizes_on, one_i64, "SELECT COUNT(*) AS value FROM board_prize WHERE board = $1");
QUERY(rewards_had, one_i64, "SELECT COUNT(*) AS value FROM reward WHERE member = $1");

static i64 count(struct ctx *c, struct query *q, i64 of)
{
    struct one_i64 n;
    CHECK_OK(c, db_get(c, q, &n, ARGS(of)));
    return n.value;
}

static void check_prizes(struct ctx *c)
{
    struct ledger_faults f;
    for (i64 i = 0; i < WINNERS; i++) {
        struct account of = { members[i], S("growth"), S("") };
        struct balance has;
        i64 won = count(c, &boards_won, members[i]);
        CHECK_I64(count(c, &prizes_of, members[i]), won);
        CHECK_I64(count(c, &rewards_had, members[i]), won);
        CHECK_OK(c, ledger_balance(c, &of, &has));
        CHECK_I64(has.balance, won);
    }
    CHECK_OK(c, ledger_check(c, &f));
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers, 0);
}

/* *half: some board is settled in part. */
static void check_boards(struct ctx *c, i64 n, bool *half, i64 *whole)
{
    *half = false;
    *whole = 0;
    for (i64 i = 0; i < n; i++) {
        struct board_view b;
        i64 prizes = count(c, &prizes_on, boards[i]);
        CHECK_OK(c, board_get(c, boards[i], &b));
        CHECK(b.state != BOARD_SETTLED || prizes == WINNERS);
        *half |= b.state != BOARD_SETTLED && prizes > 0;
        *whole += b.state == BOARD_SETTLED;
    }
}

static enum err all_members(struct tx *t, void *arg)
{
    (void)arg;
    for (i64 i = 0; i < WINNERS; i++) {
        struct identity id = { .kind = ID_USER_ID,
                               .value = str_fmt(t->c->arena, "w%lld", (long long)i) };
        struct member_sighting seen = { .identities = &id, .n = 1, .source = S("api") };
        bool created;
        TRY(member_resolve(t, &seen, &members[i], &created));
    }
    return OK;
}

TEST(a_prize_is_given_once_through_kills)
{
    i64 rounds = crash_rounds(20), halves = 0, whole = 0;
    struct ctx *c = test_reader();
    _Atomic bool *ready = crash_shared(sizeof *ready);
    struct dice d = { 5 };
    str where = test_store_options().where;
    struct reward growth = { .kind = REWARD_GROWTH, .amount = 1 };
    struct board_prize prize = { .first = 1, .last = WINNERS, .rewards = { &growth, 1 } };
    CHECK(rounds <= ROUNDS_MAX);
    CHECK_OK(c, store_write(test_store(), c, all_members, NULL));
    for (i64 i = 0; i < WINNERS; i++) order(c, i, members[i], (i + 1) * MONEY_UNIT, 0, START);
    struct board_view last = { 0 };
    for (i64 i = 0; i < rounds; i++) {
        last = board(c, (struct board_post){ .metric = BOARD_AMOUNT, .prizes = { &prize, 1 } });
        boards[i] = last.id;
    }
    instant frozen = last.frozen_at.value;
    for (i64 i = 0; i < rounds; i++) {
        bool half;
        test_store_close();
        *ready = false;
        pid_t child = fork();
        if (child == 0) _exit(worker_main(where, frozen, rounds, ready));
        while (!*ready) usleep(1000);
        CHECK(crash_kill(child, dice_below(&d, 60000)));
        c = test_reader();
        check_prizes(c);
        check_boards(c, rounds, &half, &whole);
        halves += half;
    }
    test_store_close(); /* the check's reader stands still */
    c = test_reader();
    c->now = frozen;
    CHECK_OK(c, settle_all(test_store(), c, rounds));
    check_prizes(c);
    for (i64 i = 0; i < WINNERS; i++) CHECK_I64(count(c, &boards_won, members[i]), rounds);
    print_message(
        "%lld kills, %lld with a board settled in part, %lld boards settled before the end\n",
        (long long)rounds, (long long)halves, (long long)whole);
    CHECK(halves > 0);
}
