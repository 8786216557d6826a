/* ask_answers_test.c -- three answers that must be one: of the index, of the naive executor and of
 * SQL, on random shops and segments, now and in the past, afresh and after changes followed. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "segment_random.h"
#include "segment_shop.h"

#include "audience/ask.h"
#include "audience/ask/plan.h"
#include "audience/builder.h"
#include "audience/index/follow.h"
#include "audience/language/sql.h"
#include "store/setting.h"
#include "support/segment_naive.h"

static i64 seed_of(i64 otherwise)
{
    i64 seed = otherwise;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &seed));
    return seed;
}

static enum err saved_find(struct ctx *c, str folded, str *text, bool *found)
{
    (void)c;
    *found = str_eq(folded, S("saved"));
    *text = S("orders >= 2 or tag = \"敏感肌\"");
    return OK;
}

static bool same_ids(const ints *a, const ints *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, (size_t)a->n * sizeof(i64)) == 0);
}

struct rounds {
    i64 asked, some, by_index;
};

/* One member as all: plan_holds answers what plan_chunk does. */
static void one_as_all(const struct plan *p, const struct member_set *set)
{
    i64 end = view_chunks(set->view) * CHUNK;
    for (i64 m = 0; m < end && m < 400; m++)
        CHECK(plan_holds(p, m) == (set->bits[m / 64] >> (m % 64) & 1));
    chunk_bits bits;
    if (!end) return;
    plan_chunk(p, 0, bits);
    CHECK(memcmp(bits, set_of_chunk(set, 0), sizeof bits) == 0);
    CHECK(!plan_holds(p, end) && !plan_holds(p, -1));
}

static void same(struct ctx *c, const struct segment_facts *facts, const struct view *v,
                 const struct segment_node *tree, instant at, struct rounds *rounds)
{
    ints sql, naive;
    const struct plan *p;
    struct member_set set;
    str text = segment_format(c->arena, tree);
    CHECK_OK(c, plan_make(c, v, tree, at, &p));
    plan_set(c->arena, p, &set);
    ints index = set_ids(c->arena, &set, -1, INT64_MAX);
    CHECK_I64(index.n, set.n);
    CHECK_OK(c, segment_members_sql(c, tree, at, &sql));
    CHECK_OK(c, segment_members_naive(c, facts, tree, at, &naive));
    if (!same_ids(&index, &sql) || !same_ids(&sql, &naive)) {
        print_message("index %lld, SQL %lld, naive %lld at %s: " STR_FMT "\n", (long long)index.n,
                      (long long)sql.n, (long long)naive.n, at > c->now ? "now" : "a past day",
                      STR_ARG(text));
        CHECK(!"one answer");
    }
    one_as_all(p, &set);
    rounds->asked++;
    rounds->some += index.n > 0 && index.n < 100;
    rounds->by_index += plan_by_index(p);
}

static void random_trees(struct ctx *c, struct dice *d, const struct view *v, i64 trees,
                         struct rounds *rounds)
{
    struct segment_facts *facts;
    struct segment_dice r = { .c = c, .d = d, .in_segment = true };
    struct arena_mark begin = arena_mark(c->arena);
    CHECK_OK(c, segment_facts_read(c, &facts));
    for (i64 i = 0; i < trees; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const struct segment_node *tree;
        instant now, at;
        CHECK_OK(c, fields_published(c, &r.fields));
        str text =
            segment_format(c->arena, segment_random(&r, 1 + dice_below(d, i % 50 ? 6 : 60), 4));
        CHECK_OK(c, segment_parse(c, text, &tree));
        CHECK_OK(c, segment_at_read(c, NO_STR, &now));
        /* Beyond all purchases that are dated ahead, too: there columns alone answer. */
        at = dice_below(d, 2) ? now + (dice_below(d, 2) ? 0 : 120 * DAY_MS)
                              : c->now / SECOND_MS * SECOND_MS - dice_below(d, 200) * DAY_MS / 2;
        same(c, facts, v, tree, at, rounds);
        arena_rewind(c->arena, mark);
    }
    arena_rewind(c->arena, begin);
}

