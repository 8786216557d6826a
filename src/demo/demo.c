/* demo.c -- writes the lives of a demo shop, some hundred members a transaction. */
#include "demo/demo.h"

#include "demo/life.h"

enum { MEMBERS_AT_ONCE = 250 };

struct making {
    struct demo_world *w;
    struct demo_result *sum;
    i64 first, n; /* members of this transaction */
    struct demo_result part;
};

QUERY(q_any_order, one_i64, "SELECT id AS value FROM purchase_order LIMIT 1");

static enum err write_goods(struct tx *t, void *arg)
{
    const struct demo_world *w = arg;
    for (i64 shop = 0; shop < DEMO_SHOPS; shop++) {
        for (i64 i = 0; i < DEMO_GOODS; i++) {
            const struct good *g = &w->goods.at[i];
            i64 product;
            enum order_put what;
            TRY(product_write(t,
                              &(struct product_fact){
                                  .shop = demo_shops[shop].name,
                                  .code = g->code,
                                  .name = g->name,
                                  .category = g->category,
                                  .price = SOME(g->price),
                                  .cost = SOME(g->cost),
                                  .stock = SOME(goods_stock(&w->goods, i, shop, w->members)),
                                  .launched_at = SOME(w->season.start + g->launched * DAY_MS) },
                              &product, &what));
        }
    }
    return OK;
}

/* -- one transaction --------------------------------------------------------------------------- */

static enum err write_member(struct tx *t, struct life *l, i64 *member)
{
    bool created;
    for (i64 i = 0; i < l->identities_n; i++) TRY(identity_normalise(t->c, &l->identities[i]));
    struct member_sighting seen = {
        .identities = l->identities,
        .n = l->identities_n,
        .name = l->name,
        .source = S("import"),
        .touchpoint = demo_shops[l->shop].touchpoints[0],
        .at = l->seen_at,
    };
    t->c->now = l->seen_at; /* what is known of him was written down when he was first seen */
    TRY(member_resolve(t, &seen, member, &created));
    TRY(profile_put(t, *member, S("province"), l->city->province, S("import"), l->seen_at));
    TRY(profile_put(t, *member, S("city"), l->city->city, S("import"), l->seen_at));
    if (l->birthday.n) {
        str gender = l->woman ? S("女") : S("男");
        TRY(profile_put(t, *member, S("gender"), gender, S("import"), l->seen_at));
        TRY(profile_put(t, *member, S("birthday"), l->birthday, S("import"), l->seen_at));
    }
    if (l->skin.n) TRY(tag_put(t, *member, l->skin, S("import"), NONE));
    if (l->kind.n) TRY(tag_put(t, *member, l->kind, S("import"), NONE));
    if (!l->joined_at || l->left_at) return OK;
    t->c->now = l->joined_at;
    return tag_put(t, *member, S("社群成员"), S("import"), NONE);
}

static void join_line(struct arena *a, struct timeline_line_list *lines, const struct life *l,
                      i64 member, str kind, instant at)
{
    *PUSH(a, lines) = (struct timeline_line){ .at = at,
                                              .member = member,
                                              .kind = kind,
                                              .subject = l->community,
                                              .touchpoint = S("社群"),
                                              .props = S("{}") };
}

static void collect(struct arena *a, struct life *l, i64 member, struct order_fact_list *orders,
                    struct timeline_line_list *lines, struct demo_result *sum)
{
    for (i64 i = 0; i < l->orders.n; i++) {
        l->orders.at[i].member = member;
        *PUSH(a, orders) = l->orders.at[i];
        sum->lines += l->orders.at[i].lines.n;
    }
    for (i64 i = 0; i < l->lines.n; i++) {
        l->lines.at[i].member = member;
        *PUSH(a, lines) = l->lines.at[i];
    }
    sum->views += l->lines.n;
    sum->orders += l->orders.n;
    sum->members++;
    if (l->joined_at) join_line(a, lines, l, member, S("community.joined"), l->joined_at);
    if (l->left_at) join_line(a, lines, l, member, S("community.left"), l->left_at);
}

static enum err write_lives(struct tx *t, void *arg)
{
    struct making *m = arg;
    struct arena *a = t->c->arena;
    struct order_fact_list orders = { 0 };
    struct timeline_line_list lines = { 0 };
    instant now = t->c->now;
    m->part = (struct demo_result){ 0 };
    for (i64 i = 0; i < m->n; i++) {
        struct life life;
        i64 member;
        life_make(a, m->w, m->first + i, &life);
        TRY(write_member(t, &life, &member));
        collect(a, &life, member, &orders, &lines, &m->part);
    }
    t->c->now = now;
    if (lines.n) TRY(timeline_append_all(t, lines.at, lines.n));
    struct order_result *results = NEWS(a, struct order_result, orders.n);
    return order_write_all(t, orders.at, orders.n, results);
}

/* -- the whole --------------------------------------------------------------------------------- */

static enum err check_options(struct ctx *c, const struct demo_options *o)
{
    struct one_i64 any;
    bool found;
    if (o->members < 1 || o->members > DEMO_MEMBERS_MAX)
        return fail(c, E_INVALID, "会员数须在 1 到 %d 之间",
                    "the number of members lies between 1 and %d", DEMO_MEMBERS_MAX);
    TRY(db_find(c, &q_any_order, &any, &found, NO_ARGS));
    if (found)
        return fail(c, E_CONFLICT, "这里已经有订单：演示数据只写入空的店铺，请用 --data 指定新目录",
                    "there are orders here: a demo goes into an empty shop only, name a new folder "
                    "with --data");
    return OK;
}

static enum err make_all(struct store *s, struct ctx *c, const struct demo_options *o,
                         struct demo_world *w, struct demo_result *out)
{
    TRY(store_write(s, c, write_goods, w));
    for (i64 first = 1; first <= o->members; first += MEMBERS_AT_ONCE) {
        i64 left = o->members - first + 1;
        struct making m = { .w = w,
                            .first = first,
                            .n = left < MEMBERS_AT_ONCE ? left : MEMBERS_AT_ONCE };
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = store_write(s, c, write_lives, &m);
        arena_rewind(c->arena, mark);
        if (e != OK) return e;
        out->members += m.part.members;
        out->orders += m.part.orders;
        out->lines += m.part.lines;
        out->views += m.part.views;
        if (o->progress) o->progress(o->arg, out->members, o->members);
    }
    return OK;
}

enum err demo_make(struct store *s, struct ctx *c, struct demo_options o, struct demo_result *out)
{
    *out = (struct demo_result){ 0 };
    TRY(check_options(c, &o));
    struct demo_world *w = NEW(c->arena, struct demo_world);
    w->seed = o.seed;
    w->members = o.members;
    w->communities = o.members / 900 + 1;
    season_make(&w->season, c->zone, o.until);
    goods_make(c->arena, &w->goods, o.seed);
    instant now = c->now;
    c->now = o.until; /* what is written carries the demo's time, not the clock's */
    enum err e = make_all(s, c, &o, w, out);
    c->now = now;
    return e;
}
