/* serve.c -- the index that answers in this process. */
#include "audience/ask.h"
#include "audience/index/follow.h"

#define BUILT_WAIT_MS 2000 /* a small shop's index is built in less */
#define LINE_WAIT_MS  5000

static struct audience *served;

void audience_serve(struct audience *a) { served = a; }

static void release(void *view) { view_release(view); }

enum err audience_view(struct ctx *c, i64 seq, const struct view **out)
{
    if (!served) return fail(c, E_BUSY, "会员索引没有运行", "the index of members is not running");
    enum err e = audience_wait(served, c, 0, BUILT_WAIT_MS);
    if (e == E_TIMEOUT)
        return fail(c, E_BUSY, "会员索引正在建立，请稍后再试",
                    "the index of members is still being built; try again shortly");
    TRY(e);
    if (seq > 0) TRY(audience_wait(served, c, seq, LINE_WAIT_MS));
    *out = audience_take(served);
    arena_defer(c->arena, release, (void *)(uintptr_t)*out);
    return OK;
}