TEST(rows_and_text_are_one_tree)
{
    struct dice d = { (u64)seed_of(8) };
    struct ctx *c = test_reader();
    struct segment_dice r = { .c = c, .d = &d, .in_segment = true };
    segment_saved_find = saved_find;
    CHECK_OK(c, fields_published(c, &r.fields));
    for (i64 i = 0; i < 3000; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const struct segment_node *tree, *again;
        struct segment_row_list rows;
        str text = segment_format(c->arena, segment_random(&r, 1 + dice_below(&d, 40), 5));
        CHECK_OK(c, segment_parse(c, text, &tree));
        segment_rows_of(c, tree, &rows);
        for (i64 k = 0; k < rows.n; k++)
            CHECK(str_eq(rows.at[k].text, segment_format(c->arena, segment_row_node(tree, k))));
        CHECK(!segment_row_node(tree, rows.n));
        CHECK_OK(c, segment_of_rows(c, &rows, &again));
        if (!segment_same(tree, again)) print_message(STR_FMT "\n", STR_ARG(text));
        CHECK(segment_same(tree, again));
        arena_rewind(c->arena, mark);
    }
    segment_saved_find = NULL;
}

TEST(answers_agree)
{
    struct dice d = { (u64)seed_of(20240601) };
    struct rounds rounds = { 0 };
    struct audience *a;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    segment_saved_find = saved_find;
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    random_trees(c, &d, v, test_store_is_pg() ? 400 : 3000, &rounds);
    CHECK(rounds.some > rounds.asked / 3);
    CHECK(rounds.by_index > rounds.asked / 2);
    view_release(v);
    audience_close(a);
    segment_saved_find = NULL;
}

/* -- after changes, followed ------------------------------------------------------------------- */

static struct life {
    struct dice *d;
    i64 n, merges[400], merges_n, made;
} life;

static i64 someone(void) { return 1 + dice_below(life.d, life.n); }

static enum err change_line(struct tx *t, void *arg)
{
    (void)arg;
    struct segment_making m = { life.d, NULL, 1 };
    i64 member;
    TRY(member_living(t->c, someone(), &member));
    m.ids = &member;
    return segment_lines(t, &m);
}

static enum err change_order(struct tx *t, void *arg)
{
    (void)arg;
    i64 order, member;
    enum order_put what;
    i64 hours = dice_below(life.d, 400 * 24);
    instant at = t->c->now + (hours % 8 ? -hours : hours / 8) * HOUR_MS; /* clocks go wrong */
    TRY(member_living(t->c, someone(), &member));
    struct order_fact o = { .shop = dice_below(life.d, 2) ? S("天猫") : S("京东"),
                            .number = str_fmt(t->c->arena, "n%lld",
                                              (long long)dice_below(life.d, life.n * 4)),
                            .member = member,
                            .created_at = SOME(at),
                            .paid_at = SOME(at),
                            .state = dice_below(life.d, 5) ? ORDER_COMPLETED : ORDER_REFUNDED };
    o.total = o.paid = SOME((1 + dice_below(life.d, 300)) * MONEY_UNIT);
    if (dice_below(life.d, 3) == 0) o.refund = SOME(o.paid.value / 2);
    return order_write(t, &o, &order, &what);
}

static enum err change_tag(struct tx *t, void *arg)
{
    (void)arg;
    str name = dice_below(life.d, 2) ? S("敏感肌") : S("活动2024");
    if (dice_below(life.d, 2)) return tag_put(t, someone(), name, S("hand"), NONE);
    return tag_drop(t, someone(), name);
}

static enum err change_value(struct tx *t, void *arg)
{
    (void)arg;
    static const char *const rows[][2] = { { "city", "杭州" },
                                           { "city", "" },
                                           { "age", "3" },
                                           { "vip", "是" },
                                           { "hobbies", "美妆,旅行" },
                                           { "income", "" },
                                           { "birthday", "1990-06-02" } };
    i64 i = dice_below(life.d, COUNT(rows));
    return profile_put(t, someone(), str_of(rows[i][0]), str_of(rows[i][1]), S("hand"), t->c->now);
}

