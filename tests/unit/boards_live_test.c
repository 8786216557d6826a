/* boards_live_test.c -- ranks read while others write: each answer is one committed state. On
 * PostgreSQL half of the writers are another server on the same database. */
#include <pthread.h>
#include <stdatomic.h>

#include "app/rooms.h"
#include "loyalty/boards/inside.h"

#include "boards_shop.h"

enum { HOLDERS = 40, WRITERS = 3, READERS = 2, MOVES = 150, EACH = 1000 };

static struct people all;
static struct board_row row;
static struct board_view view;
static atomic_int writing;

struct worker {
    struct store *store;
    i64 number, wrong, reads;
};

/* From one to another, in one change: the sum stays. */
struct moving {
    i64 from, to, amount;
};
QUERY(live_score, one_i64,
      "SELECT score AS value FROM board_score WHERE member = $1 AND board = $2");
static enum err move(struct tx *t, void *arg)
{
    struct moving *m = arg;
    struct scoring s = { .t = t };
    struct one_i64 from = { 0 }, to = { 0 };
    TRY(db_get(t->c, &live_score, &from, ARGS(m->from, row.id)));
    TRY(db_get(t->c, &live_score, &to, ARGS(m->to, row.id)));
    if (from.value <= m->amount) return OK;
    TRY(score_put(&s, &row, m->from, (struct score){ from.value - m->amount, START }));
    return score_put(&s, &row, m->to, (struct score){ to.value + m->amount, START });
}
static enum err even(struct tx *t, void *arg)
{
    (void)arg;
    struct scoring s = { .t = t };
    for (i64 i = 0; i < all.n; i++)
        TRY(score_put(&s, &row, all.ids[i], (struct score){ EACH, START }));
    return OK;
}

static void *write_moves(void *arg)
{
    struct worker *w = arg;
    struct dice d = { (u64)w->number + 5 };
    struct ctx *c = test_ctx_new();
    for (i64 i = 0; i < MOVES; i++) {
        i64 from = dice_below(&d, all.n), to = (from + 1 + dice_below(&d, all.n - 1)) % all.n;
        struct moving m = { all.ids[from], all.ids[to], 1 + dice_below(&d, 50) };
        w->wrong += store_write(w->store, c, move, &m) != OK;
    }
    test_ctx_free(c);
    atomic_fetch_sub(&writing, 1);
    return NULL;
}

static bool is_whole(const struct board_ranks *r)
{
    i64 sum = 0;
    for (i64 i = 0; i < r->around.n; i++) {
        const struct board_place *p = &r->around.at[i];
        sum += p->score;
        if (p->place != i + 1 || (i > 0 && p->score > p[-1].score)) return false;
    }
    return r->around.n == all.n && sum == all.n * EACH;
}

static void *read_ranks(void *arg)
{
    struct worker *w = arg;
    while (atomic_load(&writing) > 0 || w->reads == 0) {
        struct ctx *c = test_ctx_new();
        struct board_ranks r;
        bool ok = store_reader(w->store, c) == OK && board_top(c, &view, 1, HOLDERS, &r) == OK;
        w->wrong += !ok || !is_whole(&r);
        w->reads++;
        test_ctx_free(c);
    }
    return NULL;
}

static void play(bool thread)
{
    struct ctx *c = test_reader();
    struct store *second = NULL;
    struct live *live;
    struct worker workers[WRITERS + READERS] = { 0 };
    pthread_t threads[WRITERS + READERS];
    all = people(c, PEOPLE);
    view = board(c, (struct board_post){ .metric = BOARD_AMOUNT });
    CHECK_OK(c, board_row_get(c, view.id, &row));
    CHECK_OK(c, store_write(test_store(), c, even, NULL));
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    CHECK_OK(c, live_open(c, test_store(), (struct live_options){ .thread = thread }, &live));
    live_serve(live);
    atomic_store(&writing, WRITERS);
    for (i64 i = 0; i < WRITERS + READERS; i++) {
        bool writes = i < WRITERS;
        workers[i].number = i;
        workers[i].store = writes && second && i % 2 ? second : test_store();
        CHECK(!pthread_create(&threads[i], NULL, writes ? write_moves : read_ranks, &workers[i]));
    }
    for (i64 i = 0; i < WRITERS + READERS; i++) pthread_join(threads[i], NULL);
    for (i64 i = 0; i < WRITERS + READERS; i++) CHECK_I64(workers[i].wrong, 0);
    struct board_ranks last, plain;
    CHECK_OK(c, board_top(c, &view, 1, HOLDERS, &last));
    live_close(live);
    CHECK_OK(c, board_top(c, &view, 1, HOLDERS, &plain)); /* read anew from SQL */
    CHECK_I64(plain.around.n, last.around.n);
    for (i64 i = 0; i < plain.around.n; i++) {
        CHECK_I64(plain.around.at[i].member, last.around.at[i].member);
        CHECK_I64(plain.around.at[i].score, last.around.at[i].score);
    }
    if (second) store_close(second);
}

TEST(a_rank_is_of_one_state) { play(false); }
TEST(also_with_a_thread_that_keeps_up) { play(true); }

/* Whoever has been told that his change is on disk sees it in the next rank. */
TEST(no_older_than_the_question)
{
    struct ctx *c = test_reader();
    struct live *live;
    all = people(c, PEOPLE);
    view = board(c, (struct board_post){ .metric = BOARD_AMOUNT });
    CHECK_OK(c, board_row_get(c, view.id, &row));
    CHECK_OK(c, store_write(test_store(), c, even, NULL));
    CHECK_OK(c, live_open(c, test_store(), (struct live_options){ .thread = true }, &live));
    live_serve(live);
    struct dice d = { 3 };
    for (i64 i = 0; i < 100; i++) {
        i64 from = dice_below(&d, all.n), to = (from + 1) % all.n;
        struct moving m = { all.ids[from], all.ids[to], 7 };
        struct one_i64 want = { 0 };
        CHECK_OK(c, store_write(test_store(), c, move, &m));
        CHECK_OK(c, db_get(c, &live_score, &want, ARGS(m.to, row.id)));
        CHECK_I64(place_of(&view, m.to).score, want.value);
    }
    live_close(live);
}
