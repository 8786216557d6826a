/* placed.c -- kept orders one by one, for who counts them in a way of his own. */
#include "insight/metric/inside.h"

static str name_of(const struct facts *f, int kind, uint16_t code)
{
    return code && code < f->names[kind].n ? f->names[kind].at[code] : NO_STR;
}

enum err metric_placed_each(struct ctx *c, day from, day to, bool by_category,
                            enum err (*fn)(void *arg, const struct metric_placed *o), void *arg)
{
    struct facts f;
    TRY(facts_take(c, by_category, &f));
    for (i64 k = 0; k < f.n; k++) {
        struct facts_at at = { 0 };
        struct fact o = { 0 };
        while (fact_next(f.at[k], &at, by_category, &o)) {
            if (!(o.flags & FACT_PLACED)) continue;
            uint16_t placed_on = fact_placed(f.at[k], &o);
            if (placed_on < from || placed_on > to) continue;
            fact_where(f.at[k], &o);
            fact_amounts(f.at[k], &o);
            struct metric_placed placed = {
                .day = o.placed,
                .member = o.member,
                .amount = o.total,
                .shop = name_of(&f, OF_SHOP, o.of[OF_SHOP]),
                .touchpoint = name_of(&f, OF_TOUCHPOINT, o.of[OF_TOUCHPOINT]),
                .category = by_category ? name_of(&f, OF_CATEGORY, o.of[OF_CATEGORY]) : NO_STR,
                .more = o.flags & FACT_SAME,
            };
            TRY(fn(arg, &placed));
        }
    }
    return OK;
}
