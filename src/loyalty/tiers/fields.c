/* fields.c -- what segments may ask: the tier as it is written down, growth value, entitlements.
 * Time moves them through the jobs that write it down, a minute later at most. */
#include "base/field.h"
#include "loyalty/tiers/inside.h"

#define HELD " FROM tier_member WHERE member >= $1 AND member <= $2 AND rank > 0 AND NOT gone"
QUERY(tier_rows, field_word, "SELECT member, tier AS value" HELD);
QUERY(tier_rank_rows, field_number, "SELECT member, rank AS value" HELD);
QUERY(tier_until_rows, field_word,
      "SELECT member, last_day AS value" HELD " AND last_day IS NOT NULL");
QUERY(growth_rows, field_number,
      "SELECT member, balance AS value FROM ledger_account WHERE member >= $1 AND member <= $2"
      " AND unit = 'growth' AND name = '' AND balance > 0");
QUERY(entitlement_rows, field_number,
      "SELECT member, CAST(SUM(balance - held) AS BIGINT) AS value FROM ledger_account"
      " WHERE member >= $1 AND member <= $2 AND unit = 'quota' GROUP BY member"
      " HAVING SUM(balance - held) > 0");

static const char *const on_tier[] = { "tier.*", "member.merged", "member.unmerged", NULL };
static const char *const on_ledger[] = { "ledger.*", "member.merged", "member.unmerged", NULL };

/* By code or by name, in either language. */
static enum err rank_named(struct ctx *c, str text, i64 *rank)
{
    struct ladder l;
    str folded = str_fold(c->arena, str_trim(text));
    if (!c->db) return E_NOT_FOUND;
    TRY(ladder_live(c, &l));
    for (*rank = l.tiers.n; *rank > 0; --*rank) {
        const struct tier_step *s = &l.tiers.at[*rank - 1];
        if (str_eq(str_fold(c->arena, s->code), folded) ||
            str_eq(str_fold(c->arena, s->zh), folded) || str_eq(str_fold(c->arena, s->en), folded))
            return OK;
    }
    return E_NOT_FOUND;
}

static const struct field rows[] = {
    { .name = "tier",
      .kind = FIELD_IS_TEXT,
      .sql = &tier_rows,
      .stale = on_tier,
      .ranked = "tier_rank",
      .rank = rank_named,
      .zh = "会员等级；比高低（<、>=、between）按级次",
      .en = "Tier; < >= between compare by rank",
      .example = "tier in (\"达人\", \"红人\")" },
    { .name = "tier_rank",
      .kind = FIELD_IS_COUNT,
      .sql = &tier_rank_rows,
      .zero = true,
      .stale = on_tier,
      .zh = "等级的级次：0 未入级，1 最低一级",
      .en = "Rank of the tier: 0 below the first, 1 the first",
      .example = "tier_rank >= 3" },
    { .name = "tier_until",
      .kind = FIELD_IS_DATE,
      .sql = &tier_until_rows,
      .stale = on_tier,
      .zh = "等级有效期的最后一天",
      .en = "Last day of the tier's term",
      .example = "tier_until within next 30d" },
    { .name = "growth",
      .kind = FIELD_IS_COUNT,
      .sql = &growth_rows,
      .zero = true,
      .stale = on_ledger,
      .zh = "成长值",
      .en = "Growth value",
      .example = "growth >= 500" },
    { .name = "entitlements_left",
      .kind = FIELD_IS_COUNT,
      .sql = &entitlement_rows,
      .zero = true,
      .stale = on_ledger,
      .zh = "还能用的权益次数",
      .en = "Uses of entitlements that are left",
      .example = "entitlements_left >= 1" },
    { 0 },
};
const struct field_table tiers_fields = { .rows = rows };
