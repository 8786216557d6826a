/* baskets.c -- baskets put together item by item: names become numbers in the order of the names.
 */
#include <stdlib.h>

#include "insight/basket/inside.h"

struct basket_maker {
    struct ctx *c;
    strs names;
    u32 *slots; /* item + 1 by hash of its name */
    i64 slots_n;
    struct {
        u32 *at;
        i64 n;
    } places;
    struct {
        i64 *at;
        i64 n;
    } ends;             /* of baskets, in places */
    i64 open, left_out; /* open: where the open basket begins */
};

struct basket_maker *baskets_new(struct ctx *c)
{
    struct basket_maker *m = NEW(c->arena, struct basket_maker);
    m->c = c;
    m->slots_n = 1024;
    m->slots = NEWS(c->arena, u32, m->slots_n);
    return m;
}

static u32 *slot_of(struct basket_maker *m, str name)
{
    u64 at = str_hash(name) & (u64)(m->slots_n - 1);
    while (m->slots[at] && !str_eq(m->names.at[m->slots[at] - 1], name))
        at = (at + 1) & (u64)(m->slots_n - 1);
    return &m->slots[at];
}

enum err basket_name(struct basket_maker *m, str name, u32 *item)
{
    struct ctx *c = m->c;
    u32 *slot = slot_of(m, name);
    if (!*slot) {
        if (m->names.n == BASKET_NAMES_MAX)
            return fail(c, E_TOO_LARGE,
                        "不同的商品超过 %d 种：请缩短时间、只看一个店铺，或按品类看",
                        "there are more than %d different items: take a shorter period, one shop, "
                        "or look at categories",
                        BASKET_NAMES_MAX);
        *PUSH(c->arena, &m->names) = str_copy(c->arena, name);
        *slot = (u32)m->names.n;
        *item = *slot - 1;
        if (m->names.n * 2 < m->slots_n) return OK;
        m->slots_n *= 2;
        m->slots = NEWS(c->arena, u32, m->slots_n);
        for (i64 i = 0; i < m->names.n; i++) *slot_of(m, m->names.at[i]) = (u32)i + 1;
        return OK;
    }
    *item = *slot - 1;
    return OK;
}

void basket_put(struct basket_maker *m, u32 item) { *PUSH(m->c->arena, &m->places) = item; }

static int by_number(const void *a, const void *b)
{
    u32 x = *(const u32 *)a, y = *(const u32 *)b;
    return x < y ? -1 : x > y;
}

/* Rising, each once; answers how many are left. */
static i64 settle(u32 *at, i64 n)
{
    i64 kept = 0;
    if (n > 32) {
        qsort(at, (size_t)n, sizeof *at, by_number);
    } else {
        for (i64 i = 1; i < n; i++) {
            u32 one = at[i];
            i64 k = i;
            for (; k > 0 && at[k - 1] > one; k--) at[k] = at[k - 1];
            at[k] = one;
        }
    }
    for (i64 i = 0; i < n; i++)
        if (i == 0 || at[i] != at[kept - 1]) at[kept++] = at[i];
    return kept;
}

enum err basket_end(struct basket_maker *m, bool *too_large)
{
    struct ctx *c = m->c;
    i64 n = m->places.n - m->open;
    *too_large = false;
    if (n == 0) return OK;
    n = settle(m->places.at + m->open, n);
    *too_large = n > BASKET_ITEMS_MAX;
    m->left_out += *too_large;
    m->places.n = m->open + (*too_large ? 0 : n);
    if (*too_large) return OK;
    if (m->ends.n == BASKETS_MAX || m->places.n > BASKET_PLACES_MAX)
        return fail(c, E_TOO_LARGE,
                    "购物篮太多：最多 %d 个、合计 %d 件商品；请缩短时间或只看一个店铺",
                    "too many baskets: at most %d with %d items in all; take a shorter period or "
                    "one shop",
                    BASKETS_MAX, BASKET_PLACES_MAX);
    *PUSH(c->arena, &m->ends) = m->places.n;
    m->open = m->places.n;
    return OK;
}

static int by_name(const void *a, const void *b, void *names)
{
    const str *at = names;
    return str_cmp(at[*(const u32 *)a], at[*(const u32 *)b]);
}

/* Numbers were given as names came; now they rise with the names. */
void baskets_done(struct basket_maker *m, struct baskets *out)
{
    struct arena *a = m->c->arena;
    i64 names = m->names.n;
    u32 *order = NEWS(a, u32, names + 1), *number = NEWS(a, u32, names + 1);
    for (i64 i = 0; i < names; i++) order[i] = (u32)i;
    if (names) qsort_r(order, (size_t)names, sizeof *order, by_name, m->names.at);
    *out = (struct baskets){ .n = m->ends.n, .items = m->places.at, .left_out = m->left_out };
    out->names = (strs){ NEWS(a, str, names + 1), names };
    for (i64 i = 0; i < names; i++) {
        number[order[i]] = (u32)i;
        out->names.at[i] = m->names.at[order[i]];
    }
    out->offset = NEWS(a, i64, out->n + 1);
    for (i64 i = 0; i < out->n; i++) {
        i64 from = out->offset[i], until = out->offset[i + 1] = m->ends.at[i];
        for (i64 k = from; k < until; k++) out->items[k] = number[out->items[k]];
        settle(out->items + from, until - from);
    }
}
