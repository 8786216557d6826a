/* good.c -- goods of the mall: made, changed, listed; their stock is an account of the ledger. */
#include "base/json.h"
#include "loyalty/benefits.h"
#include "loyalty/boards.h"
#include "loyalty/mall/inside.h"
#include "loyalty/tiers.h"

enum { TIER_LIMITS_MAX = 50, NAME_MAX = 120, TEXT_MAX = 4000, URL_MAX = 500 };
#define POINTS_MAX ((i64)100000000)
#define PRICE_MAX  (100000 * MONEY_UNIT)
#define LIMIT_MAX  ((i64)1000000)
#define PIECES_MAX ((i64)1000000000)

#define GOOD                                                                                    \
    "id, kind, zh, en, points, price, picture, description, starts_at, ends_at, tier, segment," \
    " per_member, per_day, per_month, benefit, state, created_at"
QUERY(q_good, good, "SELECT " GOOD " FROM mall_good WHERE id = $1");
QUERY(q_goods, good,
      "SELECT " GOOD " FROM mall_good WHERE (CAST($1 AS TEXT) IS NULL OR state = $1)"
      " AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3");
CHANGE(c_good, "INSERT INTO mall_good (" GOOD ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
               " $11, $12, $13, $14, $15, $16, $17, $18)");
CHANGE(c_good_set, "UPDATE mall_good SET zh = $2, en = $3, points = $4, price = $5, picture = $6,"
                   " description = $7, starts_at = $8, ends_at = $9, tier = $10, segment = $11,"
                   " per_member = $12, per_day = $13, per_month = $14, benefit = $15, state = $16"
                   " WHERE id = $1");
QUERY(q_tier_limits, tier_limit,
      "SELECT tier, per_member FROM mall_tier_limit WHERE good = $1 ORDER BY tier");
CHANGE(c_limits_clear, "DELETE FROM mall_tier_limit WHERE good = $1");
CHANGE(c_limit, "INSERT INTO mall_tier_limit (good, tier, per_member) VALUES ($1, $2, $3)"
                " ON CONFLICT (good, tier) DO UPDATE SET per_member = excluded.per_member");

struct account good_stock(struct ctx *c, i64 good)
{
    return (struct account){ 0, S(STOCK), str_fmt(c->arena, "mall:%lld", (long long)good) };
}

struct account good_taken(struct ctx *c, i64 good)
{
    return (struct account){ 0, S(STOCK), str_fmt(c->arena, "mall:%lld:taken", (long long)good) };
}

bool good_has_codes(enum good_kind kind) { return kind == GOOD_CODE || kind == GOOD_GIFT_CARD; }

/* -- reading ----------------------------------------------------------------------------------- */

