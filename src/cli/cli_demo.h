/* cli_demo.h -- what `koi demo` adds to the shop that demo/ makes. */
#pragma once

#include "base/clock.h"
#include "store/store.h"

/* Saves a few segments with a month of history up to `until`; of a large shop as they stand then.
 * Not within a transaction: c has no reader that another state would contradict. */
enum err demo_segments(struct store *s, struct ctx *c, instant until);

/* The loyalty programme, which opened sixty days before `until`: rules, members who joined, what
 * their orders earned, tiers, check-ins, contests. Likewise not within a transaction. */
enum err demo_loyalty(struct store *s, struct ctx *c, u64 seed, instant until);

/* What its touchpoints cost, and who follows them, of two years up to `until`. Likewise. */
enum err demo_costs(struct store *s, struct ctx *c, u64 seed, instant until);
