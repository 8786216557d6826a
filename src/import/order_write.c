/* order_write.c -- a batch of orders into the store, in one write: whose they are, where their
 * lines stand; what a run counts and shows of them. */
#include "import/order_write.h"

#include "import/kind.h"

#define ORDER_LINES_MAX 60000 /* below what seen.h can count */
#define CACHE_MAX       ((size_t)32 << 20)

/* An item report names no shop: its orders lie in whatever shop has their number. */
static enum err adopt_shop(struct ctx *c, struct arena *keep, struct order_fact *f)
{
    struct shop_view_list shops;
    struct order_place place;
    bool found = false;
    TRY(order_find(c, f->shop, f->number, &found, &place));
    if (found) return OK;
    TRY(shop_list(c, &shops));
    for (i64 i = 0; i < shops.n && !found; i++) {
        TRY(order_find(c, shops.at[i].name, f->number, &found, &place));
        if (found) f->shop = str_copy(keep, shops.at[i].name);
    }
    return OK;
}

/* Rows of an order that came before in this file: their lines stand before these. */
static enum err place_lines(struct ctx *c, const struct seen *seen, struct order_fact *f)
{
    struct order_place place;
    bool found = false;
    TRY(order_find(c, f->shop, f->number, &found, &place));
    i64 before = found ? seen_lines(seen, place.order) : -1;
    if (before + f->lines.n > ORDER_LINES_MAX)
        return fail(c, E_UNSUPPORTED, "订单 " STR_FMT " 超过 %d 行，多半是订单号那一列选错了",
                    "order " STR_FMT
                    " has more than %d rows: probably another column holds the order number",
                    STR_ARG(f->number), ORDER_LINES_MAX);
    for (i64 i = 0; i < f->lines.n; i++)
        f->lines.at[i].place = before > 0 ? SOME(before + i + 1) : NONE;
    return OK;
}

static enum err resolve(struct tx *t, struct batch_write *w, struct import_person *p, bool weak_ok,
                        i64 *member)
{
    bool created = false;
    struct member_sighting sighting = { .identities = p->identities,
                                        .n = p->n,
                                        .name = p->name,
                                        .weak_ok = weak_ok,
                                        .touchpoint = p->touchpoint,
                                        .source = S("import"),
                                        .at = p->at };
    TRY(member_resolve(t, &sighting, member, &created));
    w->created_members += created;
    return OK;
}

/* A buyer with nothing but masked values: whoever the order already has; else two of them together
 * may know him, one alone not. */
static enum err find_weak(struct tx *t, struct batch_write *w, const struct order_fact *f,
                          struct import_person *p, i64 *member)
{
    struct order_place place;
    bool found = false;
    *member = 0;
    TRY(order_find(t->c, f->shop, f->number, &found, &place));
    if (found) *member = place.member;
    if (*member || p->n < 2) return OK;
    return resolve(t, w, p, true, member);
}

static enum err find_members(struct tx *t, struct batch_write *w)
{
    struct import_batch *b = w->batch;
    for (i64 i = 0; i < b->persons.n; i++) b->persons.at[i].member = 0;
    for (i64 i = 0; i < b->facts.n; i++) {
        struct order_fact *f = &b->facts.at[i];
        i64 person = b->orders.at[i].person;
        f->member = 0;
        if (person < 0) continue;
        struct import_person *p = &b->persons.at[person];
        if (!p->strong) TRY(find_weak(t, w, f, p, &f->member));
        if (p->strong && !p->member) TRY(resolve(t, w, p, false, &p->member));
        if (p->strong) f->member = p->member;
    }
    for (i64 i = 0; i < b->facts.n && w->anonymous; i++)
        if (b->facts.at[i].member)
            TRY(member_living(t->c, b->facts.at[i].member, &b->facts.at[i].member));
    return OK;
}

enum err batch_write_run(struct tx *t, void *arg)
{
    struct batch_write *w = arg;
    struct import_batch *b = w->batch;
    w->created_members = 0;
    for (i64 i = 0; i < b->facts.n; i++) {
        struct order_fact *f = &b->facts.at[i];
        if ((w->plan->quirks & JOINS_ORDERS) && !w->plan->shop_given)
            TRY(adopt_shop(t->c, b->arena, f));
        if (w->maybe_seen[i]) TRY(place_lines(t->c, w->seen, f));
    }
    TRY(find_members(t, w));
    return order_write_cached(t, w->cache, b->facts.at, b->facts.n, w->results);
}

/* -- what a run does with a batch ---------------------------------------------------------------
 */

static u64 fact_key(const struct order_fact *f)
{
    return str_hash(f->number) ^ str_hash(f->shop) * 31;
}

static void count_fact(struct import_work *w, const struct import_order *o, bool first,
                       bool has_member)
{
    struct import_summary *s = &w->run->summary;
    s->orders += first;
    s->without_member += first && !has_member;
    if (!first && !o->by_lines) return; /* the order's own amounts, told again */
    s->paid += o->paid;
    s->refund += o->refund;
}

