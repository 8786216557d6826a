/* serve.c -- the index that answers in this process: the server's, or a command's own. */
#include <unistd.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "timeline/timeline.h"

#define BUILT_WAIT_MS 2000 /* a small shop's index is built in less */
#define LINE_WAIT_MS  5000
/* Building an index for one question reads a million lines a second; SQL answers a plain question
 * on so many in less. */
#define WORTH_BUILDING ((i64)2000000)

static struct audience *served;
static struct {
    bool on;
    str folder;
    struct arena *arena; /* of the command: what it opens ends with it */
} command;

void audience_serve(struct audience *a) { served = a; }

void audience_command(struct ctx *c, str folder)
{
    command.on = true;
    command.folder = str_copy(c->arena, folder);
    command.arena = c->arena;
}

static void command_ends(void *audience)
{
    served = NULL;
    command.on = false;
    audience_close(audience);
}

/* From the file in the folder when there is a good one, else built, and left there for the next
 * command. */
static enum err open_for_command(struct ctx *c)
{
    struct audience *a;
    struct audience_options o = { .folder = command.folder, .leaves = true };
    TRY(audience_open(c, c->store, o, &a));
    arena_defer(command.arena, command_ends, a);
    served = a;
    i64 lines;
    enum err e = audience_follow(a, &lines);
    if (e == OK) return OK;
    return audience_wait(a, c, 0, 0); /* says why */
}

enum err audience_worth(struct ctx *c, bool *worth)
{
    i64 lines;
    *worth = true;
    if (served || !command.on) return OK;
    str file = str_fmt(c->arena, STR_FMT "/" AUDIENCE_FILE, STR_ARG(command.folder));
    if (access(str_z(c->arena, file), R_OK) == 0) return OK;
    TRY(timeline_last(c, &lines));
    *worth = lines <= WORTH_BUILDING;
    return OK;
}

static void release(void *view) { view_release(view); }

/* Waits for the line, if there is one: a number from nowhere is refused at once. */
static enum err wait_for(struct ctx *c, i64 seq)
{
    i64 last = seq;
    if (c->db && audience_stats(served).seq < seq) TRY(timeline_last(c, &last));
    if (seq > last)
        return fail_at(c, E_INVALID, S("/seq"), "时间线只到第 %lld 行，没有第 %lld 行",
                       "the timeline ends at line %lld: there is no line %lld", (long long)last,
                       (long long)seq);
    return audience_wait(served, c, seq, LINE_WAIT_MS);
}

enum err audience_view(struct ctx *c, i64 seq, const struct view **out)
{
    if (!served && command.on && c->store) TRY(open_for_command(c));
    if (!served) return fail(c, E_BUSY, "会员索引没有运行", "the index of members is not running");
    enum err e = audience_wait(served, c, 0, BUILT_WAIT_MS);
    if (e == E_TIMEOUT)
        return fail(c, E_BUSY, "会员索引正在建立，请稍后再试",
                    "the index of members is still being built; try again shortly");
    TRY(e);
    if (seq > 0) TRY(wait_for(c, seq));
    if (command.on) audience_rest(served);
    *out = audience_take(served);
    arena_defer(c->arena, release, (void *)(uintptr_t)*out);
    return OK;
}