enum err good_row(struct ctx *c, i64 id, struct good *out)
{
    bool found;
    TRY(db_find(c, &q_good, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的商品", "there is no good %lld", (long long)id);
}

enum err good_tier_limits(struct ctx *c, i64 good, struct tier_limit_list *out)
{
    return db_all(c, &q_tier_limits, out, ARGS(good));
}

static enum err view_of(struct ctx *c, const struct good *g, struct good_view *out)
{
    struct account left = good_stock(c, g->id), taken = good_taken(c, g->id);
    struct balance stock, gone;
    *out = (struct good_view){ .id = g->id,
                               .kind = g->kind,
                               .zh = g->zh,
                               .en = g->en,
                               .points = g->points,
                               .price = g->price,
                               .picture = g->picture,
                               .description = g->description,
                               .starts_at = g->starts_at,
                               .ends_at = g->ends_at,
                               .tier = g->tier,
                               .segment = g->segment,
                               .per_member = g->per_member,
                               .per_day = g->per_day,
                               .per_month = g->per_month,
                               .benefit = g->benefit,
                               .state = g->state,
                               .created_at = g->created_at };
    TRY(ledger_balance(c, &left, &stock));
    TRY(ledger_balance(c, &taken, &gone));
    out->left = stock.available;
    out->held = stock.held;
    out->taken = gone.balance;
    return good_tier_limits(c, g->id, &out->tier_limits);
}

enum err good_get(struct ctx *c, i64 id, struct good_view *out)
{
    struct good g;
    TRY(good_row(c, id, &g));
    return view_of(c, &g, out);
}

enum err good_list(struct ctx *c, str state, i64 below, i64 limit, struct good_view_list *out)
{
    struct good_list rows = { 0 };
    if (!str_empty(state) && choice_find(&good_state_choice, state) < 0)
        return fail_at(c, E_INVALID, S("/state"), "状态须为 draft、on 或 off",
                       "a state is draft, on or off");
    TRY(db_all(c, &q_goods, &rows, ARGS(str_empty(state) ? NO_STR : state, below, limit)));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

/* -- checking ---------------------------------------------------------------------------------- */

static enum err at_fault(struct ctx *c, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", field), "%s", "%s",
                   c->locale == ZH ? zh : en);
}

static enum err words_check(struct ctx *c, const struct good *g)
{
    if (str_empty(g->zh) || g->zh.n > NAME_MAX || !str_is_line(g->zh))
        return at_fault(c, "zh", "名称须为不超过 120 字节的一行文字",
                        "a name is a line of at most 120 bytes");
    if (g->en.n > NAME_MAX || (g->en.n && !str_is_line(g->en)))
        return at_fault(c, "en", "名称须为不超过 120 字节的一行文字",
                        "a name is a line of at most 120 bytes");
    if (g->description.n > TEXT_MAX)
        return at_fault(c, "description", "说明至多 4000 字节", "at most 4000 bytes");
    if (!str_empty(g->picture) &&
        (g->picture.n > URL_MAX || !str_is_line(g->picture) ||
         !(str_starts(g->picture, S("https://")) || str_starts(g->picture, S("/")))))
        return at_fault(c, "picture", "图片地址须以 https:// 开头，至多 500 字节",
                        "the address of a picture begins with https://, at most 500 bytes");
    return OK;
}

static enum err figures_check(struct ctx *c, const struct good *g)
{
    if (g->points > POINTS_MAX)
        return at_fault(c, "points", "积分至多 1 亿", "at most 100,000,000 points");
    if (g->price > PRICE_MAX || g->price % (MONEY_UNIT / 100))
        return at_fault(c, "price", "金额精确到分，至多 10 万元",
                        "to the cent, at most 100,000 yuan");
    if (g->per_member > LIMIT_MAX || g->per_day > LIMIT_MAX || g->per_month > LIMIT_MAX)
        return at_fault(c, "per_member", "限兑数量至多 100 万", "a limit is at most 1,000,000");
    if (g->starts_at.has && g->ends_at.has && g->starts_at.value >= g->ends_at.value)
        return at_fault(c, "ends_at", "停售须晚于开售", "the end must be after the start");
    return OK;
}

static enum err tier_known(struct ctx *c, str tier, const char *field)
{
    i64 rank;
    enum err e = str_empty(tier) ? OK : tier_rank(c, tier, &rank);
    if (e != E_NOT_FOUND) return e;
    return at_fault(c, field, "没有这个等级", "there is no such tier");
}

static enum err audience_check(struct ctx *c, const struct good *g)
{
    bool there;
    TRY(tier_known(c, g->tier, "tier"));
    if (str_empty(g->segment)) return OK;
    TRY(segment_there(c, g->segment, &there));
    if (there) return OK;
    return at_fault(c, "segment", "没有这个已保存的分层", "there is no saved segment of this name");
}

static enum err benefit_check(struct ctx *c, const struct good *g)
{
    struct benefit b;
    if (g->kind != GOOD_COUPON) {
        if (str_empty(g->benefit)) return OK;
        return at_fault(c, "benefit", "只有优惠券对应权益", "only a coupon grants a benefit");
    }
    enum err e = str_empty(g->benefit) ? E_NOT_FOUND : benefit_get(c, g->benefit, &b);
    if (e == OK && b.ended) e = E_NOT_FOUND;
    if (e != E_NOT_FOUND) return e;
    return at_fault(c, "benefit", "优惠券要指明一个在用的权益代号",
                    "a coupon names a benefit that is granted");
}

static enum err row_check(struct ctx *c, const struct good *g)
{
    TRY(words_check(c, g));
    TRY(figures_check(c, g));
    TRY(audience_check(c, g));
    return benefit_check(c, g);
}

/* -- writing ----------------------------------------------------------------------------------- */

#define TAKE_STR(field) \
    if ((in)->field.at) row->field = str_empty((in)->field) ? NO_STR : (in)->field
#define TAKE_NUMBER(field) \
    if ((in)->field.has) row->field = (in)->field.value
#define TAKE_TERMS()                                       \
    TAKE_STR(zh);                                          \
    TAKE_STR(en);                                          \
    TAKE_STR(picture);                                     \
    TAKE_STR(description);                                 \
    TAKE_STR(tier);                                        \
    TAKE_STR(segment);                                     \
    TAKE_STR(benefit);                                     \
    TAKE_NUMBER(points);                                   \
    TAKE_NUMBER(price);                                    \
    TAKE_NUMBER(per_member);                               \
    TAKE_NUMBER(per_day);                                  \
    TAKE_NUMBER(per_month);                                \
    if (in->starts_at.has) row->starts_at = in->starts_at; \
    if (in->ends_at.has) row->ends_at = in->ends_at

static enum err state_take(struct ctx *c, struct good *row, str state)
{
    if (str_empty(state)) return OK;
    int found = choice_find(&good_state_choice, state);
    if (found < 0)
        return at_fault(c, "state", "状态须为 draft、on 或 off", "a state is draft, on or off");
    row->state = (enum good_state)found;
    return OK;
}

static enum err limits_put(struct tx *t, i64 good, const struct tier_limit_list *limits)
{
    struct ctx *c = t->c;
    if (limits->n > TIER_LIMITS_MAX)
        return at_fault(c, "tier_limits", "至多 50 个等级", "at most 50 tiers");
    for (i64 i = 0; i < limits->n; i++) {
        TRY(tier_known(c, limits->at[i].tier, "tier_limits"));
        if (limits->at[i].per_member > LIMIT_MAX)
            return at_fault(c, "tier_limits", "限兑数量至多 100 万",
                            "a limit is at most 1,000,000");
    }
    TRY(tx_change(t, &c_limits_clear, ARGS(good)));
    for (i64 i = 0; i < limits->n; i++)
        TRY(tx_change(t, &c_limit, ARGS(good, limits->at[i].tier, limits->at[i].per_member)));
    return OK;
}

enum err good_line(struct tx *t, i64 good, const char *kind, str props)
{
    struct timeline_line line = { .at = t->c->now,
                                  .kind = str_of(kind),
                                  .subject = str_fmt(t->c->arena, "good:%lld", (long long)good),
                                  .props = props };
    return timeline_append(t, &line);
}

static str terms_props(struct ctx *c, const struct good *g)
{
    struct buf props = { .arena = c->arena };
    buf_add(&props, S("{\"kind\":"));
    json_write_str(&props, choice_name(&good_kind_choice, (int)g->kind));
    buf_add(&props, S(",\"state\":"));
    json_write_str(&props, choice_name(&good_state_choice, (int)g->state));
    buf_fmt(&props, ",\"points\":%lld}", (long long)g->points);
    return buf_str(&props);
}

enum err good_make(struct tx *t, const struct good_post *in, i64 *id)
{
    struct ctx *c = t->c;
    struct good made = { .kind = in->kind, .created_at = c->now }, *row = &made;
    TAKE_TERMS();
    TRY(state_take(c, row, in->state));
    TRY(row_check(c, row));
    TRY(tx_take(t, S("mall_good"), 1, &row->id));
    TRY(tx_change(t, &c_good,
                  ARGS(row->id, choice_name(&good_kind_choice, (int)row->kind), row->zh, row->en,
                       row->points, row->price, row->picture, row->description, row->starts_at,
                       row->ends_at, row->tier, row->segment, row->per_member, row->per_day,
                       row->per_month, row->benefit,
                       choice_name(&good_state_choice, (int)row->state), row->created_at)));
    TRY(limits_put(t, row->id, &in->tier_limits));
    *id = row->id;
    return good_line(t, row->id, "mall.good_made", terms_props(c, row));
}

static enum err clear_terms(struct ctx *c, const strs *names, struct good *row, bool *limits)
{
    const struct {
        const char *name;
        str *text;
        opt_i64 *number;
    } terms[] = {
        { "starts_at", NULL, &row->starts_at }, { "ends_at", NULL, &row->ends_at },
        { "tier", &row->tier, NULL },           { "segment", &row->segment, NULL },
        { "picture", &row->picture, NULL },     { "tier_limits", NULL, NULL },
    };
    for (i64 i = 0; i < names->n; i++) {
        size_t k = 0;
        while (k < COUNT(terms) && !str_eq(names->at[i], str_of(terms[k].name))) k++;
        if (k == COUNT(terms))
            return at_fault(c, "clear", "这一项不能清空", "this term cannot be emptied");
        if (terms[k].text) *terms[k].text = NO_STR;
        else if (terms[k].number) *terms[k].number = NONE;
        else *limits = true;
    }
    return OK;
}

enum err good_change(struct tx *t, const struct good_patch *in)
{
    struct ctx *c = t->c;
    struct good was, *row = &was;
    bool limits = in->tier_limits.n > 0;
    TRY(good_row(c, in->id, row));
    TRY(clear_terms(c, &in->clear, row, &limits));
    TAKE_TERMS();
    TRY(state_take(c, row, in->state));
    TRY(row_check(c, row));
    TRY(tx_change(t, &c_good_set,
                  ARGS(row->id, row->zh, row->en, row->points, row->price, row->picture,
                       row->description, row->starts_at, row->ends_at, row->tier, row->segment,
                       row->per_member, row->per_day, row->per_month, row->benefit,
                       choice_name(&good_state_choice, (int)row->state))));
    if (limits) TRY(limits_put(t, row->id, &in->tier_limits));
    return good_line(t, row->id, "mall.good_changed", terms_props(c, row));
}

/* -- stock ------------------------------------------------------------------------------------- */

enum err good_restock(struct tx *t, const struct restock *in)
{
    struct ctx *c = t->c;
    struct good g;
    struct transferred done;
    TRY(good_row(c, in->id, &g));
    struct account stock = good_stock(c, g.id);
    if (good_has_codes(g.kind))
        return fail(c, E_UNPROCESSABLE, "卡券码的库存就是未发出的码：请上传码表",
                    "the stock of codes is the codes themselves: upload a list");
    if (!in->amount || in->amount > PIECES_MAX || in->amount < -PIECES_MAX)
        return at_fault(c, "amount", "数量须不为零，且不超过 10 亿",
                        "the amount must not be zero, and at most 1,000,000,000");
    if (in->key.n > 60 || !str_is_line(in->key))
        return at_fault(c, "key", "编号须为不超过 60 字节的一行文字",
                        "a key is a line of at most 60 bytes");
    bool in_ = in->amount > 0;
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "mall:%lld:stock:" STR_FMT, (long long)g.id,
                                        STR_ARG(in->key)),
                          .unit = S(STOCK),
                          .from_name = in_ ? S(LEDGER_SOURCE) : stock.name,
                          .to_name = in_ ? stock.name : S(LEDGER_SOURCE),
                          .amount = in_ ? in->amount : -in->amount,
                          .reason = in->reason };
    TRY(ledger_transfer(t, &x, &done));
    if (done.again) return OK;
    return good_line(t, g.id, "mall.restocked",
                     str_fmt(c->arena, "{\"amount\":%lld}", (long long)in->amount));
}
