/* segment_naive.c -- facts in lists, tests by definition. */
#include "support/segment_naive.h"

#include <assert.h>
#include <jansson.h>

#include "store/setting.h"
#include "store/store.h"

/* -- facts ------------------------------------------------------------------------------------ */

#define FIELDS_OF_naive_member(X, N)    \
    X(i64, member, ANY, "", N)          \
    X(opt_i64, merged_into, ANY, "", N) \
    X(opt_i64, erased_at, ANY, "", N)   \
    X(instant, first_seen, ANY, "", N)  \
    X(str, touchpoint, ANY, "", N)
SHAPE(naive_member);
SHAPE_DEFINE(naive_member);
#define FIELDS_OF_naive_value(X, N) \
    X(i64, member, ANY, "", N)      \
    X(str, field, ANY, "", N)       \
    X(str, value, ANY, "", N)
SHAPE(naive_value);
SHAPE_DEFINE(naive_value);
#define FIELDS_OF_naive_order(X, N)   \
    X(i64, member, ANY, "", N)        \
    X(instant, bought_at, ANY, "", N) \
    X(i64, net, ANY, "", N)           \
    X(str, shop, ANY, "", N)          \
    X(i64, id, ANY, "", N)            \
    X(i64, goods, ANY, "", N)         \
    X(str, touchpoint, ANY, "", N)
SHAPE(naive_order);
SHAPE_DEFINE(naive_order);
#define FIELDS_OF_naive_piece(X, N)    \
    X(i64, order_id, ANY, "", N)       \
    X(i64, product, ANY, "", N)        \
    X(str, name, ANY, "", N)           \
    X(str, category, ANY, "", N)       \
    X(i64, quantity, ANY, "", N)       \
    X(i64, price, ANY, "", N)          \
    X(i64, amount, ANY, "", N)         \
    X(opt_i64, list_price, ANY, "", N) \
    X(i64, refund, ANY, "", N)
SHAPE(naive_piece);
SHAPE_DEFINE(naive_piece);
#define FIELDS_OF_naive_line(X, N) \
    X(i64, member, ANY, "", N)     \
    X(i64, seq, ANY, "", N)        \
    X(instant, at, ANY, "", N)     \
    X(str, kind, ANY, "", N)       \
    X(str, subject, ANY, "", N)    \
    X(str, props, ANY, "", N)
SHAPE(naive_line);
SHAPE_DEFINE(naive_line);

QUERY(naive_members, naive_member,
      "SELECT member, merged_into, erased_at, first_seen, touchpoint FROM member ORDER BY member");
QUERY(naive_values, naive_value, "SELECT member, field, value FROM member_value WHERE shown");
QUERY(naive_tags, naive_value,
      "SELECT m.member AS member, 'tag' AS field, t.name AS value FROM member_tag m, tag t"
      " WHERE t.tag = m.tag AND m.shown");
QUERY(naive_identities, naive_value, "SELECT member, kind AS field, value FROM identity");
QUERY(naive_orders, naive_order,
      "SELECT o.member AS member, o.bought_at AS bought_at, o.net AS net, s.name AS shop,"
      " o.id AS id, o.paid + COALESCE(o.excluded, 0) - COALESCE(o.postage, 0) AS goods,"
      " o.touchpoint AS touchpoint"
      " FROM purchase_order o, shop s WHERE s.id = o.shop AND o.bought_at IS NOT NULL");
QUERY(naive_placed, naive_order,
      "SELECT o.member AS member, o.at AS bought_at, o.net AS net, s.name AS shop, o.id AS id,"
      " o.net AS goods, o.touchpoint AS touchpoint FROM purchase_order o, shop s"
      " WHERE s.id = o.shop");
QUERY(naive_pieces, naive_piece,
      "SELECT l.order_id AS order_id, l.product AS product,"
      " COALESCE(p.name, p.sold_as, p.code) AS name, p.category AS category,"
      " l.quantity AS quantity, l.price AS price, l.amount AS amount, l.list_price AS list_price,"
      " CASE WHEN COALESCE(l.own_refund, 0) > COALESCE(l.stated_refund, 0)"
      " THEN l.own_refund ELSE COALESCE(l.stated_refund, 0) END AS refund"
      " FROM order_line l LEFT JOIN product p ON p.id = l.product");
QUERY(naive_lines, naive_line,
      "SELECT member, seq, at, kind, subject, props FROM timeline ORDER BY at, seq");