static enum err change_word(struct tx *t, void *arg)
{
    (void)arg;
    str city = str_fmt(t->c->arena, "新城%lld", (long long)life.made++);
    return profile_put(t, someone(), S("city"), city, S("hand"), t->c->now);
}

static enum err change_merge(struct tx *t, void *arg)
{
    (void)arg;
    return member_merge(t, someone(), someone(), S("test"), &life.merges[life.merges_n]);
}

static enum err change_part(struct tx *t, void *arg)
{
    (void)arg;
    return life.merges_n ? member_unmerge(t, life.merges[dice_below(life.d, life.merges_n)]) : OK;
}

static enum err change_erase(struct tx *t, void *arg)
{
    (void)arg;
    return member_erase(t, someone());
}

static enum err change_come(struct tx *t, void *arg)
{
    (void)arg;
    i64 member;
    bool created;
    struct identity id = { ID_USER_ID, S(""),
                           str_fmt(t->c->arena, "new%lld", (long long)life.made++) };
    struct member_sighting in = {
        .identities = &id, .n = 1, .source = S("api"), .touchpoint = S("抖音"), .at = t->c->now
    };
    return member_resolve(t, &in, &member, &created);
}

/* What is refused (an erased member, an undone merge) leaves nothing and is no fault here. */
static void some_life(struct ctx *c, i64 steps)
{
    static write_fn *const ways[] = { change_line,  change_line, change_order, change_order,
                                      change_tag,   change_tag,  change_value, change_value,
                                      change_merge, change_part, change_come,  change_word };
    for (i64 i = 0; i < steps; i++) {
        write_fn *way = ways[dice_below(life.d, COUNT(ways))];
        bool done = store_write(c->store, c, way, NULL) == OK;
        life.merges_n += done && way == change_merge;
        life.n += done && way == change_come;
    }
    if (dice_below(life.d, 3) == 0 && store_write(c->store, c, change_erase, NULL) != OK) return;
}

TEST(answers_agree_after_changes)
{
    struct dice d = { (u64)seed_of(77) };
    struct rounds rounds = { 0 };
    struct audience *a;
    segment_shop_make(&d, 80);
    struct ctx *c = test_reader();
    life = (struct life){ .d = &d, .n = 80 };
    segment_saved_find = saved_find;
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    for (i64 i = 0; i < 20; i++) {
        some_life(c, 5 + dice_below(&d, 25));
        CHECK_OK(c, audience_follow(a, NULL));
        const struct view *v = audience_take(a);
        random_trees(c, &d, v, test_store_is_pg() ? 25 : 100, &rounds);
        view_release(v);
    }
    CHECK(life.merges_n > 10);
    CHECK(rounds.some > rounds.asked / 3);
    audience_close(a);
    segment_saved_find = NULL;
}

/* -- promises of ask.h ------------------------------------------------------------------------- */

static const struct plan *planned(struct ctx *c, const struct view *v, const char *text)
{
    const struct segment_node *tree;
    const struct plan *p;
    CHECK_OK(c, segment_parse(c, str_of(text), &tree));
    CHECK_OK(c, plan_make(c, v, tree, c->now / SECOND_MS * SECOND_MS + SECOND_MS, &p));
    return p;
}

TEST(one_member_as_all)
{
    static const char *const texts[] = { "orders(90d) >= 1",
                                         "class = \"A\" or class = \"C\"",
                                         "not in_group(\"上海VIP群\")",
                                         "did(\"Product Viewed\", category = \"面膜\") >= 1",
                                         "shop = \"天猫\" and not city is known",
                                         "birthday within next 100d",
                                         "did(\"Product Viewed\", price >= 3)",
                                         "recency > 20d" };
    struct dice d = { 15 };
    struct audience *a;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    for (i64 i = 0; i < COUNT(texts); i++) {
        const struct plan *p = planned(c, v, texts[i]);
        struct member_set set;
        plan_set(c->arena, p, &set);
        CHECK(set.n > 0 && set.n < 150);
        one_as_all(p, &set);
    }
    view_release(v);
    audience_close(a);
}

#define KEPT_PLANS 40

