/* insight_people_test.c -- the list of members under every filter and sort against a slow one; the
 * view of one; people.h. */
#include "insight_shop.h"

#include <stdlib.h>

#include "access/access.h"
#include "insight/people.h"

#define YUAN MONEY_UNIT
#define N    90

static const struct merge_listener *const listeners[] = { &trade_merges, NULL };

/* What the test knows of its people. */
struct facts {
    i64 id;
    instant first_seen, last_order;
    i64 orders, purchases;
    money spent;
    bool tagged, in_city, community, gone;
};

struct dressing {
    struct facts *people;
    i64 n;
};

static enum err dress(struct tx *t, void *arg)
{
    struct dressing *d = arg;
    for (i64 i = 0; i < d->n; i++) {
        struct facts *p = &d->people[i];
        if (p->tagged) TRY(tag_put(t, p->id, S("敏感肌"), S("hand"), NONE));
        if (i == 3) TRY(tag_put(t, p->id, S("过期"), S("hand"), SOME(t->c->now + 1000)));
        if (p->in_city) TRY(profile_put(t, p->id, S("city"), S("杭州市"), S("hand"), t->c->now));
    }
    return OK;
}

struct merging {
    i64 winner, loser;
};
static enum err merge_two(struct tx *t, void *arg)
{
    const struct merging *m = arg;
    i64 merge;
    return member_merge(t, m->winner, m->loser, S("test"), &merge);
}
static enum err erase_one(struct tx *t, void *arg) { return member_erase(t, *(const i64 *)arg); }

static struct facts *random_people(struct ctx *c)
{
    struct dice d = { 17 };
    struct facts *people = NEWS(c->arena, struct facts, N);
    struct sale sales[200];
    struct timeline_line lines[N];
    i64 lines_n = 0;
    merge_listeners = listeners;
    for (i64 part = 0; part < 3; part++) {
        instant seen = c->now - (400 - part * 100) * DAY_MS;
        i64 *ids = shop_members(c, N / 3, seen,
                                part == 0   ? S("张")
                                : part == 1 ? S("li")
                                            : S("wang"));
        for (i64 i = 0; i < N / 3; i++)
            people[part * N / 3 + i] = (struct facts){ .id = ids[i], .first_seen = seen };
    }
    for (i64 i = 0; i < N; i++) {
        people[i].tagged = dice_below(&d, 3) == 0;
        people[i].in_city = dice_below(&d, 4) == 0;
        people[i].community = dice_below(&d, 2) == 0;
        if (people[i].community)
            lines[lines_n++] = (struct timeline_line){ .member = people[i].id,
                                                       .at = c->now - DAY_MS,
                                                       .kind = S("community.joined"),
                                                       .subject = S("group:1") };
    }
    for (i64 i = 0; i < COUNT(sales); i++) {
        struct facts *p = &people[dice_below(&d, N * 2 / 3)];
        sales[i] =
            (struct sale){ p->id, c->now - dice_below(&d, 40) * DAY_MS - 1,
                           dice_below(&d, 20) * 10 * YUAN, .unpaid = dice_below(&d, 5) == 0 };
        p->orders++;
        if (sales[i].at > p->last_order) p->last_order = sales[i].at;
        if (sales[i].unpaid || sales[i].paid == 0) continue;
        p->purchases++;
        p->spent += sales[i].paid;
    }
    shop_sales(c, sales, COUNT(sales));
    shop_lines(c, lines, lines_n);
    CHECK_OK(c, store_write(c->store, c, dress, &(struct dressing){ people, N }));
    return people;
}

static const struct facts *sorting;
static enum people_sort sorting_by;

static i64 key_of(const struct facts *p)
{
    switch (sorting_by) {
    case PEOPLE_LAST_ORDER: return p->last_order;
    case PEOPLE_ORDERS: return p->orders;
    case PEOPLE_SPENT: return p->spent;
    case PEOPLE_NEWEST: return p->first_seen;
    }
    return 0;
}

static int by_key(const void *x, const void *y)
{
    const struct facts *a = &sorting[*(const i64 *)x], *b = &sorting[*(const i64 *)y];
    bool a_without = sorting_by != PEOPLE_NEWEST && a->orders == 0;
    bool b_without = sorting_by != PEOPLE_NEWEST && b->orders == 0;
    if (a_without != b_without) return a_without ? 1 : -1;
    if (!a_without && key_of(a) != key_of(b)) return key_of(a) > key_of(b) ? -1 : 1;
    return a->id > b->id ? -1 : 1;
}

static bool naive_fits(const struct facts *p, const struct people_filter *f, i64 place)
{
    if (p->gone) return false;
    if (f->tag.n && !p->tagged) return false;
    if (f->city.n && !p->in_city) return false;
    if (str_eq(f->class, S("A")) && !(p->community && p->purchases == 0)) return false;
    if (str_eq(f->class, S("B")) && p->purchases != 1) return false;
    if (str_eq(f->class, S("C")) && p->purchases < 2) return false;
    if (str_eq(f->q, S("敏感肌")) && !p->tagged) return false;
    if (str_eq(f->q, S("#5")) && p->id != 5) return false;
    if (str_eq(f->q, S("#nobody"))) return false;
    if (str_eq(f->q, S("li7")) && place != N / 3 + 7) return false;
    return true;
}