struct person {
    struct naive_member self;
    struct naive_value_list values, identities; /* tags are values of field "tag" */
    struct naive_order_list orders, placed;     /* purchases; all orders, with the time they were
                                                   placed */
    struct naive_line_list lines;               /* by time */
};
struct segment_facts {
    struct person *at; /* by id */
    i64 n;
    str frequency_of, monetary_of;
    i64 window_days;
    struct naive_piece_list pieces; /* lines of all orders */
    ints price_cuts;
    i64 discount, promotion, full;
    i64 new_days, active_days, dormant_days;
    ints high[3]; /* cuts of R, F, M, which are fixed */
};

static struct person *living(struct segment_facts *f, i64 id)
{
    if (id < 1 || id >= f->n) return &f->at[0]; /* nobody's */
    while (f->at[id].self.merged_into.has) id = f->at[id].self.merged_into.value;
    return &f->at[id];
}

enum err segment_facts_read(struct ctx *c, struct segment_facts **out)
{
    struct segment_facts *f = *out = NEW(c->arena, struct segment_facts);
    struct naive_member_list members;
    struct naive_value_list values, tags, identities;
    struct naive_order_list orders, placed;
    struct naive_line_list lines;
    TRY(db_all(c, &naive_members, &members, NO_ARGS));
    TRY(db_all(c, &naive_values, &values, NO_ARGS));
    TRY(db_all(c, &naive_tags, &tags, NO_ARGS));
    TRY(db_all(c, &naive_identities, &identities, NO_ARGS));
    TRY(db_all(c, &naive_orders, &orders, NO_ARGS));
    TRY(db_all(c, &naive_placed, &placed, NO_ARGS));
    TRY(db_all(c, &naive_lines, &lines, NO_ARGS));
    f->n = members.n ? members.at[members.n - 1].member + 1 : 1;
    f->at = NEWS(c->arena, struct person, f->n);
    struct arena *a = c->arena;
    for (i64 i = 0; i < members.n; i++) f->at[members.at[i].member].self = members.at[i];
    for (i64 i = 0; i < values.n; i++)
        *PUSH(a, &living(f, values.at[i].member)->values) = values.at[i];
    for (i64 i = 0; i < tags.n; i++) *PUSH(a, &living(f, tags.at[i].member)->values) = tags.at[i];
    for (i64 i = 0; i < identities.n; i++)
        *PUSH(a, &living(f, identities.at[i].member)->identities) = identities.at[i];
    for (i64 i = 0; i < orders.n; i++)
        *PUSH(a, &living(f, orders.at[i].member)->orders) = orders.at[i];
    for (i64 i = 0; i < placed.n; i++)
        *PUSH(a, &living(f, placed.at[i].member)->placed) = placed.at[i];
    for (i64 i = 0; i < lines.n; i++) *PUSH(a, &living(f, lines.at[i].member)->lines) = lines.at[i];
    TRY(db_all(c, &naive_pieces, &f->pieces, NO_ARGS));
    TRY(setting_i64(c, "scene.new_days", &f->new_days));
    TRY(setting_i64(c, "scene.active_days", &f->active_days));
    TRY(setting_i64(c, "scene.dormant_days", &f->dormant_days));
    TRY(setting_list(c, "rfm.recency_days", &f->high[0]));
    TRY(setting_list(c, "rfm.frequency", &f->high[1]));
    TRY(setting_list(c, "rfm.monetary", &f->high[2]));
    TRY(setting_list(c, "preference.price_cuts", &f->price_cuts));
    TRY(setting_i64(c, "preference.discount_percent", &f->discount));
    TRY(setting_i64(c, "preference.promotion_share", &f->promotion));
    TRY(setting_i64(c, "preference.full_price_share", &f->full));
    TRY(setting_i64(c, "rfm.window_days", &f->window_days));
    TRY(setting_text(c, "rfm.frequency_of", &f->frequency_of));
    return setting_text(c, "rfm.monetary_of", &f->monetary_of);
}

/* -- one value -------------------------------------------------------------------------------- */

struct naive {
    struct ctx *c;
    const struct segment_facts *facts;
    instant at;
};

/* What a member's value of a subject is: numbers in ten-thousandths, instants and days as they are.
 */
struct answer {
    bool known;
    i64 number;
    strs texts; /* folded */
};