/* Plans kept through a shop's life, as saved segments keep theirs: rounds bring members, purchases,
 * words, lines ahead of their time and other instants, and some of these make another plan of it.
 */
TEST(again_as_anew)
{
    static const char *const texts[] = { "city != \"杭州\"", "city contains \"新城\"",
                                         "favourite_category is known and spent >= 100",
                                         "order_hour is known", "not orders(30d) >= 1" };
    struct dice d = { (u64)seed_of(5) };
    struct segment_dice r = { .d = &d };
    struct ctx kept = *test_reader();
    const struct plan *old[KEPT_PLANS], *everybody, *again, *anew;
    struct audience *a;
    i64 some = 0, kept_as_is = 0;
    segment_shop_make(&d, 80);
    struct ctx *c = r.c = test_reader();
    life = (struct life){ .d = &d, .n = 80 };
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    kept.arena = arena_new();
    CHECK_OK(c, fields_published(c, &r.fields));
    for (i64 i = 0; i < KEPT_PLANS; i++) {
        const struct segment_node *tree;
        str text = i < 2 * COUNT(texts)
                       ? str_of(texts[i / 2])
                       : segment_format(c->arena, segment_random(&r, 1 + dice_below(&d, 6), 4));
        CHECK_OK(c, segment_parse(&kept, str_copy(kept.arena, text), &tree));
        instant at = c->now + SECOND_MS + i % 2 * 200 * DAY_MS; /* beyond all purchases, too */
        CHECK_OK(&kept, plan_make(&kept, v, tree, at, &old[i]));
    }
    for (i64 round = 0; round < 12; round++) {
        view_release(v);
        if (round) some_life(c, dice_below(&d, 12));
        CHECK_OK(c, audience_follow(a, NULL));
        v = audience_take(a);
        instant at = c->now + dice_below(&d, 90) * DAY_MS / 2 + SECOND_MS;
        CHECK_OK(c, plan_make(c, v, NULL, at, &everybody));
        for (i64 i = 0; i < KEPT_PLANS; i++) {
            struct arena_mark mark = arena_mark(c->arena);
            struct member_set one, other;
            CHECK_OK(c, plan_again(c, everybody, old[i], &again));
            CHECK_OK(c, plan_beside(c, everybody, old[i]->tree, &anew));
            plan_set(c->arena, again, &one);
            plan_set(c->arena, anew, &other);
            CHECK_I64(one.n, other.n);
            CHECK(memcmp(one.bits, other.bits, (size_t)view_chunks(v) * CHUNK / 8) == 0);
            one_as_all(again, &one);
            some += one.n > 0 && one.n < 80;
            kept_as_is += again->root == old[i]->root;
            arena_rewind(c->arena, mark);
        }
    }
    CHECK(some > 12 * KEPT_PLANS / 4);
    CHECK(kept_as_is > 0); /* nothing in them is moved by time */
    view_release(v);
    arena_free(kept.arena);
    audience_close(a);
}

TEST(cheap_and_selective_first)
{
    struct dice d = { 15 };
    struct audience *a;
    str said;
    segment_shop_make(&d, 150);
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    const struct plan *p = planned(c, v,
                                   "did(\"Product Viewed\") >= 2 and city = \"北京\" and "
                                   "tag = \"敏感肌\" and first_seen is known");
    CHECK_OK(c, plan_explain(c, p, true, &said));
    i64 did = str_find(said, S("did(")), city = str_find(said, S("city =")),
        tag = str_find(said, S("tag =")), seen = str_find(said, S("first_seen is"));
    CHECK(tag > 0 && tag < city && city < did && did < seen); /* the last decides nothing */
    view_release(v);
    audience_close(a);
}

