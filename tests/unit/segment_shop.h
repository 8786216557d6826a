/* segment_shop.h -- a random shop for tests of segments: members with fields, tags, orders,
 * behaviour, communities; some merged, some erased, some clocks wrong. */
#pragma once

#include "member/member.h"
#include "member/profile.h"
#include "member/tag.h"
#include "segment_random.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

struct segment_making {
    struct dice *d;
    i64 *ids;
    i64 n;
};

static const struct merge_listener *const segment_listeners[] = { &trade_merges, NULL };

static inline i64 roll(const struct segment_making *m, i64 n) { return dice_below(m->d, n); }
static inline instant long_ago(const struct segment_making *m, instant now)
{
    i64 days = roll(m, 3) ? 60 : 900;
    return now - roll(m, days * 24) * HOUR_MS - roll(m, 3600) * SECOND_MS -
           (roll(m, 2) ? 0 : roll(m, 1000)) + (roll(m, 40) ? 0 : 90 * DAY_MS);
}
#define ONE_OF(m, ...)             \
    str_of(((const char *const[]){ \
        __VA_ARGS__ })[roll(m, COUNT(((const char *const[]){ __VA_ARGS__ })))])

static enum err segment_people(struct tx *t, void *arg)
{
    struct segment_making *m = arg;
    struct ctx *c = t->c;
    for (i64 i = 0; i < m->n; i++) {
        bool created;
        struct identity id[2] = { { ID_SHOP_ACCOUNT, S("店"),
                                    str_fmt(c->arena, "u%lld", (long long)i) },
                                  { roll(m, 2) ? ID_PHONE : ID_EMAIL, S(""), NO_STR } };
        id[1].value = id[1].kind == ID_PHONE ? str_fmt(c->arena, "8613800%06lld", (long long)i)
                                             : str_fmt(c->arena, "u%lld@x.cn", (long long)i);
        struct member_sighting seen = { .identities = id,
                                        .n = 1 + roll(m, 2),
                                        .source = S("import"),
                                        .touchpoint = roll(m, 4)
                                                          ? ONE_OF(m, "抖音", "天猫", "小程序")
                                                          : NO_STR,
                                        .at = long_ago(m, c->now) };
        TRY(member_resolve(t, &seen, &m->ids[i], &created));
    }
    return OK;
}

static enum err segment_profiles(struct tx *t, void *arg)
{
    struct segment_making *m = arg;
    struct ctx *c = t->c;
    TRY(field_define(t, S("income"), S("收入"), S("Income"), FIELD_NUMBER, (strs){ 0 }, false));
    TRY(field_define(t, S("vip"), S("贵宾"), S("VIP"), FIELD_FLAG, (strs){ 0 }, false));
    TRY(field_define(t, S("known"), S("认识"), S("Known"), FIELD_TEXT, (strs){ 0 }, false));
    for (i64 i = 0; i < m->n; i++) {
        struct {
            const char *field;
            str value;
        } values[] = {
            { "city", ONE_OF(m, "上海", "上海市", "杭州市", "北京", "HZ", "ｈｚ") },
            { "province", ONE_OF(m, "浙江", "浙江省", "上海市", "广西壮族自治区") },
            { "gender", ONE_OF(m, "女", "男") },
            { "skin_type", ONE_OF(m, "敏感", "油性", "干性") },
            { "hobbies", ONE_OF(m, "护肤", "美妆,护肤", "旅行,美食", "美妆") },
            { "occupation", ONE_OF(m, "中学老师", "老师,上海", "老师", "工程师") },
            { "age", str_fmt(c->arena, "%lld", (long long)roll(m, 6)) },
            { "income", ONE_OF(m, "12.5", "300", "-0.5", "1e300", "123.45678", "2") },
            { "vip", ONE_OF(m, "是", "否") },
            { "known", ONE_OF(m, "VIP", "ｖｉｐ", "上海") },
            { "birthday", day_text(c->arena, day_of(2024, 6, 1) - (day)roll(m, 20000)) },
        };
        for (i64 k = 0; k < COUNT(values); k++)
            if (roll(m, 3))
                TRY(profile_put(t, m->ids[i], str_of(values[k].field), values[k].value, S("hand"),
                                c->now));
    }
    return OK;
}

/* Tags come and go over some months; two exclude each other. */
static enum err segment_tags(struct tx *t, void *arg)
{
    struct segment_making *m = arg;
    instant now = t->c->now;
    i64 group, tag;
    TRY(tag_group_define(t, S("肤质"), true, &group));
    TRY(tag_define(t, S("敏感肌"), SOME(group), &tag));
    TRY(tag_define(t, S("油皮"), SOME(group), &tag));
    for (i64 step = 120; step >= 0; step--) {
        t->c->now = now - step * DAY_MS - 1;
        for (i64 i = 0; i < m->n / 40 + 1; i++) {
            i64 member = m->ids[roll(m, m->n)];
            str name =
                ONE_OF(m, "敏感肌", "敏感肌", "油皮", "ＶＩＰ", "活动2024", "新客", "面膜控");
            enum err e = roll(m, 4) ? tag_put(t, member, name, S("hand"),
                                              roll(m, 5) ? NONE : SOME(t->c->now + 20 * DAY_MS))
                                    : tag_drop(t, member, name);
            if (e != OK && e != E_NOT_FOUND) return e;
        }
    }
    t->c->now = now;
    return OK;
}