static void add_text(struct naive *n, struct answer *a, str text)
{
    a->known = true;
    *PUSH(n->c->arena, &a->texts) = str_fold(n->c->arena, text);
}

static struct answer number(i64 v) { return (struct answer){ .known = true, .number = v }; }

/* -1, 0, 1: how the value stands to the operand. */
static int versus(struct naive *n, enum field_kind kind, i64 value, const struct segment_operand *o)
{
    i64 x = value, y = o->number;
    if (kind == FIELD_IS_AGE && o->kind == OPERAND_DURATION)
        x = (n->at - value) / segment_unit_ms(o->unit);
    else if (kind == FIELD_IS_AGE) x = zone_day(n->c->zone, value);
    return x < y ? -1 : x > y;
}

static bool comes_round(struct naive *n, i64 born, const struct segment_operand *o)
{
    struct civil b = day_civil((day)born);
    i64 days = o->number * segment_unit_ms(o->unit) / DAY_MS;
    for (i64 i = 0; i < days; i++) {
        struct civil today = day_civil(zone_day(n->c->zone, n->at) + (day)i);
        struct civil his = { .year = today.year, .month = b.month, .day = b.day };
        if (!civil_valid(his)) his.day = 28;
        if (b.year <= today.year && his.month == today.month && his.day == today.day) return true;
    }
    return false;
}

static bool number_passes(struct naive *n, enum field_kind kind, const struct segment_operator *op,
                          const struct segment_operands *o, i64 value)
{
    int first = o->n && op->id != OP_WITHIN_NEXT ? versus(n, kind, value, &o->at[0]) : 0;
    switch (op->id) {
    case OP_IS: return first == 0;
    case OP_IS_NOT: return first != 0;
    case OP_BELOW: return first < 0;
    case OP_AT_MOST: return first <= 0;
    case OP_ABOVE: return first > 0;
    case OP_AT_LEAST: return first >= 0;
    case OP_BETWEEN: return first >= 0 && versus(n, kind, value, &o->at[1]) <= 0;
    case OP_WITHIN_NEXT: return comes_round(n, value, &o->at[0]);
    case OP_IN:
        for (i64 i = 0; i < o->n; i++)
            if (versus(n, kind, value, &o->at[i]) == 0) return true;
        return false;
    default: assert(!"not of numbers"); return false;
    }
}

/* One and the same name, with or without what a place is called by. */
static bool same_place(str a, str b)
{
    static const char *const ends[] = { "", "省", "市", "自治区", "壮族自治区" };
    for (i64 i = 0; i < COUNT(ends); i++)
        for (i64 k = 0; k < COUNT(ends); k++) {
            str x = str_of(ends[i]), y = str_of(ends[k]);
            if (!str_ends(a, x) || !str_ends(b, y) || a.n == x.n || b.n == y.n) continue;
            if (str_eq(str_sub(a, 0, a.n - x.n), str_sub(b, 0, b.n - y.n))) return true;
        }
    return false;
}

static bool text_passes(const struct segment_operator *op, const struct segment_operands *o,
                        str text)
{
    for (i64 i = 0; i < o->n; i++) {
        str want = o->at[i].folded;
        bool is = o->at[i].place ? same_place(text, want) : str_eq(text, want);
        if (op->id == OP_IS_NOT) return !is;
        if (op->id == OP_CONTAINS) return str_find(text, want) >= 0;
        if (op->id == OP_STARTS) return str_starts(text, want);
        if (is) return true;
    }
    return false;
}

/* -- subjects --------------------------------------------------------------------------------- */

static bool prop_holds(struct naive *n, const struct segment_prop *p, const json_t *v)
{
    i64 as_number;
    enum segment_operand_kind want = p->operands.at[0].kind;
    if (want == OPERAND_TEXT)
        return json_is_string(v) &&
               text_passes(p->op, &p->operands,
                           str_fold(n->c->arena, str_of(json_string_value(v))));
    if (want == OPERAND_FLAG)
        return json_is_boolean(v) &&
               number_passes(n, FIELD_IS_FLAG, p->op, &p->operands, json_is_true(v));
    if (json_is_string(v)) {
        if (!field_read(FIELD_IS_NUMBER, str_fold(n->c->arena, str_of(json_string_value(v))),
                        &as_number))
            return false;
    } else if (json_is_number(v)) {
        f64 scaled = json_number_value(v) * 10000;
        as_number = (i64)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    } else return false;
    return number_passes(n, FIELD_IS_NUMBER, p->op, &p->operands, as_number);
}

