/* experiment_shop.h -- experiments in a few words, for their tests. */
#pragma once

#include "insight/experiment/inside.h"
#include "insight_shop.h"

struct experiment_call {
    enum err (*fn)(struct tx *t, struct experiment_call *k);
    struct experiment_post post;
    struct experiment_patch patch;
    struct experiment_emptied none;
    struct experiment_stop_ask stop;
    i64 id, winner, loser, merge;
    str name, value;
};
static enum err experiment_run_call(struct tx *t, void *arg)
{
    struct experiment_call *k = arg;
    return k->fn(t, k);
}
static inline enum err experiment_do(struct experiment_call *k)
{
    struct ctx *c = test_reader();
    return store_write(test_store(), c, experiment_run_call, k);
}

static enum err call_make(struct tx *t, struct experiment_call *k)
{
    return experiment_create(t, &k->post, &k->id);
}
static enum err call_change(struct tx *t, struct experiment_call *k)
{
    return experiment_change(t, &k->patch, k->none);
}
static enum err call_start(struct tx *t, struct experiment_call *k)
{
    return experiment_start(t, k->id);
}
static enum err call_stop(struct tx *t, struct experiment_call *k)
{
    return experiment_stop(t, &k->stop);
}

/* Two arms, 对照 and 新, when there are none. */
static inline struct experiment_call draft_call(struct experiment_post post)
{
    struct arena *a = test_ctx()->arena;
    if (!post.arms.n) {
        *PUSH(a, &post.arms) = (struct experiment_arm){ .name = S("对照"), .control = true };
        *PUSH(a, &post.arms) = (struct experiment_arm){ .name = S("新") };
    }
    return (struct experiment_call){ .fn = call_make, .post = post };
}
static inline i64 draft(struct experiment_post post)
{
    struct experiment_call k = draft_call(post);
    CHECK_OK(test_ctx(), experiment_do(&k));
    return k.id;
}
static inline enum err start_err(i64 id)
{
    return experiment_do(&(struct experiment_call){ .fn = call_start, .id = id });
}
static inline i64 running(struct experiment_post post)
{
    i64 id = draft(post);
    CHECK_OK(test_ctx(), start_err(id));
    return id;
}
static inline void stopped(i64 id)
{
    struct experiment_call k = { .fn = call_stop, .stop = { id, S("够了") } };
    CHECK_OK(test_ctx(), experiment_do(&k));
}
static inline enum err change_err(struct experiment_patch patch)
{
    return experiment_do(&(struct experiment_call){ .fn = call_change, .patch = patch });
}
static inline enum err empty_err(i64 id, struct experiment_emptied none)
{
    return experiment_do(
        &(struct experiment_call){ .fn = call_change, .patch = { .id = id }, .none = none });
}
static inline struct experiment_assigned assigned(i64 id, i64 member)
{
    struct experiment_assigned out;
    CHECK_OK(test_ctx(), experiment_assign(test_store(), test_reader(), id, member, &out));
    return out;
}