static void check_list(struct ctx *c, const struct facts *people, const struct people_filter *f,
                       i64 page)
{
    i64 want[N], n = 0, seen = 0;
    for (i64 i = 0; i < N; i++)
        if (naive_fits(&people[i], f, i)) want[n++] = i;
    sorting = people;
    sorting_by = f->sort;
    qsort(want, (size_t)n, sizeof(want[0]), by_key);
    struct people_place after = { 0 };
    for (bool more = true; more;) {
        struct person_list list;
        i64 total;
        CHECK_OK(c, people_list(c, f, after, page, &list, &more, &after, &total));
        CHECK_I64(total, n);
        CHECK(list.n == page || !more);
        for (i64 i = 0; i < list.n; i++, seen++) {
            CHECK(seen < n);
            const struct facts *p = &people[want[seen]];
            CHECK_I64(list.at[i].id, p->id);
            CHECK_I64(list.at[i].orders, p->orders);
            CHECK_I64(list.at[i].spent, p->spent);
            CHECK_STR(list.at[i].class, p->purchases > 1    ? "C"
                                        : p->purchases == 1 ? "B"
                                        : p->community      ? "A"
                                                            : "");
        }
    }
    CHECK_I64(seen, n);
}

TEST(a_list_is_walked_without_gaps)
{
    struct ctx *c = test_reader();
    struct facts *people = random_people(c);
    for (int sort = 0; sort < 4; sort++)
        for (i64 page = 1; page < 120; page = page * 3 + 1)
            check_list(c, people, &(struct people_filter){ .sort = (enum people_sort)sort }, page);
}

TEST(every_filter_narrows)
{
    struct ctx *c = test_reader();
    struct facts *people = random_people(c);
    static const char *const classes[] = { "", "A", "B", "C" }, *const qs[] = { "", "敏感肌", "li7",
                                                                                "#5", "#nobody" };
    for (int i = 0; i < 4 * 2 * 2 * 4 * COUNT(qs); i++) {
        struct people_filter f = { .sort = (enum people_sort)(i % 4),
                                   .tag = i / 4 % 2 ? S("敏感肌") : NO_STR,
                                   .city = i / 8 % 2 ? S("杭州市") : NO_STR,
                                   .class = str_of(classes[i / 16 % 4]),
                                   .q = str_of(qs[i / 64]) };
        check_list(c, people, &f, 7);
    }
}

TEST(totals_are_exact)
{
    struct ctx *c = test_reader();
    struct person_list list;
    struct people_place end;
    bool more;
    i64 total;
    random_people(c);
    CHECK_OK(c, people_list(c, &(struct people_filter){ 0 }, (struct people_place){ 0 }, 5, &list,
                            &more, &end, &total));
    CHECK_I64(total, N);
    CHECK_I64(list.n, 5);
    CHECK(more);
    struct people_filter expired = { .tag = S("过期") };
    CHECK_OK(c,
             people_list(c, &expired, (struct people_place){ 0 }, 5, &list, &more, &end, &total));
    CHECK_I64(total, 1);
    c->now += 1000;
    CHECK_OK(c,
             people_list(c, &expired, (struct people_place){ 0 }, 5, &list, &more, &end, &total));
    CHECK_I64(total, 0);
    struct people_filter unknown = { .tag = S("没有这个") }, wrong = { .class = S("D") };
    CHECK_ERR(c,
              people_list(c, &unknown, (struct people_place){ 0 }, 5, &list, &more, &end, &total),
              E_NOT_FOUND);
    CHECK_ERR(c, people_list(c, &wrong, (struct people_place){ 0 }, 5, &list, &more, &end, &total),
              E_INVALID);
}

TEST(merged_and_erased_members_are_not_listed)
{
    struct ctx *c = test_reader();
    struct facts *people = random_people(c);
    /* one without orders into one with them, so that the figures of the facts stay right */
    struct facts *winner = &people[1], *loser = &people[N - 1], *erased = &people[2];
    CHECK_OK(c, store_write(c->store, c, merge_two, &(struct merging){ winner->id, loser->id }));
    CHECK_OK(c, store_write(c->store, c, erase_one, &erased->id));
    loser->gone = erased->gone = true;
    /* his old number still finds him; that of nobody finds nobody */
    struct people_filter old = { .q = str_fmt(c->arena, "#%lld", (long long)loser->id) };
    struct people_filter none = { .q = str_fmt(c->arena, "#%lld", (long long)erased->id) };
    struct person_list list;
    struct people_place end;
    bool more;
    i64 total;
    CHECK_OK(c, people_list(c, &old, (struct people_place){ 0 }, 5, &list, &more, &end, &total));
    CHECK_I64(total, 1);
    CHECK_I64(list.at[0].id, winner->id);
    CHECK_OK(c, people_list(c, &none, (struct people_place){ 0 }, 5, &list, &more, &end, &total));
    CHECK_I64(total, 0);
    winner->tagged |= loser->tagged;
    winner->in_city |= loser->in_city;
    winner->community |= loser->community;
    for (int i = 0; i < 16; i++) {
        struct people_filter f = { .sort = (enum people_sort)(i % 4),
                                   .class = str_of((const char *[]){ "", "A", "B", "C" }[i / 4]) };
        check_list(c, people, &f, 13);
    }
    struct person_view view;
    CHECK_OK(c, person_show(c, loser->id, &view));
    CHECK_I64(view.id, winner->id);
    CHECK_I64(view.merged_ids.n, 1);
    CHECK_I64(view.merged_ids.at[0], loser->id);
}

