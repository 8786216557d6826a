/* dashboard_test.c -- dashboards kept; the promises of dashboard.h. */
#include "insight/dashboard.h"

#include "base/json.h"
#include "insight/metric.h"
#include "insight_shop.h"

struct putting {
    struct dashboard_post post;
    struct dashboard_put put;
    i64 id;
};

static enum err create(struct tx *t, void *arg)
{
    struct putting *p = arg;
    return dashboard_create(t, &p->post, &p->id);
}
static enum err change(struct tx *t, void *arg)
{
    return dashboard_change(t, &((struct putting *)arg)->put);
}
static enum err drop(struct tx *t, void *arg) { return dashboard_delete(t, *(const i64 *)arg); }

static str told(struct ctx *c, const struct dashboard_block_list *blocks)
{
    struct buf out = { .arena = c->arena };
    for (i64 i = 0; i < blocks->n; i++) json_write(&out, &dashboard_block_shape, &blocks->at[i]);
    return buf_str(&out);
}

/* Blocks with everything in them, at random. */
static struct dashboard_block_list some_blocks(struct ctx *c, struct dice *d, i64 n)
{
    static const char *const of[] = { "sales", "orders", "buyers", "gmv", "aov" };
    static const char *const by[] = { "", "shop", "touchpoint", "category", "city" };
    struct dashboard_block_list out = { 0 };
    for (i64 i = 0; i < n; i++) {
        str cut = str_of(by[dice_below(d, COUNT(by))]);
        *PUSH(c->arena, &out) = (struct dashboard_block){
            .metric = str_of(of[dice_below(d, COUNT(of))]),
            .title = dice_below(d, 2) ? S("“引号”\\ 与\t制表") : NO_STR,
            .draws = (enum dashboard_draws)dice_below(d, 4),
            .size = (enum dashboard_size)dice_below(d, 3),
            .step = (enum dashboard_step)dice_below(d, 6),
            .by = cut.n ? cut : NO_STR,
            .segment = dice_below(d, 2) ? S("orders >= 2 and city = \"上海\"") : NO_STR,
            .shop = dice_below(d, 3) ? NO_STR : S("旗舰店"),
        };
    }
    return out;
}

TEST(a_dashboard_is_what_was_put)
{
    struct ctx *c = test_reader();
    struct dice d = { 11 };
    str want[6];
    for (i64 i = 0; i < COUNT(want); i++) {
        struct putting p = { .post = { .name = str_fmt(c->arena, "看板 %lld", (long long)i),
                                       .blocks = some_blocks(c, &d, dice_below(&d, 25)) } };
        struct dashboard_view got;
        CHECK_OK(c, store_write(c->store, c, create, &p));
        CHECK_OK(c, dashboard_get(c, p.id, &got));
        want[i] = told(c, &p.post.blocks);
        CHECK_STR(told(c, &got.blocks), str_z(c->arena, want[i]));
        CHECK_STR(got.name, str_z(c->arena, p.post.name));
        CHECK_I64(got.days, 30);
    }
    struct dashboard_view_list all;
    CHECK_OK(c, dashboard_list(c, &all));
    CHECK_I64(all.n, 1 + COUNT(want));
    for (i64 i = 0; i < COUNT(want); i++)
        CHECK_STR(told(c, &all.at[i + 1].blocks), str_z(c->arena, want[i]));
}

TEST(only_what_can_be_asked_is_kept)
{
    struct ctx *c = test_reader();
    static const struct {
        struct dashboard_block block;
        const char *says;
    } wrong[] = {
        { { .metric = { "slaes", 5 } }, "sales" },
        { { .metric = { "new_members", 11 }, .by = { "shop", 4 } }, "touchpoint" },
        { { .metric = { "points_liability", 16 }, .segment = { "orders >= 1", 11 } }, "block 2" },
        { { .metric = { "sales", 5 }, .segment = { "orders >=", 9 } }, "block 2" },
    };
    for (i64 i = 0; i < COUNT(wrong); i++) {
        struct dashboard_block blocks[] = { { .metric = S("sales") }, wrong[i].block };
        struct putting p = { .post = { .name = S("x"), .blocks = { blocks, 2 } } };
        CHECK_ERR(c, store_write(c->store, c, create, &p), E_INVALID);
        CHECK_STR(str_of(c->why.field), "/blocks/1");
        CHECK(str_find(str_of(c->why.detail), str_of(wrong[i].says)) >= 0);
    }
}

TEST(dashboards_are_bounded)
{
    struct ctx *c = test_reader();
    struct dice d = { 3 };
    struct putting p = { .post = { .name = S("many"),
                                   .blocks = some_blocks(c, &d, DASHBOARD_BLOCKS_MAX + 1) } };
    CHECK_ERR(c, store_write(c->store, c, create, &p), E_INVALID);
    p.post.blocks.n = 0;
    for (i64 i = 0; i < DASHBOARDS_MAX; i++) {
        p.post.name = str_fmt(c->arena, "b%lld", (long long)i);
        CHECK_OK(c, store_write(c->store, c, create, &p));
    }
    i64 last = p.id;
    p.post.name = S("one more");
    CHECK_ERR(c, store_write(c->store, c, create, &p), E_UNPROCESSABLE);
    CHECK_OK(c, store_write(c->store, c, drop, &last));
    CHECK_OK(c, store_write(c->store, c, create, &p));
}

TEST(a_change_of_an_older_state_is_refused)
{
    struct ctx *c = test_reader();
    struct putting p = { .post = { .name = S("One") } }, q = { .post = { .name = S("Two") } };
    struct dashboard_view got;
    CHECK_OK(c, store_write(c->store, c, create, &p));
    CHECK_OK(c, store_write(c->store, c, create, &q));
    p.put = (struct dashboard_put){ .id = p.id, .version = 1, .name = S("ONE"), .days = SOME(7) };
    CHECK_OK(c, store_write(c->store, c, change, &p)); /* its own name in other letters */
    CHECK_ERR(c, store_write(c->store, c, change, &p), E_CONFLICT);
    p.put.version = 2;
    p.put.name = S("two");
    CHECK_ERR(c, store_write(c->store, c, change, &p), E_CONFLICT);
    p.put.name = S("three");
    p.put.days = NONE;
    CHECK_OK(c, store_write(c->store, c, change, &p));
    CHECK_OK(c, dashboard_get(c, p.id, &got));
    CHECK_STR(got.name, "three");
    CHECK_I64(got.days, 7); /* not said: as it was */
    CHECK_I64(got.version, 3);
    CHECK_OK(c, store_write(c->store, c, drop, &p.id));
    CHECK_ERR(c, store_write(c->store, c, change, &p), E_NOT_FOUND);
    CHECK_ERR(c, dashboard_get(c, p.id, &got), E_NOT_FOUND);
}

TEST(the_built_in_one_can_be_asked)
{
    struct ctx *c = test_reader();
    struct dashboard_view view;
    struct metric_answer a;
    CHECK_OK(c, dashboard_get(c, 0, &view));
    CHECK(view.blocks.n >= 8 && view.blocks.n <= DASHBOARD_BLOCKS_MAX);
    for (i64 i = 0; i < view.blocks.n; i++) {
        const struct dashboard_block *b = &view.blocks.at[i];
        struct metric_ask ask = { .name = b->metric, .by = b->by };
        CHECK_OK(c, metric_may_be_asked(c, &ask));
        CHECK_OK(c, metric_make(c, &ask, &a));
    }
}
