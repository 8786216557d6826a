/* next.c -- what buyers of a product buy next: members followed one by one, and whom to approach.
 */
#include <stdlib.h>

#include "audience/language/language.h"
#include "base/clock.h"
#include "insight/basket/inside.h"
#include "store/store.h"

SHAPE_DEFINE(next_ask);
SHAPE_DEFINE(next_row);
SHAPE_DEFINE(next_group);
SHAPE_DEFINE(next_report);

#define DAYS_FALLBACK  90
#define LEAST_FALLBACK 3
#define ROWS_FALLBACK  20
#define LINES_MAX      100000 /* of one member */

#define FIELDS_OF_next_line(X, N)     \
    X(i64, member, ANY, "", N)        \
    X(instant, bought_at, ANY, "", N) \
    X(i64, product, ANY, "", N)
SHAPE(next_line);
SHAPE_DEFINE(next_line);

QUERY(q_next_lines, next_line,
      "SELECT o.member AS member, o.bought_at AS bought_at, l.product AS product"
      " FROM purchase_order o CROSS JOIN order_line l WHERE l.member = o.member"
      " AND l.order_id = o.id AND o.member > 0 AND o.bought_at IS NOT NULL AND o.bought_at >= $1"
      " AND o.bought_at < $2 AND (CAST($3 AS BIGINT) = 0 OR o.shop = $3) AND l.product > 0"
      " AND l.quantity > 0 AND NOT (l.amount > 0 AND (COALESCE(l.stated_refund, 0) >= l.amount"
      " OR COALESCE(l.own_refund, 0) >= l.amount)) ORDER BY o.member, o.bought_at, o.id, l.line");

/* -- following --------------------------------------------------------------------------------- */

struct bought {
    instant at;
    u32 item;
};
struct gap { /* from A to B, of one member */
    u32 item;
    i64 ms;
};
struct following {
    struct ctx *c;
    const struct item_names *names;
    const struct member_set *members; /* NULL: everybody */
    instant last;                     /* an anchor after it has not been followed to the end */
    i64 window_ms;
    u32 first; /* product A */
    i64 member;
    struct {
        struct bought *at;
        i64 n;
    } lines;   /* of the member in work, by time */
    i64 *seen; /* by item: the member who was counted last, twice over: base, then */
    i64 active, buyers, again;
    i64 *base, *then; /* by item */
    struct {
        struct gap *at;
        i64 n;
    } gaps;
};

/* Every item bought strictly after `anchor` and within the window, once: its count goes up. */
static void count_after(struct following *f, instant anchor, i64 *counts, i64 mark, bool gaps)
{
    for (i64 i = 0; i < f->lines.n; i++) {
        const struct bought *b = &f->lines.at[i];
        if (b->at <= anchor || b->at > anchor + f->window_ms || f->seen[b->item] == mark) continue;
        f->seen[b->item] = mark;
        counts[b->item]++;
        if (gaps) *PUSH(f->c->arena, &f->gaps) = (struct gap){ b->item, b->at - anchor };
    }
}

static void member_done(struct following *f)
{
    i64 n = f->lines.n;
    if (n == 0 || f->lines.at[0].at > f->last) return;
    f->active++;
    count_after(f, f->lines.at[0].at, f->base, 2 * f->member, false);
    for (i64 i = 0; i < n; i++) {
        instant at = f->lines.at[i].at;
        if (f->lines.at[i].item != f->first) continue;
        if (at > f->last) return;
        f->buyers++;
        count_after(f, at, f->then, 2 * f->member + 1, true);
        return;
    }
}

static enum err take_line(void *arg, const void *row)
{
    struct following *f = arg;
    const struct next_line *l = row;
    u32 item;
    if (l->member != f->member) {
        member_done(f);
        f->member = l->member;
        f->lines.n = 0;
    }
    if (!set_holds(f->members, l->member) || !item_of(f->names, l->product, &item)) return OK;
    if (f->lines.n == LINES_MAX)
        return fail(f->c, E_TOO_LARGE, "会员 %lld 的订单行超过 %d 行：请缩短时间",
                    "member %lld has more than %d order lines: take a shorter period",
                    (long long)l->member, LINES_MAX);
    *PUSH(f->c->arena, &f->lines) = (struct bought){ l->bought_at, item };
    return OK;
}

/* -- rows -------------------------------------------------------------------------------------- */

static int by_item_gap(const void *a, const void *b)
{
    const struct gap *x = a, *y = b;
    if (x->item != y->item) return x->item < y->item ? -1 : 1;
    return x->ms < y->ms ? -1 : x->ms > y->ms;
}

/* Gaps are sorted: the middle of those of the item. */
static opt_f64 median_days(const struct following *f, u32 item)
{
    i64 low = 0, high = f->gaps.n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (f->gaps.at[middle].item < item) low = middle + 1;
        else high = middle;
    }
    i64 n = f->then[item];
    if (n == 0) return (opt_f64){ 0 };
    i64 twice = f->gaps.at[low + (n - 1) / 2].ms + f->gaps.at[low + n / 2].ms;
    return (opt_f64){ true, (f64)(twice / 2 * 100 / DAY_MS) / 100 };
}

