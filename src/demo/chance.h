/* chance.h -- dice that fall the same way on every machine: the four operations only.
 *
 * Logarithm and exponential are our own: those of the C library may differ in the last bit between
 * versions.
 */
#pragma once

#include "base/types.h"

struct chance {
    u64 state;
};
struct chance chance_of(u64 seed, u64 stream); /* streams of one seed do not resemble each other */
u64 chance_next(struct chance *d);
i64 chance_below(struct chance *d, i64 n);          /* 0 .. n-1 */
i64 chance_between(struct chance *d, i64 a, i64 b); /* a .. b */
bool chance_in(struct chance *d, i64 percent);
f64 chance_unit(struct chance *d);        /* above 0, below 1 */
f64 chance_exponential(struct chance *d); /* mean 1 */
f64 chance_normal(struct chance *d);
f64 chance_gamma(struct chance *d, f64 shape); /* scale 1 */
f64 chance_beta(struct chance *d, f64 a, f64 b);
f64 exact_ln(f64 x);
f64 exact_exp(f64 x);
