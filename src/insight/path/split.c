/* split.c -- one conversion divided among its touches: weights of the models, and largest
 * remainders. No floats decide but the one of time decay, which is rounded to a whole weight. */
#include <math.h>
#include <stdlib.h>

#include "insight/path.h"

CHOICE_DEFINE(attribution_model, "first", "last", "last_non_direct", "linear", "position",
              "time_decay");

#define DECAY_BITS 40 /* the weight of the latest touch is 2^40 */

static i64 last_that_counts(const bool *direct, i64 n)
{
    for (i64 i = n - 1; direct && i >= 0; i--)
        if (!direct[i]) return i;
    return n - 1;
}

void attribution_weights(enum attribution_model model, const i64 *ages, const bool *direct, i64 n,
                         i64 half_life_ms, i64 *weights)
{
    bool alone = model == MODEL_FIRST || model == MODEL_LAST || model == MODEL_LAST_NON_DIRECT;
    for (i64 i = 0; i < n; i++) weights[i] = !alone;
    if (model == MODEL_FIRST) weights[0] = 1;
    if (model == MODEL_LAST) weights[n - 1] = 1;
    if (model == MODEL_LAST_NON_DIRECT) weights[last_that_counts(direct, n)] = 1;
    if (model == MODEL_POSITION && n > 2) weights[0] = weights[n - 1] = 2 * (n - 2);
    if (model != MODEL_TIME_DECAY) return;
    for (i64 i = 0; i < n; i++) /* the last is the youngest */
        weights[i] = llround(exp2(DECAY_BITS - (f64)(ages[i] - ages[n - 1]) / (f64)half_life_ms));
}

/* Largest remainder first; of equal ones the earlier touch. */
static int by_left(const void *a, const void *b)
{
    const struct split_left *x = a, *y = b;
    if (x->left != y->left) return x->left < y->left ? 1 : -1;
    return (x->place > y->place) - (x->place < y->place);
}

void attribution_split(const i64 *weights, i64 n, i64 whole, struct split_left *left, i64 *parts)
{
    i64 sum = 0, rest = whole;
    for (i64 i = 0; i < n; i++) sum += weights[i];
    for (i64 i = 0; i < n; i++)
        if (weights[i] == sum) { /* all to one */
            memset(parts, 0, sizeof *parts * (size_t)n);
            parts[i] = whole;
            return;
        }
    for (i64 i = 0; i < n; i++) {
        i64 product;
        if (!__builtin_mul_overflow(whole, weights[i], &product)) {
            parts[i] = product / sum;
            left[i] = (struct split_left){ product % sum, i };
        } else {
            __int128 wide = (__int128)whole * weights[i];
            parts[i] = (i64)(wide / sum);
            left[i] = (struct split_left){ (i64)(wide % sum), i };
        }
        rest -= parts[i];
    }
    if (!rest) return;
    qsort(left, (size_t)n, sizeof *left, by_left);
    for (i64 i = 0; i < rest; i++) parts[left[i].place]++;
}
