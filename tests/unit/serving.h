/* serving.h -- the index of members beside a test's store; what was asked of it goes before it. */
#pragma once

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "test.h"

struct serving {
    struct audience *audience;
    struct arena_mark mark;
};

static inline struct serving serve(struct ctx *c)
{
    struct serving out = { .mark = arena_mark(c->arena) };
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &out.audience));
    CHECK_OK(c, audience_follow(out.audience, NULL));
    audience_serve(out.audience);
    return out;
}

static inline void serve_no_more(struct ctx *c, const struct serving *s)
{
    audience_serve(NULL);
    arena_rewind(c->arena, s->mark);
    audience_close(s->audience);
}