static enum err known_person(struct tx *t, void *arg)
{
    bool created;
    struct identity ids[] = {
        { .kind = ID_PHONE, .value = S("13812345678") },
        { .kind = ID_SHOP_ACCOUNT, .scope = S("店"), .value = S("buyer-77") }
    };
    for (i64 i = 0; i < COUNT(ids); i++) TRY(identity_normalise(t->c, &ids[i]));
    struct member_sighting seen = { .identities = ids,
                                    .n = COUNT(ids),
                                    .name = S("张三丰"),
                                    .source = S("import"),
                                    .at = t->c->now - 50 * DAY_MS };
    TRY(member_resolve(t, &seen, arg, &created));
    return tag_put(t, *(i64 *)arg, S("老客"), S("hand"), NONE);
}

TEST(one_member_in_full)
{
    struct ctx *c = test_reader();
    i64 id;
    struct person_view v;
    CHECK_OK(c, store_write(c->store, c, known_person, &id));
    shop_sales(c,
               (struct sale[]){ { id, c->now - 40 * DAY_MS, 100 * YUAN },
                                { id, c->now - 10 * DAY_MS, 301 * YUAN, .refund = 100 * YUAN } },
               2);
    CHECK_OK(c, person_show(c, id, &v));
    CHECK_STR(v.name, "张三丰");
    CHECK_STR(v.phone, "13812345678");
    CHECK_STR(v.class, "C");
    CHECK_I64(v.orders, 2);
    CHECK_I64(v.spent, 301 * YUAN);
    CHECK_I64(v.refund, 100 * YUAN);
    CHECK_I64(v.average, 150 * YUAN + YUAN / 2);
    CHECK_I64(v.identities.n, 2);
    CHECK_I64(v.tags.n, 1);
    CHECK_I64(v.rfm->r, 3);
    CHECK_I64(v.rfm->f, 2);
    CHECK_I64(v.rfm->m, 2);
    CHECK_I64(v.rfm->days, 10);
    CHECK_STR(v.rfm->type, "general_develop");
    CHECK_I64(v.scene.n, 1);
    CHECK_STR(v.scene.at[0], "active");
    CHECK_ERR(c, person_show(c, id + 1, &v), E_NOT_FOUND);
}

static bool anywhere(const struct person_view *v, str secret)
{
    bool found = str_find(v->name, secret) >= 0 || str_find(v->phone, secret) >= 0;
    for (i64 i = 0; i < v->identities.n; i++)
        found |= str_find(v->identities.at[i].value, secret) >= 0;
    return found;
}

TEST(personal_data_is_masked)
{
    struct ctx *c = test_reader();
    i64 id, total;
    bool more;
    struct person_view v;
    struct person_list list;
    struct people_place end;
    CHECK_OK(c, store_write(c->store, c, known_person, &id));
    CHECK_OK(c, person_show(c, id, &v));
    CHECK(anywhere(&v, S("三丰")) && anywhere(&v, S("2345")));
    c->rights &= ~(u64)PERSONAL_READ;
    CHECK_OK(c, person_show(c, id, &v));
    CHECK(!anywhere(&v, S("三丰")) && !anywhere(&v, S("2345")));
    CHECK_OK(c, people_list(c, &(struct people_filter){ .q = S("13812345678") },
                            (struct people_place){ 0 }, 5, &list, &more, &end, &total));
    CHECK_I64(total, 1);
    CHECK(str_find(list.at[0].name, S("三丰")) < 0 && str_find(list.at[0].phone, S("2345")) < 0);
}

TEST(a_name_or_an_identity_finds)
{
    struct ctx *c = test_reader();
    i64 id, total;
    bool more;
    struct person_list list;
    struct people_place end;
    CHECK_OK(c, store_write(c->store, c, known_person, &id));
    shop_members(c, 5, c->now - DAY_MS, S("other"));
    static const char *const finds[] = { "张三", "13812345678", "138 1234 5678", "buyer-77",
                                         "老客" };
    for (i64 i = 0; i < COUNT(finds); i++) {
        struct people_filter f = { .q = str_of(finds[i]) };
        CHECK_OK(c, people_list(c, &f, (struct people_place){ 0 }, 5, &list, &more, &end, &total));
        CHECK_I64(total, 1);
        CHECK_I64(list.at[0].id, id);
    }
    struct people_filter none = { .q = S("李四") };
    CHECK_OK(c, people_list(c, &none, (struct people_place){ 0 }, 5, &list, &more, &end, &total));
    CHECK_I64(total, 0);
}
