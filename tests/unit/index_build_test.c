/* index_build_test.c -- views while the index changes: what is seen, what is shared, what is freed.
 */
#include "index_model.h"

#include "audience/index/inside.h"

#include <pthread.h>
#include <stdatomic.h>

TEST(index_equals_a_rebuild)
{
    struct dice d = { 7 };
    struct model *m = model_new(&d);
    struct index *x = model_index(m);
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 500; i++) model_change(m, x, &d, dice_below(&d, MODEL_MEMBERS));
        for (int i = 0; i < 1500; i++) model_add_row(m, x, &d, dice_below(&d, MODEL_MEMBERS));
        for (int i = 0; i < 40; i++) { /* rows said anew, as after a merge */
            i64 member = dice_below(&d, MODEL_MEMBERS);
            index_drop_events(x, 0, member);
            model_put(m, x, member);
        }
        if (round % 3 == 0) index_settle(x, 0);
        index_publish(x, m->seq);
    }
    /* enough rows of few members to make the patch a new base */
    for (int i = 0; i < 40000; i++) model_add_row(m, x, &d, CHUNK + dice_below(&d, 3000));
    index_publish(x, m->seq);
    const struct view *v = view_take(x);
    model_check(m, v);
    CHECK_I64(view_seq(v), m->seq);
    view_release(v);
    struct index *fresh = model_index(m);
    v = view_take(fresh);
    model_check(m, v);
    view_release(v);
    index_free(fresh);
    index_free(x);
    model_free(m);
}

TEST(a_view_never_changes)
{
    struct dice d = { 8 };
    struct model *m = model_new(&d);
    struct index *x = model_index(m);
    const struct view *before = view_take(x);
    /* the model as it stands is what `before` must go on to show: changes go to the index only */
    for (int i = 0; i < 2000; i++) {
        index_put_number(x, i, COL_ORDERS, SOME(1000000 + i));
        index_put_living(x, i, false);
        index_drop_events(x, 0, i);
        index_put_set(x, i, COL_TAGS, (strs){ (str[]){ S("new") }, 1 });
        index_put_word(x, i, COL_CITY, model_word("elsewhere", i % 300));
    }
    index_publish(x, 99);
    model_check(m, before);
    CHECK_I64(words_find(view_words(before, COL_CITY), model_word("elsewhere", 1)), -1);
    const struct view *after = view_take(x);
    chunk_bits bits;
    i64 code = words_find(view_words(after, COL_TAGS), S("new"));
    CHECK_I64(view_carriers(after, 0, COL_TAGS, code, bits), 2000);
    CHECK(words_find(view_words(after, COL_CITY), model_word("elsewhere", 299)) > 0);
    view_release(after);
    view_release(before);
    index_free(x);
    model_free(m);
}

TEST(changes_show_at_publish)
{
    struct index *x = index_new(&model_schema);
    const struct view *empty = view_take(x);
    CHECK_I64(view_chunks(empty), 0);
    CHECK_I64(view_column(empty, S("city")), COL_CITY);
    CHECK_I64(view_column(empty, S("none")), -1);
    index_put_living(x, 5, true);
    index_put_number(x, 5, COL_DAY, SOME(20000));
    index_settle(x, 0);
    const struct view *still = view_take(x);
    CHECK(still == empty);
    index_publish(x, 3);
    const struct view *v = view_take(x);
    i64 value;
    CHECK_I64(view_members(v), 1);
    CHECK(part_value(view_part(v, 0, COL_DAY), 5, &value));
    CHECK_I64(value, 20000);
    view_release(v);
    view_release(still);
    view_release(empty);
    index_free(x);
}

