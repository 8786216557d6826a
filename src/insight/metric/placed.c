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
    for (i64 k = 0; k < f.n; k++)
        for (i64 i = 0; i < f.at[k]->facts_n; i++) {
            const struct fact *at = &f.at[k]->facts[i];
            if (at->placed < from || at->placed > to || !(at->flags & FACT_PLACED)) continue;
            struct metric_placed o = { .day = at->placed,
                                       .member = at->member,
                                       .amount = at->total,
                                       .shop = name_of(&f, OF_SHOP, at->of[OF_SHOP]),
                                       .touchpoint =
                                           name_of(&f, OF_TOUCHPOINT, at->of[OF_TOUCHPOINT]),
                                       .category = name_of(&f, OF_CATEGORY, at->of[OF_CATEGORY]),
                                       .more = at->flags & FACT_SAME };
            TRY(fn(arg, &o));
        }
    return OK;
}
