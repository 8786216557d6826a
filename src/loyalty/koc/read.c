/* read.c -- a KOC as doors show him: state, level at this instant, figures, orders he brought. */
#include "base/json.h"
#include "loyalty/koc/inside.h"
#include "member/member.h"

#define FIELDS_OF_koc_sums_row(X, N) \
    X(i64, orders, ANY, "", N)       \
    X(money, amount, ANY, "", N)     \
    X(i64, clicks, ANY, "", N)       \
    X(money, pending, ANY, "", N)    \
    X(money, unsettled, ANY, "", N)  \
    X(money, unpaid, ANY, "", N)     \
    X(money, paid, ANY, "", N)       \
    X(money, carried, ANY, "", N)
SHAPE(koc_sums_row);
SHAPE_DEFINE(koc_sums_row);
QUERY(q_sums, koc_sums_row,
      "SELECT b.orders AS orders, b.amount AS amount, k.clicks AS clicks, e.pending AS pending,"
      " e.unsettled AS unsettled, s.unpaid AS unpaid, s.paid AS paid, s.carried AS carried FROM"
      " (SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(net), 0) AS BIGINT) AS amount"
      "  FROM koc_order WHERE holder = $1 AND counted) b,"
      " (SELECT CAST(COALESCE(SUM(x.clicks), 0) AS BIGINT) AS clicks FROM koc_code x"
      "  JOIN koc y ON y.member = x.member WHERE y.holder = $1) k,"
      " (SELECT CAST(COALESCE(SUM(CASE WHEN counts_at > $2 THEN commission ELSE 0 END), 0)"
      "  AS BIGINT) AS pending, CAST(COALESCE(SUM(CASE WHEN counts_at > $2 THEN 0 ELSE commission"
      "  END), 0) AS BIGINT) AS unsettled FROM koc_entry WHERE holder = $1"
      "  AND statement IS NULL) e,"
      " (SELECT CAST(COALESCE(SUM(CASE WHEN paid_at IS NULL THEN payable ELSE 0 END), 0) AS"
      "  BIGINT) AS unpaid, CAST(COALESCE(SUM(CASE WHEN paid_at IS NULL THEN 0 ELSE payable END),"
      "  0) AS BIGINT) AS paid, CAST(COALESCE(SUM(earned + taken_back - payable), 0) AS BIGINT)"
      "  AS carried FROM koc_statement WHERE holder = $1) s");

static enum err figures_of(struct ctx *c, i64 holder, struct koc_figures *out)
{
    struct koc_sums_row s;
    struct account of = { holder, S(COMMISSION), S("") };
    struct balance has;
    TRY(db_get(c, &q_sums, &s, ARGS(holder, c->now)));
    TRY(ledger_balance(c, &of, &has));
    *out = (struct koc_figures){ .orders = s.orders,
                                 .amount = s.amount,
                                 .clicks = s.clicks,
                                 .pending = s.pending,
                                 .unsettled = s.unsettled,
                                 .unpaid = s.unpaid,
                                 .paid = s.paid,
                                 .carried = s.carried,
                                 .account = has.balance };
    return OK;
}

#define FIELDS_OF_koc_kept_handles(X, N) X(list(koc_handle), items, ANY, "", N)
SHAPE(koc_kept_handles);
SHAPE_DEFINE(koc_kept_handles);

/* What he wrote of himself names him: without the right only where he publishes is shown. */
static enum err words_of(struct ctx *c, const struct koc_row *row, bool personal,
                         struct koc_view *out)
{
    struct koc_kept_handles kept = { 0 };
    if (row->handles.n) TRY(json_read(c, &koc_kept_handles_shape, &kept, row->handles));
    out->handles = kept.items;
    for (i64 i = 0; i < kept.items.n && !personal; i++) kept.items.at[i].handle = S("***");
    out->text = personal || !row->text.n ? row->text : S("***");
    return OK;
}