TEST(what_the_index_does_not_keep_is_asked_of_sql)
{
    struct dice d = { 15 };
    struct audience *a;
    str said;
    segment_shop_make(&d, 60);
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    const struct plan *kept = planned(
                          c, v, "did(\"Product Viewed\", category = \"面膜\") and orders >= 1"),
                      *asked = planned(c, v, "did(\"Product Viewed\", price >= 2) and orders >= 1");
    CHECK(plan_by_index(kept) && !plan_by_index(asked));
    CHECK_OK(c, plan_explain(c, kept, false, &said));
    CHECK(str_find(said, S("SQL")) < 0);
    CHECK_OK(c, plan_explain(c, asked, false, &said));
    CHECK(str_find(said, S("price >= 2)  (SQL)")) > 0);
    /* Who asks by the network gets so much time for it; a command as much as it takes. */
    const struct segment_node *tree;
    str text = S("did(\"Product Viewed\", price >= 2) or did(\"Product Viewed\", price = 1)");
    i64 most_us = plan_sql_most_us;
    CHECK_OK(c, segment_parse(c, text, &tree));
    plan_sql_most_us = 1;
    CHECK_OK(c, plan_make(c, v, tree, c->now, &asked));
    c->address = S("127.0.0.1");
    CHECK_ERR(c, plan_make(c, v, tree, c->now, &asked), E_TIMEOUT);
    plan_sql_most_us = most_us;
    CHECK_OK(c, plan_make(c, v, tree, c->now, &asked));
    c->address = NO_STR;
    view_release(v);
    audience_close(a);
}

TEST(read_your_writes)
{
    struct dice d = { 15 };
    struct audience *a;
    const struct view *v;
    i64 seq;
    segment_shop_make(&d, 30);
    struct ctx *c = test_reader();
    life = (struct life){ .d = &d, .n = 30 };
    CHECK_ERR(c, audience_view(c, 0, &v), E_BUSY);
    CHECK_OK(c,
             audience_open(c, test_store(),
                           (struct audience_options){ .thread = true, .interval_ms = 60000 }, &a));
    audience_serve(a);
    for (int i = 0; i < 10; i++) {
        struct ctx asks = *c;
        asks.arena = arena_new();
        some_life(c, 3);
        CHECK_OK(c, timeline_last(c, &seq));
        CHECK_OK(&asks, audience_view(&asks, seq, &v));
        CHECK(view_seq(v) >= seq);
        CHECK_ERR(&asks, audience_view(&asks, seq + 1000, &v), E_INVALID);
        arena_free(asks.arena); /* releases the view */
    }
    audience_serve(NULL);
    audience_close(a);
}

TEST(a_command_has_its_own)
{
    struct dice d = { 15 };
    const struct view *v;
    bool worth;
    segment_shop_make(&d, 30);
    struct ctx *c = test_reader();
    struct ctx asks = *c;
    asks.arena = arena_new();
    audience_command(&asks, S("/nowhere"));
    CHECK_OK(&asks, audience_worth(&asks, &worth));
    CHECK(worth);
    CHECK_OK(&asks, audience_view(&asks, 0, &v));
    CHECK(view_members(v) > 20);
    arena_free(asks.arena);
    CHECK_ERR(c, audience_view(c, 0, &v), E_BUSY);
}

TEST(values_to_choose_from)
{
    struct dice d = { 15 };
    struct audience *a;
    segment_shop_make(&d, 100);
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *v = audience_take(a);
    struct segment_value_list cities = { 0 }, tags = { 0 }, events = { 0 }, kinds = { 0 },
                              groups = { 0 };
    CHECK_OK(c, values_of_field(c, v, S("city"), S("hz"), 10, &cities));
    CHECK_OK(c, values_of_field(c, v, S("tag"), S("vip"), 10, &tags));
    CHECK_OK(c, values_of_events(c, v, S("product"), 10, &events));
    CHECK_OK(c, values_of_prop(c, v, S("product viewed"), S("category"), S(""), 10, &kinds));
    CHECK_OK(c, values_of_groups(c, v, S("杭州"), 10, &groups));
    CHECK_I64(cities.n, 2); /* HZ and ｈｚ */
    CHECK_I64(tags.n, 1);
    CHECK_I64(events.n, 3);
    CHECK_I64(groups.n, 1);
    CHECK_STR(groups.at[0].value, "杭州群");
    CHECK(kinds.n >= 3);
    for (i64 i = 0; i < tags.n; i++) {
        struct member_set set;
        str text = str_fmt(c->arena, "tag = \"" STR_FMT "\"", STR_ARG(tags.at[i].value));
        struct ctx later = *c; /* some were first seen in the future */
        later.now += 200 * DAY_MS;
        plan_set(c->arena, planned(&later, v, str_z(c->arena, text)), &set);
        CHECK_I64(tags.at[i].members.value, set.n);
    }
    for (i64 i = 1; i < events.n; i++)
        CHECK(events.at[i].members.value <= events.at[i - 1].members.value);
    view_release(v);
    audience_close(a);
}