enum err order_batch_write(struct import_work *w, struct import_batch *b)
{
    struct ctx *c = w->c;
    struct import_summary *s = &w->run->summary;
    struct batch_write change = { .batch = b,
                                  .plan = &w->run->plan,
                                  .seen = w->seen,
                                  .maybe_seen = NEWS(b->arena, bool, b->facts.n + 1),
                                  .results = NEWS(b->arena, struct order_result, b->facts.n + 1) };
    change.anonymous =
        change.plan->identity == ID_ANONYMOUS_ID || import_maps(change.plan, F_MEMBER_KIND);
    for (i64 i = 0; i < b->facts.n; i++)
        change.maybe_seen[i] = seen_maybe(w->seen, fact_key(&b->facts.at[i]));
    if (arena_used(w->cache_arena) > CACHE_MAX) {
        arena_reset(w->cache_arena);
        w->cache = NULL;
    }
    if (!w->cache) w->cache = order_cache_new(w->cache_arena);
    change.cache = w->cache;
    if (b->facts.n) TRY(store_write(w->store, c, batch_write_run, &change));
    order_cache_keep(w->cache);
    for (i64 i = 0; i < b->facts.n; i++) {
        const struct order_result *result = &change.results[i];
        bool first = seen_order(w->seen, result->order, b->facts.at[i].lines.n);
        i64 member = b->facts.at[i].member;
        count_fact(w, &b->orders.at[i], first, member != 0);
        if (member) s->members += seen_member(w->seen, member);
        s->created += first && result->what == ORDER_NEW;
        s->changed += first && result->what == ORDER_CHANGED;
        s->same += first && result->what == ORDER_SAME;
    }
    s->created_members += change.created_members;
    return OK;
}

void order_batch_count(struct import_work *w, const struct import_batch *b)
{
    for (i64 i = 0; i < b->facts.n; i++) {
        const struct import_order *o = &b->orders.at[i];
        const struct import_person *p = o->person < 0 ? NULL : &b->persons.at[o->person];
        bool has_member = p && (p->strong || p->n > 1);
        count_fact(w, o, key_count_add(w->orders, fact_key(&b->facts.at[i])), has_member);
        if (!has_member) continue;
        const struct identity *id = &p->identities[0];
        key_count_add(w->members,
                      str_hash(id->value) ^ str_hash(id->scope) * 31 ^ (u64)id->kind << 56);
    }
}

static void keep_fact(struct import_work *w, const struct import_batch *b, i64 i)
{
    struct import_run *run = w->run;
    struct arena *a = w->c->arena;
    const struct order_fact *from = &b->facts.at[i];
    struct order_fact *f = PUSH(a, &run->facts);
    *f = *from;
    f->state = b->orders.at[i].state; /* where it stands by trade's rules, not by the word alone */
    str *const texts[] = { &f->shop,    &f->number,     &f->status,   &f->province, &f->city,
                           &f->country, &f->touchpoint, &f->currency, &f->code };
    for (i64 k = 0; k < COUNT(texts); k++) *texts[k] = str_copy(a, *texts[k]);
    i64 n = from->lines.n < 20 ? from->lines.n : 20;
    f->lines = (struct order_line_fact_list){ NEWS(a, struct order_line_fact, n + 1), n };
    for (i64 k = 0; k < n; k++) {
        struct order_line_fact *l = &f->lines.at[k];
        *l = from->lines.at[k];
        l->line_id = str_copy(a, l->line_id);
        l->product_id = str_copy(a, l->product_id);
        l->product = str_copy(a, l->product);
        l->category = str_copy(a, l->category);
    }
    struct identity *id = PUSH(a, &run->identities);
    i64 person = b->orders.at[i].person;
    *id = (struct identity){ .kind = ID_NICK, .scope = S(""), .value = S("") };
    if (person < 0) return;
    *id = identity_shown(w->c, a, &b->persons.at[person].identities[0]);
}

void order_batch_show(struct import_work *w, const struct import_batch *b)
{
    for (i64 i = 0; i < b->facts.n && w->run->facts.n < w->run->facts_max; i++) keep_fact(w, b, i);
}

void order_notes(struct import_work *w, str words)
{
    struct ctx *c = w->c;
    const struct import_plan *p = &w->run->plan;
    const struct import_summary *s = &w->run->summary;
    if (p->counts_as_paid)
        import_note(
            w, say(c, S("文件里没有付款时间、实付金额或订单状态：有金额的订单都按已付款计"),
                   S("the file has no payment time, paid amount or status: every order with an "
                     "amount counts as paid")));
    if (words.n)
        import_note(w,
                    str_fmt(c->arena,
                            c->locale == ZH ? "不认识的订单状态：" STR_FMT
                                              "；如果它们算已付款，用 --paid-status 指明"
                                            : "unknown status words: " STR_FMT
                                              "; name those that count as paid with --paid-status",
                            STR_ARG(words)));
    if (s->without_member && !identity_kind_row(p->identity)->strong)
        import_note(
            w,
            str_fmt(c->arena,
                    c->locale == ZH
                        ? "%lld 个订单的买家只有昵称或打码信息，认不出是谁；如果昵称在本店唯一，用 "
                          "--identity shop_account"
                        : "%lld orders name their buyer by a nick or masked values only; if the "
                          "nick is unique in "
                          "the shop, say --identity shop_account",
                    (long long)s->without_member));
}
