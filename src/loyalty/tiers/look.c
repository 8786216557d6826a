/* look.c -- the tier of a member as others see it, at any instant. */
#include "loyalty/tiers/inside.h"

/* The next tier that rules can reach, and what is missing. */
static void ahead(const struct ladder *l, const struct standing *s, struct tier_now *out)
{
    for (i64 rank = s->rank + 1; rank <= l->tiers.n; rank++) {
        const struct tier_step *step = &l->tiers.at[rank - 1];
        if (!step->threshold.has) continue;
        out->next = step->code;
        i64 missing = step->threshold.value - s->measure;
        out->missing = SOME(missing > 0 ? missing : 0);
        return;
    }
}

void tier_words(const struct ladder *l, const struct standing *s, struct tier_now *out)
{
    *out = (struct tier_now){ .tier = S(""), .zh = S(""), .en = S(""), .next = S("") };
    out->multiplier = 1000;
    out->rank = s->rank;
    if (s->rank) {
        const struct tier_step *step = &l->tiers.at[s->rank - 1];
        out->tier = step->code;
        out->zh = step->zh;
        out->en = step->en;
        out->multiplier = step->multiplier;
        out->since = SOME(s->since);
        out->until = s->until;
    }
    ahead(l, s, out);
}

static enum err look(struct ctx *c, const struct ladder *l, i64 member, instant at, bool before,
                     struct tier_now *out)
{
    struct facts f;
    TRY(facts_of(c, l, member, &f));
    struct standing s = climb(l, c->zone, &f, at, before, c->arena, NULL);
    tier_words(l, &s, out);
    return OK;
}

enum err tier_of(struct ctx *c, i64 member, struct tier_now *out)
{
    struct ladder l;
    TRY(ladder_live(c, &l));
    return look(c, &l, member, c->now, false, out);
}

enum err tier_reaches(struct ctx *c, i64 member, str tier, bool *yes)
{
    struct tier_now has;
    struct ladder l;
    *yes = str_empty(tier);
    if (*yes) return OK;
    TRY(ladder_live(c, &l));
    i64 least = ladder_rank(&l, tier);
    if (!least) return OK;
    TRY(tier_of(c, member, &has));
    *yes = has.rank >= least;
    return OK;
}

enum err tier_at(struct ctx *c, i64 member, instant at, struct tier_now *out)
{
    struct ladder l;
    TRY(ladder_live(c, &l));
    return look(c, &l, member, at, true, out);
}

enum err tier_ladder(struct ctx *c, const struct ladder **out)
{
    struct ladder *l = NEW(c->arena, struct ladder);
    *out = l;
    return ladder_live(c, l);
}

enum err tier_at_on(struct ctx *c, const struct ladder *l, i64 member, instant at,
                    struct tier_now *out)
{
    return look(c, l, member, at, true, out);
}

/* -- of many ----------------------------------------------------------------------------------- */

struct ranking {
    struct ctx *c;
    const struct ladder *l;
    const i64 *members;
    i64 n, next;
    ints ranks;
};

static enum err rank_one(void *arg, const struct facts *f)
{
    struct ranking *r = arg;
    while (r->next < r->n && r->members[r->next] < f->member) r->next++;
    if (r->next == r->n || r->members[r->next] != f->member) return OK;
    struct standing s = climb(r->l, r->c->zone, f, r->c->now, false, r->c->arena, NULL);
    r->ranks.at[r->next++] = s.rank;
    return OK;
}

/* Neighbours' facts are read in one go. */
enum err tier_ranks(struct ctx *c, const i64 *members, i64 n, ints *ranks)
{
    struct ladder l;
    *ranks = (ints){ NEWS(c->arena, i64, n), n };
    if (!n) return OK;
    TRY(ladder_live(c, &l));
    struct ranking r = { c, &l, members, n, 0, *ranks };
    if (members[n - 1] - members[0] < 4 * n)
        return facts_each(c, &l, members[0], members[n - 1], rank_one, &r);
    for (i64 i = 0; i < n; i++) TRY(facts_each(c, &l, members[i], members[i], rank_one, &r));
    return OK;
}