/* -- fields and days --------------------------------------------------------------------------- */

static enum err define_shoe(struct tx *t, void *arg)
{
    (void)arg;
    TRY(field_define(t, S("shoe"), S("鞋码"), S("Shoe"), FIELD_NUMBER, (strs){ 0 }, false));
    for (i64 m = 1; m < 20; m += 3) {
        i64 living;
        TRY(member_living(t->c, m, &living));
        enum err e = profile_put(t, living, S("shoe"), S("42"), S("hand"), t->c->now);
        if (e != OK && e != E_CONFLICT && e != E_NOT_FOUND) return e;
    }
    return OK;
}

static enum err move_shop(struct tx *t, void *arg)
{
    (void)arg;
    TRY(setting_set(t, S("rfm.frequency_of"), S("days")));
    TRY(setting_set(t, S("rfm.window_days"), S("0")));
    return setting_set(t, S("timezone"), S("America/New_York"));
}

/* What the index of `a` says of the text, as SQL does; whether without SQL. */
static bool asked_as_sql(struct ctx *c, struct audience *a, const char *text)
{
    const struct segment_node *tree;
    const struct plan *p;
    struct member_set set;
    ints sql;
    const struct view *v = audience_take(a);
    CHECK_OK(c, segment_parse(c, str_of(text), &tree));
    CHECK_OK(c, plan_make(c, v, tree, c->now / SECOND_MS * SECOND_MS + SECOND_MS, &p));
    plan_set(c->arena, p, &set);
    CHECK_OK(c, segment_members_sql(c, tree, c->now / SECOND_MS * SECOND_MS + SECOND_MS, &sql));
    ints index = set_ids(c->arena, &set, -1, INT64_MAX);
    CHECK(same_ids(&index, &sql));
    CHECK(index.n > 0);
    bool alone = plan_by_index(p);
    view_release(v);
    return alone;
}

TEST(fields_and_days_follow)
{
    struct dice d = { 4 };
    struct audience *a;
    segment_shop_make(&d, 60);
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    const struct view *before = audience_take(a); /* looked at all the while */
    CHECK_OK(c, store_write(c->store, c, define_shoe, NULL));
    CHECK(!asked_as_sql(c, a, "shoe = 42"));
    CHECK_OK(c, audience_follow(a, NULL));
    CHECK(asked_as_sql(c, a, "shoe = 42"));
    CHECK(view_column(before, S("shoe")) < 0);
    CHECK(asked_as_sql(c, a, "frequency >= 2"));
    CHECK_OK(c, store_write(c->store, c, move_shop, NULL));
    c->zone = zone_open("America/New_York");
    CHECK_OK(c, audience_follow(a, NULL));
    for (int i = 1; i < 5; i++)
        CHECK(asked_as_sql(c, a, str_z(c->arena, str_fmt(c->arena, "frequency = %d", i))));
    view_release(before);
    audience_close(a);
}

TEST(fields_follow_by_a_thread)
{
    struct dice d = { 4 };
    struct audience *a;
    i64 begun_us = clock_mono_us();
    segment_shop_make(&d, 60);
    struct ctx *c = test_reader();
    CHECK_OK(c, audience_open(c, test_store(),
                              (struct audience_options){ .thread = true, .interval_ms = 20 }, &a));
    CHECK_OK(c, audience_wait(a, c, 0, 20000));
    CHECK_OK(c, store_write(c->store, c, define_shoe, NULL));
    while (!asked_as_sql(c, a, "shoe = 42")) {
        struct timespec wait = { 0, 20000000 };
        CHECK(clock_mono_us() - begun_us < 30000000);
        nanosleep(&wait, NULL);
    }
    audience_close(a);
}
