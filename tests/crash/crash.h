/* crash.h -- what tests that kill share: how often, what outlives the killed, people to work on. */
#pragma once

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "member/member.h"
#include "test.h"

static inline i64 crash_rounds(i64 usually)
{
    const char *text = getenv("CRASH_ROUNDS");
    if (text) CHECK(i64_parse(str_of(text), &usually));
    return usually;
}

/* Zeroes that parent and child both write. */
static inline void *crash_shared(size_t n)
{
    void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(at != MAP_FAILED);
    return at;
}

/* Whether it was still there to be killed. */
static inline bool crash_kill(pid_t child, i64 after_us)
{
    int status;
    usleep((useconds_t)after_us);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    if (WIFEXITED(status)) printf("# the worker ended by itself with %d\n", WEXITSTATUS(status));
    return WIFSIGNALED(status);
}

/* Most rounds die under load; every eighth during start or recovery. */
static inline bool crash_kill_at_work(pid_t child, const _Atomic bool *ready, u64 seed)
{
    struct dice dice = { seed };
    for (int wait_ms = 0; seed % 8 && !*ready && wait_ms < 20000; wait_ms++) usleep(1000);
    return crash_kill(child, dice_below(&dice, seed % 8 ? 120000 : 30000));
}

/* Makes so many members. */
static inline enum err crash_people(struct tx *t, void *arg)
{
    const i64 *people = arg;
    for (i64 i = 0; i < *people; i++) {
        i64 member;
        bool created;
        struct identity id = { ID_USER_ID, S(""), str_fmt(t->c->arena, "u%lld", (long long)i) };
        struct member_sighting in = {
            .identities = &id, .n = 1, .source = S("api"), .at = t->c->now - DAY_MS
        };
        TRY(member_resolve(t, &in, &member, &created));
    }
    return OK;
}