static int in_order(const void *a, const void *b)
{
    const struct next_row *x = a, *y = b;
    f64 p = x->lift.has ? x->lift.value : 0, q = y->lift.has ? y->lift.value : 0;
    if (p != q) return p > q ? -1 : 1;
    if (x->confidence != y->confidence) return x->confidence > y->confidence ? -1 : 1;
    if (x->members != y->members) return x->members > y->members ? -1 : 1;
    return str_cmp(x->product, y->product);
}

static void rows_of(struct following *f, i64 least, struct next_row_list *out)
{
    if (f->gaps.n) qsort(f->gaps.at, (size_t)f->gaps.n, sizeof f->gaps.at[0], by_item_gap);
    for (i64 i = 0; i < f->names->names.n; i++) {
        if (i == f->first || f->then[i] < least) continue;
        struct next_row *row = PUSH(f->c->arena, out);
        *row = (struct next_row){ .product = f->names->names.at[i],
                                  .members = f->then[i],
                                  .support = (f64)f->then[i] / (f64)f->active,
                                  .confidence = (f64)f->then[i] / (f64)f->buyers,
                                  .base = { true, (f64)f->base[i] / (f64)f->active },
                                  .median_days = median_days(f, (u32)i) };
        if (f->base[i])
            row->lift = (opt_f64){ true, (f64)f->then[i] * (f64)f->active /
                                             ((f64)f->buyers * (f64)f->base[i]) };
    }
    if (out->n) qsort(out->at, (size_t)out->n, sizeof out->at[0], in_order);
}

/* -- whom to approach -------------------------------------------------------------------------- */

static enum err count_of(struct ctx *c, const struct view *v, str text, i64 *members)
{
    const struct segment_node *tree;
    const struct plan *plan;
    TRY(segment_parse(c, text, &tree));
    TRY(plan_make(c, v, tree, c->now, &plan));
    *members = plan_count(plan, NULL);
    return OK;
}

static str within(struct ctx *c, str segment, str text)
{
    if (str_empty(str_trim(segment))) return text;
    return str_fmt(c->arena, "(" STR_FMT ") and (" STR_FMT ")", STR_ARG(segment), STR_ARG(text));
}

static enum err approach_of(struct ctx *c, const struct view *v, str segment, str first,
                            struct next_row *row)
{
    row->approach = within(c, segment, bought_text(c, &first, 1, row->product));
    return count_of(c, v, row->approach, &row->to_approach);
}

/* The buyers of a sub-hit parted again: who opens the pair, who closes it, who goes up, who goes
 * away. */
static const struct {
    const char *group, *zh, *en, *zh_advice, *en_advice;
    enum { FIRST_ONLY, BOTH, THEN_ONLY, THEN } who;
    const char *more;
} group_rows[] = {
    { "first_only", "买过主推品、没买过它", "Bought the first, never this", "搭着推它：券或组合价",
      "Offer it: a coupon or a set", FIRST_ONLY, NULL },
    { "both", "两样都买过", "Bought both", "推组合装与补货提醒", "Offer sets and refills", BOTH,
      NULL },
    { "then_only", "只买过它、没买过主推品", "Bought this, never the first", "反向推主推品",
      "Offer the first the other way round", THEN_ONLY, NULL },
    { "loyal", "它的买家中的老客（买过 3 次及以上）", "Its buyers with three purchases and more",
      "升级到高价位、邀请为 KOC", "Move up in price, invite as KOC", THEN, "orders >= 3" },
    { "recent", "它的买家中 30 天内买过的", "Its buyers who bought within 30 days", "趁热推下一件",
      "Offer the next while it is warm", THEN, "last_order <= 30d" },
    { "cooling", "它的买家中 31–90 天没买的", "Its buyers last seen buying 31 to 90 days ago",
      "用搭配品唤回", "Call back with what goes with it", THEN, "last_order between 31d and 90d" },
    { "lapsed", "它的买家中 90 天以上没买的", "Its buyers who have not bought for over 90 days",
      "大力度召回，或不再打扰", "Win back, or leave in peace", THEN, "last_order > 90d" },
};

static enum err groups_of(struct ctx *c, const struct view *v, str segment, str first, str then,
                          struct next_group_list *out)
{
    str both[2] = { first, then };
    for (i64 i = 0; i < COUNT(group_rows); i++) {
        struct next_group *g = PUSH(c->arena, out);
        str text;
        switch (group_rows[i].who) {
        case FIRST_ONLY: text = bought_text(c, &first, 1, then); break;
        case BOTH: text = bought_text(c, both, 2, NO_STR); break;
        case THEN_ONLY: text = bought_text(c, &then, 1, first); break;
        default: text = bought_text(c, &then, 1, NO_STR); break; /* THEN */
        }
        if (group_rows[i].more)
            text = str_fmt(c->arena, STR_FMT " and %s", STR_ARG(text), group_rows[i].more);
        *g =
            (struct next_group){ .group = str_of(group_rows[i].group),
                                 .name = say(c, str_of(group_rows[i].zh), str_of(group_rows[i].en)),
                                 .advice = say(c, str_of(group_rows[i].zh_advice),
                                               str_of(group_rows[i].en_advice)),
                                 .text = within(c, segment, text) };
        TRY(count_of(c, v, g->text, &g->members));
    }
    return OK;
}