static bool line_meant(struct naive *n, const struct segment_test *t, const struct naive_line *line)
{
    instant from =
        t->window.number ? n->at - t->window.number * segment_unit_ms(t->window.unit) : INT64_MIN;
    if (line->at < from || line->at >= n->at) return false;
    if (!str_eq(str_fold(n->c->arena, line->kind), t->folded)) return false;
    json_t *props =
        line->props.n ? json_loadb(line->props.at, (size_t)line->props.n, 0, NULL) : NULL;
    bool meant = true;
    for (i64 i = 0; i < t->props.n && meant; i++) {
        const json_t *v = json_object_get(props, str_z(n->c->arena, t->props.at[i].name));
        meant = v && prop_holds(n, &t->props.at[i], v);
    }
    json_decref(props);
    return meant;
}

static i64 did(struct naive *n, const struct person *p, const struct segment_test *t)
{
    i64 times = 0;
    for (i64 i = 0; i < p->lines.n; i++) times += line_meant(n, t, &p->lines.at[i]);
    return times;
}

/* name: folded; absent: any. Of each community the last line decides. */
static bool in_community(struct naive *n, const struct person *p, str name)
{
    for (i64 i = p->lines.n - 1; i >= 0; i--) {
        const struct naive_line *line = &p->lines.at[i];
        bool joined = str_eq(line->kind, S("community.joined")),
             left = str_eq(line->kind, S("community.left"));
        if ((!joined && !left) || !line->subject.at || line->at >= n->at) continue;
        bool later = false;
        for (i64 k = i + 1; k < p->lines.n && !later; k++) {
            const struct naive_line *other = &p->lines.at[k];
            later = str_starts(other->kind, S("community.")) && other->subject.at &&
                    str_eq(other->subject, line->subject) && other->at < n->at;
        }
        str folded = str_fold(n->c->arena, line->subject);
        bool named = !name.at || str_eq(folded, name) ||
                     str_ends(folded, str_fmt(n->c->arena, ":" STR_FMT, STR_ARG(name)));
        if (joined && !later && named) return true;
    }
    return false;
}

struct bought {
    i64 times, days, spent;
    instant first, last;
};

static struct bought bought(struct naive *n, const struct person *p, instant from)
{
    struct bought b = { .first = INT64_MAX, .last = INT64_MIN };
    for (i64 i = 0; i < p->orders.n; i++) {
        const struct naive_order *o = &p->orders.at[i];
        if (o->bought_at < from || o->bought_at >= n->at) continue;
        bool new_day = true;
        for (i64 k = 0; k < i; k++)
            if (p->orders.at[k].bought_at >= from && p->orders.at[k].bought_at < n->at &&
                zone_day(n->c->zone, p->orders.at[k].bought_at) ==
                    zone_day(n->c->zone, o->bought_at))
                new_day = false;
        b.times++;
        b.days += new_day;
        b.spent += o->net;
        if (o->bought_at < b.first) b.first = o->bought_at;
        if (o->bought_at > b.last) b.last = o->bought_at;
    }
    return b;
}

static struct answer rfm(struct naive *n, const struct person *p, bool amount)
{
    i64 window = n->facts->window_days;
    struct bought b = bought(n, p, window ? n->at - window * DAY_MS : INT64_MIN);
    i64 f = str_eq(n->facts->frequency_of, S("days")) ? b.days : b.times;
    if (!amount) return number(f * MONEY_UNIT);
    if (str_eq(n->facts->monetary_of, S("average"))) return number(f ? b.spent / f : 0);
    return number(b.spent);
}

static struct answer called(struct naive *n, const struct person *p, const struct segment_test *t)
{
    instant from =
        t->window.number ? n->at - t->window.number * segment_unit_ms(t->window.unit) : INT64_MIN;
    struct bought b = bought(n, p, from);
    struct answer out = { 0 };
    switch (t->call->id) {
    case CALL_ORDERS: return number(b.times * MONEY_UNIT);
    case CALL_SPENT: return number(b.spent);
    case CALL_RECENCY: return (struct answer){ .known = b.times > 0, .number = b.last };
    case CALL_FREQUENCY: return rfm(n, p, false);
    case CALL_MONETARY: return rfm(n, p, true);
    case CALL_DID: return number(did(n, p, t) * MONEY_UNIT);
    case CALL_CLASS:
        if (b.times) add_text(n, &out, b.times == 1 ? S("B") : S("C"));
        else if (in_community(n, p, NO_STR)) add_text(n, &out, S("A"));
        return out;
    default: assert(!"holds or not"); return out;
    }
}