TEST(what_did_not_change_is_shared)
{
    struct dice d = { 9 };
    struct model *m = model_new(&d);
    struct index *x = model_index(m);
    i64 before = index_memory(x);
    const struct view *old = view_take(x);
    index_put_number(x, 3, COL_ORDERS, SOME(7));
    index_publish(x, 1);
    CHECK(index_memory(x) - before < 300000); /* of some 15 MB: one part and a chunk's pointers */
    const struct view *new = view_take(x);
    CHECK(view_part(new, 0, COL_SPENT) == view_part(old, 0, COL_SPENT));
    CHECK(view_part(new, 1, COL_ORDERS) == view_part(old, 1, COL_ORDERS));
    CHECK(view_part(new, 0, COL_ORDERS) != view_part(old, 0, COL_ORDERS));
    view_release(old);
    view_release(new);
    index_free(x);
    model_free(m);
}

/* Taken and given back in any order, none lies in another. */
TEST(places_of_slabs_are_ones_own)
{
    enum { PLACES = 300 };
    static const i64 sizes[] = { 8384, 75904 }; /* of a set, and of a column of one byte */
    static u8 *at[PLACES];
    struct dice d = { 11 };
    i64 wrong = 0;
    for (int round = 0; round < 3000; round++) {
        int i = dice_below(&d, PLACES);
        i64 size = sizes[i % 2];
        if (at[i]) {
            for (i64 k = 0; k < size; k += 64) wrong += at[i][k] != (u8)i;
            slab_give(at[i]);
            at[i] = NULL;
            continue;
        }
        at[i] = slab_take(size);
        wrong += (uintptr_t)at[i] % 64 != 0;
        memset(at[i], i, (size_t)size);
    }
    CHECK_I64(wrong, 0);
    for (int i = 0; i < PLACES; i++)
        if (at[i]) slab_give(at[i]);
}

/* -- the_last_reader_frees_a_view: readers while the builder publishes (run under TSan) -------- */

static struct {
    struct index *x;
    _Atomic bool stop;
    _Atomic i64 looked, wrong;
} race;

/* In each view every member of 0 .. 999 has the same number as value, count of rows and word. */
static void *read_views(void *arg)
{
    (void)arg;
    while (!atomic_load(&race.stop)) {
        const struct view *v = view_take(race.x);
        i64 want = view_seq(v), value;
        for (i64 i = 0; want && i < 1000; i += 37) {
            struct run r;
            bool ok = part_value(view_part(v, 0, COL_ORDERS), i, &value) && value == want;
            ok &= view_rows_of(v, i, 0, &r) && r.offset[1] - r.offset[0] == want;
            ok &= part_value(view_part(v, 0, COL_CITY), i, &value) &&
                  words_text(view_words(v, COL_CITY), value).n == want;
            ok &= words_count(view_words(v, COL_CITY)) == want;
            atomic_fetch_add(&race.wrong, !ok);
        }
        atomic_fetch_add(&race.looked, 1);
        view_release(v);
    }
    return NULL;
}

TEST(readers_never_wait_for_the_builder)
{
    enum { READERS = 3, ROUNDS = 150 };
    pthread_t threads[READERS];
    char longest[ROUNDS];
    memset(longest, 'x', sizeof longest);
    race.x = index_new(&model_schema);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_create(&threads[i], NULL, read_views, NULL) == 0);
    for (i64 round = 1; round <= ROUNDS; round++) {
        for (i64 i = 0; i < 1000; i++) {
            struct event e = { .member = i,
                               .at = 1700000000000 + round,
                               .day = 19675,
                               .order = round,
                               .name = S("e") };
            index_put_number(race.x, i, COL_ORDERS, SOME(round));
            index_put_word(race.x, i, COL_CITY, (str){ longest, round });
            index_add_event(race.x, 0, &e);
        }
        index_publish(race.x, round);
    }
    while (atomic_load(&race.looked) < 20) continue;
    atomic_store(&race.stop, true);
    for (int i = 0; i < READERS; i++) pthread_join(threads[i], NULL);
    CHECK_I64(race.wrong, 0);
    index_free(race.x); /* asserts that all memory is back: every old view has gone */
}
