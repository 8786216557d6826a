/* of_tiers.c -- which tier gives what, as rows. */
#include "loyalty/benefits/inside.h"
#include "loyalty/tiers.h"

#define FIELDS_OF_tier_gift_row(X, N)             \
    X(str, tier, ANY, "", N)                      \
    X(choice(benefit_when), occasion, ANY, "", N) \
    X(i64, rank, ANY, "", N)                      \
    X(str, kind, ANY, "", N)                      \
    X(i64, amount, ANY, "", N)                    \
    X(opt_money, credit, ANY, "", N)              \
    X(str, code, ANY, "", N)                      \
    X(opt_i64, valid_days, ANY, "", N)            \
    X(opt_money, cost, ANY, "", N)                \
    X(str, budget, ANY, "", N)                    \
    X(str, zh, ANY, "", N)                        \
    X(str, en, ANY, "", N)
SHAPE(tier_gift_row);
SHAPE_DEFINE(tier_gift_row);

/* Of tiers that are in the ladder in force. */
QUERY(q_gifts, tier_gift_row,
      "SELECT b.tier AS tier, b.occasion AS occasion, s.rank AS rank, b.kind AS kind,"
      " b.amount AS amount, b.credit AS credit, b.code AS code, b.valid_days AS valid_days,"
      " b.cost AS cost, b.budget AS budget, b.zh AS zh, b.en AS en FROM tier_benefit b"
      " JOIN tier_step s ON s.code = b.tier AND s.version = (SELECT version FROM tier_ladder"
      "  WHERE live IS NOT NULL ORDER BY live DESC LIMIT 1)"
      " ORDER BY s.rank, b.occasion, b.place");
CHANGE(c_clear, "DELETE FROM tier_benefit");
CHANGE(c_gift, "INSERT INTO tier_benefit (tier, occasion, place, kind, amount, credit, code,"
               " valid_days, cost, budget, zh, en) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
               " $10, $11, $12)");

static struct tier_benefit benefit_of_row(struct ctx *c, const struct tier_gift_row *row)
{
    struct tier_benefit b = { row->tier, row->occasion, NULL, row->zh, row->en };
    int kind = row->kind.n ? choice_find(&reward_kind_choice, row->kind) : -1;
    if (kind < 0) return b;
    b.reward = NEW(c->arena, struct reward);
    *b.reward = (struct reward){ .kind = (enum reward_kind)kind,
                                 .amount = row->amount,
                                 .credit = row->credit,
                                 .code = row->code,
                                 .valid_days = row->valid_days,
                                 .cost = row->cost,
                                 .budget = row->budget };
    return b;
}

enum err tier_gifts(struct ctx *c, struct tier_gift_list *out)
{
    struct tier_gift_row_list rows = { 0 };
    *out = (struct tier_gift_list){ 0 };
    TRY(db_all(c, &q_gifts, &rows, NO_ARGS));
    for (i64 i = 0, place = 0; i < rows.n; i++, place++) {
        const struct tier_gift_row *row = &rows.at[i];
        if (!i || row->rank != row[-1].rank || row->occasion != row[-1].occasion) place = 0;
        *PUSH(c->arena, out) = (struct tier_gift){ row->rank, place, benefit_of_row(c, row) };
    }
    return OK;
}

i64 tier_gifts_rank(const struct tier_gift_list *gifts, i64 rank, enum benefit_when when)
{
    i64 nearest = 0;
    for (i64 i = 0; i < gifts->n; i++)
        if (gifts->at[i].what.when == when && gifts->at[i].rank <= rank)
            nearest = gifts->at[i].rank;
    return nearest;
}

enum err tier_benefits(struct ctx *c, struct tier_benefit_list *out)
{
    struct tier_gift_list gifts;
    *out = (struct tier_benefit_list){ 0 };
    TRY(tier_gifts(c, &gifts));
    for (i64 i = 0; i < gifts.n; i++) *PUSH(c->arena, out) = gifts.at[i].what;
    return OK;
}

enum err tier_benefits_at(struct ctx *c, i64 rank, enum benefit_when when,
                          struct tier_benefit_list *out)
{
    struct tier_gift_list gifts;
    *out = (struct tier_benefit_list){ 0 };
    TRY(tier_gifts(c, &gifts));
    i64 nearest = tier_gifts_rank(&gifts, rank, when);
    for (i64 i = 0; i < gifts.n; i++) {
        const struct tier_gift *gift = &gifts.at[i];
        bool fits = when == WHEN_ALWAYS  ? gift->rank <= rank
                    : when == WHEN_ENTRY ? gift->rank == rank
                                         : gift->rank == nearest;
        if (gift->what.when == when && fits) *PUSH(c->arena, out) = gift->what;
    }
    return OK;
}

static enum err fits(struct ctx *c, const struct tier_benefit *b, i64 i)
{
    i64 rank;
    str at = str_fmt(c->arena, "/items/%lld", (long long)i);
    if (tier_rank(c, b->tier, &rank) != OK)
        return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/tier", STR_ARG(at)),
                       "生效的规则里没有等级“" STR_FMT "”",
                       "the ladder in force has no tier \"" STR_FMT "\"", STR_ARG(b->tier));
    if ((b->when == WHEN_ALWAYS) != (b->reward == NULL))
        return fail_at(c, E_INVALID, str_fmt(c->arena, STR_FMT "/reward", STR_ARG(at)),
                       "长期权益只写说明；其余要写给什么",
                       "what is always there has words only, the others say what is given");
    if (!b->reward) return OK;
    return reward_check(c, b->reward, str_fmt(c->arena, STR_FMT "/reward", STR_ARG(at)));
}

enum err tier_benefits_put(struct tx *t, const struct tier_benefit_list *in)
{
    struct ctx *c = t->c;
    static const struct reward none;
    TRY(tx_change(t, &c_clear, NO_ARGS));
    for (i64 i = 0; i < in->n; i++) {
        const struct tier_benefit *b = &in->at[i];
        const struct reward *r = b->reward ? b->reward : &none;
        i64 place = 0;
        TRY(fits(c, b, i));
        for (i64 k = 0; k < i; k++)
            place += str_eq(in->at[k].tier, b->tier) && in->at[k].when == b->when;
        TRY(tx_change(t, &c_gift,
                      ARGS(b->tier, choice_name(&benefit_when_choice, (int)b->when), place,
                           b->reward ? choice_name(&reward_kind_choice, (int)r->kind) : NO_STR,
                           r->amount, r->credit, r->code, r->valid_days, r->cost, r->budget, b->zh,
                           b->en)));
    }
    return OK;
}