static bool bought_field(struct naive *n, const struct person *p, str name, struct answer *out)
{
    struct bought b = bought(n, p, INT64_MIN);
    if (str_eq(name, S("orders"))) *out = number(b.times * MONEY_UNIT);
    else if (str_eq(name, S("spent"))) *out = number(b.spent);
    else if (str_eq(name, S("first_order")))
        *out = (struct answer){ .known = b.times > 0, .number = b.first };
    else if (str_eq(name, S("last_order")))
        *out = (struct answer){ .known = b.times > 0, .number = b.last };
    else if (str_eq(name, S("shop"))) {
        for (i64 i = 0; i < p->orders.n; i++)
            if (p->orders.at[i].bought_at < n->at) add_text(n, out, p->orders.at[i].shop);
    } else return false;
    return true;
}

/* -- what he likes ---------------------------------------------------------------------------- */

/* Votes for texts: the one with most; of equal ones the one voted for last, then the one with the
 * lowest id. */
struct votes {
    struct vote {
        str text;
        i64 count, id;
        instant last;
    } * at;
    i64 n;
};

static void vote(struct naive *n, struct votes *v, str text, i64 count, instant at, i64 id)
{
    struct vote *of = NULL;
    if (text.n == 0) return;
    for (i64 i = 0; i < v->n; i++)
        if (str_eq(v->at[i].text, text)) of = &v->at[i];
    if (!of) {
        of = PUSH(n->c->arena, v);
        *of = (struct vote){ .text = text, .last = INT64_MIN, .id = INT64_MAX };
    }
    of->count += count;
    if (at > of->last) of->last = at;
    if (id < of->id) of->id = id;
}

static str elected(const struct votes *v)
{
    const struct vote *best = NULL;
    for (i64 i = 0; i < v->n; i++) {
        const struct vote *one = &v->at[i];
        bool better = !best || one->count > best->count ||
                      (one->count == best->count && one->last > best->last) ||
                      (one->count == best->count && one->last == best->last && one->id < best->id);
        if (better) best = one;
    }
    return best ? best->text : NO_STR;
}

static str buys_on(struct naive *n, const struct person *p)
{
    i64 priced = 0, cheaper = 0;
    for (i64 i = 0; i < p->orders.n; i++) {
        const struct naive_order *o = &p->orders.at[i];
        i64 sum = 0, lines = 0, less = n->facts->discount;
        bool cheap = false;
        for (i64 k = 0; k < n->facts->pieces.n; k++) {
            const struct naive_piece *l = &n->facts->pieces.at[k];
            if (l->order_id != o->id || l->quantity <= 0 || l->price <= 0 || l->amount <= 0)
                continue;
            lines++;
            sum += l->amount;
            cheap |= l->list_price.has && l->list_price.value > 0 &&
                     l->price * 100 <= l->list_price.value * (100 - less);
        }
        if (o->bought_at >= n->at || !lines) continue;
        priced++;
        cheaper += cheap || o->goods <= sum - sum / 100 * less;
    }
    if (!priced) return NO_STR;
    if (cheaper * 100 >= priced * n->facts->promotion) return S("促销型");
    return cheaper * 100 <= priced * n->facts->full ? S("原价型") : S("混合型");
}

static str price_band(struct naive *n, const struct person *p)
{
    struct bought b = bought(n, p, INT64_MIN);
    if (!b.times) return NO_STR;
    if (b.spent / b.times < n->facts->price_cuts.at[0]) return S("低价");
    return b.spent / b.times < n->facts->price_cuts.at[1] ? S("中价") : S("高价");
}

static str favourite(struct naive *n, const struct person *p)
{
    struct votes v = { 0 };
    for (i64 i = 0; i < p->orders.n; i++)
        for (i64 k = 0; k < n->facts->pieces.n; k++) {
            const struct naive_piece *l = &n->facts->pieces.at[k];
            bool kept = l->amount <= 0 || l->refund < l->amount;
            if (l->order_id == p->orders.at[i].id && p->orders.at[i].bought_at < n->at && kept &&
                l->quantity > 0)
                vote(n, &v, l->category, l->quantity, p->orders.at[i].bought_at, l->product);
        }
    return elected(&v);
}