/* -- the report -------------------------------------------------------------------------------- */

struct next_terms {
    instant from, until;
    i64 shop, days, least, limit;
};

static enum err terms_of(struct ctx *c, const struct next_ask *in, struct next_terms *out)
{
    out->days = in->days.has ? in->days.value : DAYS_FALLBACK;
    out->least = in->least.has ? in->least.value : LEAST_FALLBACK;
    if (out->days > NEXT_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/days"), "days 至多 %d 天", "days is at most %d",
                       NEXT_DAYS_MAX);
    TRY(basket_limit(c, in->limit, NEXT_ROWS_MAX, ROWS_FALLBACK, &out->limit));
    TRY(basket_period(c, in->from, in->to, &out->from, &out->until));
    return basket_shop(c, in->shop, &out->shop);
}

static str how_of(struct ctx *c, const struct next_terms *t)
{
    instant end = t->until < c->now ? t->until : c->now;
    str last = instant_text(c->arena, c->zone, end - t->days * DAY_MS);
    return str_fmt(
        c->arena,
        c->locale == ZH
            ? "只看购买（已付款、净额大于 "
              "0，不含退回的行），每位会员计一次，从他在期内第一次买此商品"
              "起 %lld 天内、严格更晚的购买；起点不晚于 " STR_FMT
              "，所以每个人都看满了 %lld 天。支持度的分母是期内有购买的会员，置信度的分母是此商品的"
              "买家；基准 = 同样这些活跃会员从期内第一次购买起 %lld 天内又买它的占比；提升度 = "
              "置信度 ÷ 基准。少于 %lld 人的不列。待触达人数由会员索引按条件现数，不限期间。"
            : "Purchases only (paid, net above zero, without lines given back); each member counts "
              "once: what he bought strictly later and within %lld days of his first purchase of "
              "it in the period. Members are followed whose beginning is no later than " STR_FMT
              ", so each was watched for %lld days. Support is of members with a purchase in the "
              "period, confidence of the buyers; base: the same active members, within %lld days "
              "of their first purchase; lift = confidence / base. Fewer than %lld members are left "
              "out. Those to approach are counted now by the member index, whatever the period.",
        (long long)t->days, STR_ARG(last), (long long)t->days, (long long)t->days,
        (long long)t->least);
}

static enum err follow(struct ctx *c, const struct next_terms *t, struct following *f)
{
    i64 n = f->names->names.n;
    instant end = t->until < c->now ? t->until : c->now;
    f->window_ms = t->days * DAY_MS;
    f->last = end - f->window_ms;
    f->seen = NEWS(c->arena, i64, n + 1);
    f->base = NEWS(c->arena, i64, n + 1);
    f->then = NEWS(c->arena, i64, n + 1);
    TRY(db_each(c, &q_next_lines, take_line, f, ARGS(t->from, end, t->shop)));
    member_done(f);
    return OK;
}

enum err next_report_make(struct ctx *c, const struct next_ask *in, struct next_report *out)
{
    i64 began = clock_mono_us();
    struct next_terms terms;
    struct item_names names;
    struct following f = { .c = c, .names = &names };
    struct member_set set;
    const struct view *view;
    str then = NO_STR;
    *out = (struct next_report){ 0 };
    TRY(terms_of(c, in, &terms));
    TRY(item_names_read(c, BASKET_OF_PRODUCT, &names));
    TRY(item_find(c, &names, in->product, "/product", &f.first));
    if (!str_empty(str_trim(in->then))) {
        u32 item;
        TRY(item_find(c, &names, in->then, "/then", &item));
        then = names.names.at[item];
        if (item == f.first)
            return fail_at(c, E_INVALID, S("/then"), "then 应是另一件商品",
                           "then is another product");
    }
    TRY(audience_view(c, 0, &view));
    if (!str_empty(str_trim(in->segment))) {
        const struct segment_node *tree;
        TRY(segment_parse(c, in->segment, &tree));
        TRY(segment_set(c, view, tree, c->now, &set));
        f.members = &set;
    }
    TRY(follow(c, &terms, &f));
    out->product = names.names.at[f.first];
    out->buyers = f.buyers;
    out->active = f.active;
    out->again = f.then[f.first];
    rows_of(&f, terms.least, &out->next);
    out->total = out->next.n;
    if (out->next.n > terms.limit) out->next.n = terms.limit;
    for (i64 i = 0; i < out->next.n; i++)
        TRY(approach_of(c, view, in->segment, out->product, &out->next.at[i]));
    if (then.at) TRY(groups_of(c, view, in->segment, out->product, then, &out->groups));
    out->how = how_of(c, &terms);
    out->took_ms = ms_since(began);
    return OK;
}