/* Things with and without a category and a list price; the last is not in the catalogue. */
static inline enum err segment_goods(struct tx *t, struct segment_making *m)
{
    static const char *const categories[] = { "面膜", "VIP", "上海", "", "面膜" };
    for (i64 i = 0; i < 10; i++) {
        struct product_fact p = { .shop = i % 2 ? S("天猫") : S("京东"),
                                  .code = str_fmt(t->c->arena, "p%lld", (long long)i / 2),
                                  .category = str_of(categories[i / 2]) };
        i64 product;
        enum order_put what;
        if (roll(m, 4)) p.price = SOME((20 + roll(m, 100)) * MONEY_UNIT);
        TRY(product_write(t, &p, &product, &what));
    }
    return OK;
}

static inline void segment_order_lines(struct segment_making *m, struct ctx *c,
                                       struct order_fact *o)
{
    i64 n = roll(m, 4);
    o->lines = (struct order_line_fact_list){ NEWS(c->arena, struct order_line_fact, n + 1), n };
    for (i64 i = 0; i < n; i++) {
        i64 code = roll(m, 6);
        o->lines.at[i] = (struct order_line_fact){
            .product_id = str_fmt(c->arena, "p%lld", (long long)code),
            .category = code == 5 && roll(m, 2) ? S("京东") : NO_STR,
            .quantity = roll(m, 6) ? 1 + roll(m, 3) : -1,
            .price = roll(m, 5) * 30 * MONEY_UNIT,
        };
        if (roll(m, 10) == 0)
            o->lines.at[i].refund = SOME(roll(m, 2) ? o->lines.at[i].price * 3 : MONEY_UNIT);
    }
    if (roll(m, 3) == 0) o->postage = SOME(10 * MONEY_UNIT);
    if (roll(m, 3)) o->touchpoint = ONE_OF(m, "抖音", "天猫", "京东", "ｖｉｐ");
}

static enum err segment_orders(struct tx *t, void *arg)
{
    struct segment_making *m = arg;
    struct ctx *c = t->c;
    TRY(segment_goods(t, m));
    for (i64 i = 0; i < m->n * 3; i++) {
        instant at = long_ago(m, c->now);
        if (roll(m, 8) == 0)
            at = c->now / SECOND_MS * SECOND_MS - roll(m, 90) * DAY_MS; /* on the edge of windows */
        struct order_fact o = { .shop = ONE_OF(m, "天猫", "京东"),
                                .number = str_fmt(c->arena, "n%lld", (long long)i),
                                .member = roll(m, 30) ? m->ids[roll(m, m->n / 2)] : 0,
                                .created_at = SOME(at),
                                .state = ORDER_PLACED };
        o.total = o.paid = SOME(roll(m, 300) * MONEY_UNIT + roll(m, 100) * 100);
        if (roll(m, 6)) {
            o.paid_at = SOME(at + roll(m, 3) * HOUR_MS);
            o.state = ORDER_COMPLETED;
        }
        segment_order_lines(m, c, &o);
        if (roll(m, 8) == 0) o.refund = SOME(roll(m, 2) ? o.paid.value : o.paid.value / 3);
        i64 order;
        enum order_put what;
        TRY(order_write(t, &o, &order, &what));
    }
    return OK;
}

static enum err segment_lines(struct tx *t, void *arg)
{
    struct segment_making *m = arg;
    struct ctx *c = t->c;
    for (i64 i = 0; i < m->n * 8; i++) {
        bool community = roll(m, 4) == 0;
        struct timeline_line line = { .at = long_ago(m, c->now), .member = m->ids[roll(m, m->n)] };
        line.kind = community ? ONE_OF(m, "community.joined", "community.joined", "community.left")
                              : ONE_OF(m, "Product Viewed", "product viewed", "Product Added",
                                       "Order Completed");
        line.subject =
            community ? ONE_OF(m, "group:上海VIP群", "上海vip群", "group:杭州群") : NO_STR;
        line.props = community ? NO_STR
                               : ONE_OF(m, "{}", "{\"category\":\"面膜\",\"price\":12.5}",
                                        "{\"category\":\"\\u9762\\u819c\"}",
                                        "{\"category\":\"VIP\",\"gift\":true,\"price\":\"3\"}",
                                        "{\"price\":2,\"gift\":false}",
                                        "{\"category\":7,\"商品 名\":\"上海\",\"price\":1e2}",
                                        "{\"category\":null,\"price\":\"x\"}");
        if (roll(m, 6) == 0) line.at = c->now / SECOND_MS * SECOND_MS - roll(m, 40) * DAY_MS;
        TRY(timeline_append(t, &line));
    }
    return OK;
}

static enum err segment_merges(struct tx *t, void *arg)
{
    struct segment_making *m = arg;
    for (i64 i = 0; i < m->n / 10; i++) {
        i64 merge;
        enum err e =
            member_merge(t, m->ids[roll(m, m->n)], m->ids[roll(m, m->n)], S("test"), &merge);
        if (e != OK && e != E_CONFLICT) return e;
        if (e == OK && roll(m, 4) == 0 && member_unmerge(t, merge) != OK) continue;
    }
    for (i64 i = 0; i < 3; i++) {
        enum err e = member_erase(t, m->ids[roll(m, m->n)]);
        if (e != OK && e != E_CONFLICT) return e;
    }
    return OK;
}

/* n members in test_store(); the clock stands at test_ctx()->now. */
static inline void segment_shop_make(struct dice *d, i64 n)
{
    struct ctx *c = test_ctx();
    struct store *s = test_store();
    struct segment_making m = { d, NEWS(c->arena, i64, n), n };
    static write_fn *const steps[] = { segment_people, segment_profiles, segment_tags,
                                       segment_orders, segment_lines,    segment_merges };
    merge_listeners = segment_listeners;
    for (i64 i = 0; i < COUNT(steps); i++) CHECK_OK(c, store_write(s, c, steps[i], &m));
}
