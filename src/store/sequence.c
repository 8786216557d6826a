/* sequence.c -- numbers of sequences: a batch reads where one stands, counts on in memory, and
 * writes it once.
 *
 * Changes come one after another (decision 0005), so nobody else takes numbers meanwhile. What a
 * part took that is undone is taken again by the next.
 */
#include <assert.h>

#include "store/store.h"

QUERY_PAST(sql_next, one_i64, "SELECT next AS value FROM sequence WHERE name = $1", NULL);
CHANGE_PAST(sql_set_next, "INSERT INTO sequence (name, next) VALUES ($1, $2)"
                          " ON CONFLICT (name) DO UPDATE SET next = excluded.next");

struct counter {
    str name;
    i64 next, written; /* what its row says; 1: none */
};
struct counters {
    struct counter *at;
    i64 n;
};
struct numbers {
    struct arena *arena;
    struct counters now;
    struct {
        struct counters *at; /* as they were */
        i64 n;
    } marks;
};

static enum err numbers_write(struct tx *t, void *state)
{
    struct numbers *s = state;
    for (i64 i = 0; i < s->now.n; i++) {
        struct counter *k = &s->now.at[i];
        if (k->next != k->written) TRY(tx_change(t, &sql_set_next, ARGS(k->name, k->next)));
        k->written = k->next;
    }
    return OK;
}

static struct counters copy_of(struct arena *a, const struct counters *of)
{
    struct counters copy = { NEWS(a, struct counter, of->n), of->n };
    if (of->n) memcpy(copy.at, of->at, sizeof *of->at * (size_t)of->n);
    return copy;
}

static void numbers_mark(void *state, struct arena *a)
{
    struct numbers *s = state;
    s->arena = a;
    *PUSH(a, &s->marks) = copy_of(a, &s->now);
}

static void numbers_undo(void *state)
{
    struct numbers *s = state;
    const struct counters *was = &s->marks.at[s->marks.n - 1];
    assert(was->n <= s->now.n);
    if (was->n) memcpy(s->now.at, was->at, sizeof *was->at * (size_t)was->n);
    s->now.n = was->n;
}

static void numbers_keep(void *state) { ((struct numbers *)state)->marks.n--; }

SHELF(numbers_shelf, .tables = "sequence", .size = sizeof(struct numbers), .last = true,
      .write = numbers_write, .mark = numbers_mark, .undo = numbers_undo, .keep = numbers_keep);

static enum err counter_of(struct tx *t, struct numbers *s, str name, struct counter **out)
{
    struct one_i64 row;
    bool found;
    for (i64 i = 0; i < s->now.n; i++) {
        *out = &s->now.at[i];
        if (str_eq((*out)->name, name)) return OK;
    }
    TRY(db_find(t->c, &sql_next, &row, &found, ARGS(name)));
    if (!found) row.value = 1;
    *out = PUSH(s->arena, &s->now);
    **out = (struct counter){ str_copy(s->arena, name), row.value, row.value };
    return OK;
}

enum err tx_take(struct tx *t, str sequence, i64 n, i64 *first)
{
    struct arena *a;
    struct counter *k;
    assert(n > 0);
    struct numbers *s = tx_shelf(t, &numbers_shelf, &a);
    s->arena = a;
    TRY(counter_of(t, s, sequence, &k));
    *first = k->next;
    k->next += n;
    return OK;
}
