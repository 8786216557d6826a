/* boards_shop.h -- for tests of leaderboards: members, orders, boards, in a few words. */
#pragma once

#include "loyalty/boards.h"
#include "member/member.h"
#include "trade/trade.h"

#include "test.h"

enum { PEOPLE = 12 };
#define START 1717200000000 /* 2024-06-01T00:00:00Z, the tests' clock */

struct people {
    i64 n, ids[PEOPLE];
};
static i64 run; /* histories of one store have members and orders of their own */
static inline enum err make_people(struct tx *t, void *arg)
{
    struct people *p = arg;
    for (i64 i = 0; i < p->n; i++) {
        struct identity id = { .kind = ID_USER_ID,
                               .value = str_fmt(t->c->arena, "u%lld-%lld", (long long)run,
                                                (long long)i) };
        struct member_sighting seen = {
            .identities = &id, .n = 1, .name = S("王小明"), .source = S("api")
        };
        bool created;
        TRY(member_resolve(t, &seen, &p->ids[i], &created));
    }
    return OK;
}

static inline enum err write_order(struct tx *t, void *arg)
{
    enum order_put what;
    i64 id;
    return order_write(t, arg, &id, &what);
}

/* An order of so much, paid then; told now. The same number again changes it. */
static inline void order(struct ctx *c, i64 number, i64 member, money amount, money refund,
                         instant paid)
{
    struct order_fact fact = { .shop = S("天猫"),
                               .number = str_fmt(c->arena, "o%lld-%lld", (long long)run,
                                                 (long long)number),
                               .member = member,
                               .state = ORDER_PAID,
                               .created_at = SOME(paid),
                               .paid_at = SOME(paid),
                               .total = SOME(amount),
                               .paid = SOME(amount),
                               .refund = SOME(refund) };
    CHECK_OK(c, store_write(test_store(), c, write_order, &fact));
}

struct board_make {
    struct board_post post;
    i64 id;
};
static inline enum err make_board(struct tx *t, void *arg)
{
    struct board_make *m = arg;
    TRY(board_create(t, &m->post, &m->id));
    return board_change(t, &(struct board_patch){ .id = m->id, .state = S("published") });
}
static inline struct board_view board(struct ctx *c, struct board_post post)
{
    struct board_make m = { .post = post };
    struct board_view view;
    if (!m.post.name.n) m.post.name = S("六月冲榜");
    if (!m.post.starts_at) m.post.starts_at = START - DAY_MS;
    if (!m.post.ends_at) m.post.ends_at = START + 10 * DAY_MS;
    CHECK_OK(c, store_write(test_store(), c, make_board, &m));
    CHECK_OK(c, board_fill(test_store(), c, m.id));
    CHECK_OK(c, board_get(c, m.id, &view));
    CHECK(view.filled);
    return view;
}

static inline struct people people(struct ctx *c, i64 n)
{
    struct people p = { .n = n };
    CHECK_OK(c, store_write(test_store(), c, make_people, &p));
    return p;
}

static inline struct board_place place_of(const struct board_view *b, i64 member)
{
    struct board_ranks r;
    struct ctx *c = test_reader();
    CHECK_OK(c, board_rank(c, b, member, 0, &r));
    return r.mine;
}
