/* insight_shop.h -- a small shop for tests of figures: members and lines of their timeline beside
 * orders. */
#pragma once

#include "insight_sales.h"
#include "member/member.h"
#include "timeline/timeline.h"

struct shop_members {
    i64 n;
    i64 *ids;
    instant first_seen;
    str prefix, touchpoint;
};

static enum err shop_members_write(struct tx *t, void *arg)
{
    struct shop_members *m = arg;
    for (i64 i = 0; i < m->n; i++) {
        bool created;
        struct identity id = { .kind = ID_SHOP_ACCOUNT,
                               .scope = S("店"),
                               .value = str_fmt(t->c->arena, STR_FMT "%lld", STR_ARG(m->prefix),
                                                (long long)i) };
        struct member_sighting seen = { .identities = &id,
                                        .n = 1,
                                        .touchpoint = m->touchpoint,
                                        .source = S("import"),
                                        .at = m->first_seen };
        TRY(member_resolve(t, &seen, &m->ids[i], &created));
    }
    return OK;
}

/* n members, first seen at that moment and touchpoint. */
static inline i64 *shop_members_at(struct ctx *c, i64 n, instant first_seen, str prefix,
                                   str touchpoint)
{
    struct shop_members m = { n, NEWS(c->arena, i64, n), first_seen, prefix, touchpoint };
    CHECK_OK(c, store_write(c->store, c, shop_members_write, &m));
    return m.ids;
}
static inline i64 *shop_members(struct ctx *c, i64 n, instant first_seen, str prefix)
{
    return shop_members_at(c, n, first_seen, prefix, NO_STR);
}

struct shop_lines {
    const struct timeline_line *at;
    i64 n;
};
static enum err shop_lines_write(struct tx *t, void *arg)
{
    const struct shop_lines *l = arg;
    return timeline_append_all(t, l->at, l->n);
}
static inline void shop_lines(struct ctx *c, const struct timeline_line *at, i64 n)
{
    struct shop_lines l = { at, n };
    CHECK_OK(c, store_write(c->store, c, shop_lines_write, &l));
}
