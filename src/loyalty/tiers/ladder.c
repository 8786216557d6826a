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
#define FIELDS_OF_versions_row(X, N) \
    X(i64, live, ANY, "", N)         \
    X(opt_i64, draft, ANY, "", N)
SHAPE(versions_row);
SHAPE_DEFINE(versions_row);

QUERY(q_ladder, ladder_row,
      "SELECT version, measure, span, span_days, term_months, to_month_end, on_expiry"
      " FROM tier_ladder WHERE version = $1");
#define LIVE "SELECT version FROM tier_ladder WHERE live IS NOT NULL ORDER BY live DESC LIMIT 1"
QUERY(q_versions, versions_row,
      "SELECT (" LIVE ") AS live, (SELECT MAX(d.version) FROM tier_ladder d WHERE d.live IS NULL"
      " AND d.version > (" LIVE ")) AS draft");
QUERY(q_steps, tier_step,
      "SELECT code, zh, en, threshold, keep, multiplier FROM tier_step WHERE version = $1"
      " ORDER BY rank");
QUERY(q_rank, one_i64,
      "SELECT s.rank AS value FROM tier_step s WHERE s.code = $1 AND s.version = (" LIVE ")");

enum err ladder_versions(struct ctx *c, i64 *live, i64 *draft)
{
    struct versions_row row;
    TRY(db_get(c, &q_versions, &row, NO_ARGS));
    *live = row.live;
    *draft = row.draft.value;
    return OK;
}

enum err ladder_live(struct ctx *c, struct ladder *out)
{
    i64 live, draft;
    TRY(ladder_versions(c, &live, &draft));
    return ladder_read(c, live, out);
}

enum err ladder_read(struct ctx *c, i64 version, struct ladder *out)
{
    struct ladder_row row;
    bool found;
    TRY(db_find(c, &q_ladder, &row, &found, ARGS(version)));
    if (!found)
        return fail_at(c, E_NOT_FOUND, S("/version"), "没有第 %lld 版等级规则",
                       "there is no version %lld of the ladder", (long long)version);
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

i64 ladder_rank(const struct ladder *l, str code)
{
    for (i64 i = 0; i < l->tiers.n; i++)
        if (str_eq(l->tiers.at[i].code, code)) return i + 1;
    return 0;
}

str ladder_code(const struct ladder *l, i64 rank)
{
    return rank ? l->tiers.at[rank - 1].code : S("");
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