static void level_words(const struct koc_level_list *levels, const struct koc_stand *s,
                        struct koc_view *out)
{
    if (s->level) {
        out->level = s->level->code;
        out->level_zh = s->level->zh;
        out->level_en = s->level->en;
        out->rate = s->level->rate;
    }
    out->window_orders = s->orders;
    out->window_amount = s->amount;
    if (!s->level || s->rank >= levels->n) return;
    const struct koc_level *next = &levels->at[s->rank];
    out->next = next->code;
    out->missing_orders = SOME(next->orders > s->orders ? next->orders - s->orders : 0);
    out->missing_amount = SOME(next->amount > s->amount ? next->amount - s->amount : 0);
}

static enum err view_of(struct ctx *c, const struct koc_level_list *levels,
                        const struct koc_row *row, bool personal, struct koc_view *out)
{
    struct koc_stand stand = { 0 };
    *out = (struct koc_view){ .member = row->holder,
                              .state = row->state,
                              .level = S(""),
                              .next = S(""),
                              .reason = row->reason,
                              .asked_at = row->asked_at,
                              .joined_at = row->joined_at,
                              .decided_by = row->decided_by };
    TRY(member_name(c, row->holder, personal, &out->name));
    TRY(words_of(c, row, personal, out));
    if (row->state == KOC_ACTIVE)
        TRY(koc_level_at(c, levels, row->holder, c->now, c->now + 1, &stand));
    level_words(levels, &stand, out);
    out->figures = NEW(c->arena, struct koc_figures);
    return figures_of(c, row->holder, out->figures);
}

enum err koc_find(struct ctx *c, i64 member, bool personal, bool *found, struct koc_view *out)
{
    struct koc_level_list levels;
    struct koc_row row;
    TRY(koc_row_of(c, member, found, &row));
    if (!*found) return OK;
    TRY(koc_levels(c, &levels));
    return view_of(c, &levels, &row, personal, out);
}

enum err koc_get(struct ctx *c, i64 member, bool personal, struct koc_view *out)
{
    bool found;
    TRY(koc_find(c, member, personal, &found, out));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "会员 %lld 不是达人，也没有申请",
                "member %lld is no KOC and has not applied", (long long)member);
}

QUERY(q_holders, one_i64,
      "SELECT DISTINCT holder AS value FROM koc WHERE holder > $1 AND (CAST($2 AS TEXT) IS NULL"
      " OR state = $2) ORDER BY holder LIMIT $3");

enum err koc_list(struct ctx *c, str state, str level, i64 above, i64 limit, bool personal,
                  struct koc_view_list *out)
{
    struct koc_level_list levels;
    *out = (struct koc_view_list){ 0 };
    TRY(koc_levels(c, &levels));
    for (bool more = true; more && out->n < limit;) {
        struct one_i64_list some = { 0 };
        TRY(db_all(c, &q_holders, &some, ARGS(above, state.n ? state : NO_STR, limit)));
        more = some.n == limit;
        for (i64 i = 0; i < some.n && out->n < limit; i++) {
            struct koc_row row;
            struct koc_view view;
            bool found;
            above = some.at[i].value;
            TRY(koc_row_of(c, above, &found, &row));
            if (state.n && !str_eq(choice_name(&koc_state_choice, (int)row.state), state)) continue;
            TRY(view_of(c, &levels, &row, personal, &view));
            if (level.n && !str_eq(view.level, level)) continue;
            *PUSH(c->arena, out) = view;
        }
    }
    return OK;
}

QUERY(q_orders, koc_order_view,
      "SELECT k.order_id AS order_id, s.name AS shop, p.number AS number, k.code AS code,"
      " k.how AS how, k.paid_at AS paid_at, k.net AS net, k.rate AS rate, k.due AS commission,"
      " k.matures_at AS counts_at, k.own AS own, k.no_budget AS no_budget FROM koc_order k"
      " JOIN purchase_order p ON p.id = k.order_id JOIN shop s ON s.id = p.shop"
      " WHERE k.holder = $1 AND k.held AND k.order_id < $2 ORDER BY k.order_id DESC LIMIT $3");

enum err koc_orders_of(struct ctx *c, i64 member, i64 below, i64 limit,
                       struct koc_order_view_list *out)
{
    *out = (struct koc_order_view_list){ 0 };
    return db_all(c, &q_orders, out, ARGS(member, below ? below : INT64_MAX, limit));
}