/* Names of what he kept, or their categories. */
static void kept(struct naive *n, const struct person *p, bool categories, struct answer *out)
{
    for (i64 i = 0; i < p->orders.n; i++)
        for (i64 k = 0; k < n->facts->pieces.n; k++) {
            const struct naive_piece *l = &n->facts->pieces.at[k];
            bool back = l->quantity <= 0 || (l->amount > 0 && l->refund >= l->amount);
            str text = categories ? l->category : l->name;
            if (l->order_id == p->orders.at[i].id && p->orders.at[i].bought_at < n->at && !back &&
                text.n)
                add_text(n, out, text);
        }
}

static bool liked_field(struct naive *n, const struct person *p, str name, struct answer *out)
{
    static const char *const weekdays[] = {
        "周四", "周五", "周六", "周日", "周一", "周二", "周三"
    };
    struct votes hours = { 0 }, days = { 0 }, touchpoints = { 0 };
    for (i64 i = 0; i < p->orders.n; i++) {
        const struct naive_order *o = &p->orders.at[i];
        if (o->bought_at >= n->at) continue;
        struct civil local = zone_local(n->c->zone, o->bought_at);
        vote(n, &hours, str_fmt(n->c->arena, "%d", local.hour), 1, o->bought_at, 0);
        vote(n, &days, str_of(weekdays[zone_day(n->c->zone, o->bought_at) % 7]), 1, o->bought_at,
             0);
        vote(n, &touchpoints, o->touchpoint, 1, o->bought_at, o->id);
    }
    str text = NO_STR;
    bool categories = str_eq(name, S("bought_category"));
    if (categories || str_eq(name, S("bought"))) {
        kept(n, p, categories, out);
        return true;
    }
    if (str_eq(name, S("order_hour"))) {
        text = elected(&hours);
        out->known = text.n && field_read(FIELD_IS_NUMBER, text, &out->number);
        return true;
    }
    if (str_eq(name, S("order_weekday"))) text = elected(&days);
    else if (str_eq(name, S("favourite_category"))) text = favourite(n, p);
    else if (str_eq(name, S("price_band"))) text = price_band(n, p);
    else if (str_eq(name, S("buys_on"))) text = buys_on(n, p);
    else if (str_eq(name, S("main_touchpoint")))
        text = touchpoints.n ? elected(&touchpoints) : p->self.touchpoint;
    else return false;
    if (text.n) add_text(n, out, text);
    return true;
}

/* -- scenes ------------------------------------------------------------------------------------ */

static bool is_act(str kind)
{
    static const char *const house[] = { "order.",    "member.", "tag.",     "field.",
                                         "identity.", "import.", "segment.", "ledger.",
                                         "reward.",   "tier.",   "points.",  "membership.end",
                                         "board." };
    for (i64 i = 0; i < COUNT(house); i++)
        if (str_starts(kind, str_of(house[i]))) return false;
    return true;
}

static void scenes(struct naive *n, const struct person *p, struct answer *out)
{
    const struct segment_facts *f = n->facts;
    instant acted = p->self.first_seen;
    struct bought all = bought(n, p, INT64_MIN);
    if (acted >= n->at) return;
    for (i64 i = 0; i < p->lines.n; i++)
        if (is_act(p->lines.at[i].kind) && p->lines.at[i].at < n->at && p->lines.at[i].at > acted)
            acted = p->lines.at[i].at;
    for (i64 i = 0; i < p->placed.n; i++)
        if (p->placed.at[i].bought_at < n->at && p->placed.at[i].bought_at > acted)
            acted = p->placed.at[i].bought_at;
    if (all.times && all.last > acted) acted = all.last;
    if (all.times && n->at - all.first <= f->new_days * DAY_MS) add_text(n, out, S("新客"));
    if (n->at - acted <= f->active_days * DAY_MS) add_text(n, out, S("活跃"));
    if (n->at - acted > f->dormant_days * DAY_MS) add_text(n, out, S("沉睡"));
    bool high = all.times && (n->at - all.last) / DAY_MS < f->high[0].at[0] &&
                rfm(n, p, false).number / MONEY_UNIT >= f->high[1].at[f->high[1].n - 1] &&
                rfm(n, p, true).number >= f->high[2].at[f->high[2].n - 1];
    if (high) add_text(n, out, S("高价值"));
}

