/* ladder.c -- the ladder in force. */
#include "loyalty/tiers/inside.h"

#define FIELDS_OF_ladder_row(X, N)               \
    X(i64, version, ANY, "", N)                  \
    X(choice(tier_measure), measure, ANY, "", N) \
    X(choice(tier_span), span, ANY, "", N)       \
    X(opt_i64, span_days, ANY, "", N)            \
    X(i64, term_months, ANY, "", N)              \
    X(flag, to_month_end, ANY, "", N)            \
    X(choice(tier_expiry), on_expiry, ANY, "", N)
SHAPE(ladder_row);
SHAPE_DEFINE(ladder_row);

QUERY(q_live, ladder_row,
      "SELECT version, measure, span, span_days, term_months, to_month_end, on_expiry"
      " FROM tier_ladder WHERE live IS NOT NULL ORDER BY live DESC LIMIT 1");
QUERY(q_steps, tier_step,
      "SELECT code, zh, en, threshold, keep, multiplier FROM tier_step WHERE version = $1"
      " ORDER BY rank");
QUERY(q_rank, one_i64,
      "SELECT s.rank AS value FROM tier_step s WHERE s.code = $1 AND s.version = (SELECT version"
      " FROM tier_ladder WHERE live IS NOT NULL ORDER BY live DESC LIMIT 1)");

enum err ladder_live(struct ctx *c, struct ladder *out)
{
    struct ladder_row row;
    TRY(db_get(c, &q_live, &row, NO_ARGS));
    *out = (struct ladder){
        .measure = row.measure,
        .span = row.span,
        .span_days = row.span_days,
        .term_months = row.term_months,
        .to_month_end = row.to_month_end,
        .on_expiry = row.on_expiry,
    };
    return db_all(c, &q_steps, &out->tiers, ARGS(row.version));
}

i64 ladder_reached(const struct ladder *l, money measure)
{
    for (i64 rank = l->tiers.n; rank > 0; rank--) {
        const struct tier_step *step = &l->tiers.at[rank - 1];
        if (step->threshold.has && measure >= step->threshold.value) return rank;
    }
    return 0;
}

enum err tier_rank(struct ctx *c, str tier, i64 *rank)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &q_rank, &row, &found, ARGS(tier)));
    *rank = row.value;
    return found ? OK
                 : fail(c, E_NOT_FOUND, "没有等级“" STR_FMT "”", "there is no tier \"" STR_FMT "\"",
                        STR_ARG(tier));
}
