/* target.h -- what every fuzz target shares: a ctx that is empty again after each input.
 *
 * A target is `int LLVMFuzzerTestOneInput(const u8 *data, size_t n)`: clang's libFuzzer drives it
 * in `make fuzz`, and replay.c runs the checked-in corpus through it in every test run. Rules of
 * the code under test are asserted: a target that only survives proves little.
 */
#pragma once

#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

/* The same arena for all inputs, emptied each time; the input copied so that reading past its end
 * is seen. */
static inline struct ctx *fuzz_ctx(void)
{
    static struct ctx c;
    if (!c.arena) {
        c.arena = arena_new();
        c.zone = zone_open("Asia/Shanghai");
        c.now = 1717200000000;
        c.rights = ~(u64)0;
        c.actor = S("fuzz");
        log_level_set(LOG_OFF);
    }
    arena_reset(c.arena);
    c.why = (struct problem){ 0 };
    return &c;
}

/* An exact copy on the heap: one byte too far is AddressSanitizer's. */
str fuzz_text(struct ctx *c, const u8 *data, size_t n);