/* The tags he carried: of each the last line before the moment. */
static void tags_then(struct naive *n, const struct person *p, struct answer *out)
{
    for (i64 i = 0; i < p->lines.n; i++) {
        const struct naive_line *line = &p->lines.at[i];
        if (line->at >= n->at || !str_eq(line->kind, S("member.tagged"))) continue;
        bool gone = false;
        for (i64 k = i + 1; k < p->lines.n; k++) {
            const struct naive_line *later = &p->lines.at[k];
            /* dropped, or put again: then that line says the rest */
            if (later->at < n->at && str_starts(later->kind, S("member.")) && later->subject.at &&
                str_eq(later->subject, line->subject))
                gone = true;
        }
        if (!gone) add_text(n, out, str_sub(line->subject, 4, line->subject.n));
    }
}

static struct answer asked(struct naive *n, const struct person *p, const struct field *f)
{
    struct answer out = { 0 };
    str name = str_of(f->name);
    if (bought_field(n, p, name, &out) || liked_field(n, p, name, &out)) return out;
    if (str_eq(name, S("first_seen"))) return number(p->self.first_seen);
    if (str_eq(name, S("touchpoint"))) {
        if (p->self.touchpoint.at) add_text(n, &out, p->self.touchpoint);
        return out;
    }
    if (str_eq(name, S("scene"))) {
        scenes(n, p, &out);
        return out;
    }
    if (str_eq(name, S("tag")) && n->at <= n->c->now) {
        tags_then(n, p, &out);
        return out;
    }
    for (i64 i = 0; i < p->identities.n && f->kind == FIELD_IS_KNOWN; i++)
        out.known |= str_eq(p->identities.at[i].field, name);
    for (i64 i = 0; i < p->values.n; i++) {
        if (!str_eq(p->values.at[i].field, name)) continue;
        out.known = true;
        if (field_read(f->kind, p->values.at[i].value, &out.number)) continue;
        strs parts = f->split && f->kind == FIELD_IS_SET
                         ? str_split(n->c->arena, p->values.at[i].value, f->split)
                         : (strs){ &p->values.at[i].value, 1 };
        for (i64 k = 0; k < parts.n; k++) add_text(n, &out, parts.at[k]);
    }
    out.known |= f->zero; /* counts of what the shops of these tests have none of */
    return out;
}

/* -- trees ------------------------------------------------------------------------------------ */

static bool holds(struct naive *n, const struct person *p, const struct segment_node *node);

static bool test_holds(struct naive *n, const struct person *p, const struct segment_test *t)
{
    if (t->call && t->call->id == CALL_IN_GROUP) return in_community(n, p, t->folded);
    if (t->call && t->call->id == CALL_IN_SEGMENT) return holds(n, p, t->saved);
    struct answer a = t->call ? called(n, p, t) : asked(n, p, t->field);
    enum field_kind kind = t->call ? t->call->kind : t->field->kind;
    if (t->op->id == OP_KNOWN) return a.known;
    if (t->op->id == OP_UNKNOWN) return !a.known;
    if (!a.known) return false;
    if (kind != FIELD_IS_TEXT && kind != FIELD_IS_CHOICE && kind != FIELD_IS_SET)
        return number_passes(n, kind, t->op, &t->operands, a.number);
    for (i64 i = 0; i < a.texts.n; i++)
        if (text_passes(t->op, &t->operands, a.texts.at[i])) return true;
    return false;
}

static bool holds(struct naive *n, const struct person *p, const struct segment_node *node)
{
    i64 yes = 0;
    if (node->kind == NODE_TEST) return test_holds(n, p, &node->test);
    for (i64 i = 0; i < node->parts.n; i++) yes += holds(n, p, node->parts.at[i]);
    return node->kind == NODE_ALL   ? yes == node->parts.n
           : node->kind == NODE_ANY ? yes > 0
                                    : yes == 0;
}

enum err segment_members_naive(struct ctx *c, const struct segment_facts *facts,
                               const struct segment_node *tree, instant at, ints *out)
{
    struct naive n = { c, facts, at };
    *out = (ints){ 0 };
    for (i64 id = 1; id < facts->n; id++) {
        const struct person *p = &facts->at[id];
        bool counted = p->self.member == id && !p->self.merged_into.has && !p->self.erased_at.has &&
                       p->self.first_seen < at;
        if (!counted) continue;
        if (holds(&n, p, tree)) *PUSH(c->arena, out) = id;
    }
    return OK;
}
