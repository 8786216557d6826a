/* factors.c -- the arithmetic of the GMV tree: a change parted among its factors by the logarithmic
 * mean, to the cent. No store, no clock.
 *
 * What must stay true
 *   1. The parts that are defined add up to b.gmv - a.gmv, as integers.
 *   2. split(b, a) is the negative of split(a, b), also in what rounding gives away.
 */
#include <assert.h>
#include <math.h>

#include "insight/tree.h"

#define CENT (MONEY_UNIT / 100)

CHOICE_DEFINE(tree_factor_kind, "users", "conversion", "frequency", "order_value",
              "unknown_buyers");

/* Each factor is one of these by the one before it. */
static void levels(const struct tree_base *base, i64 out[TREE_FACTORS + 1])
{
    out[0] = 1;
    out[TREE_USERS + 1] = base->users;
    out[TREE_CONVERSION + 1] = base->buyers;
    out[TREE_FREQUENCY + 1] = base->orders;
    out[TREE_ORDER_VALUE + 1] = base->gmv;
    for (int f = 0; f <= TREE_FACTORS; f++) assert(out[f] >= 0);
    for (int f = 1; f <= TREE_FACTORS; f++) assert(out[f - 1] > 0 || out[f] == 0);
}

opt_f64 tree_value(const struct tree_base *base, enum tree_factor_kind f)
{
    i64 at[TREE_FACTORS + 1];
    levels(base, at);
    if (at[f] == 0) return (opt_f64){ 0 };
    f64 unit = f == TREE_ORDER_VALUE ? (f64)MONEY_UNIT : 1;
    return (opt_f64){ true, (f64)at[f + 1] / (f64)at[f] / unit };
}

/* -- one end is nothing ------------------------------------------------------------------------ */

/* The factor that is 0 there takes all; those above it are known and did nothing; those below it
 * have no value there. */
static void split_at_zero(const i64 empty[], money change, struct tree_split *out)
{
    for (int f = 0; f < TREE_FACTORS; f++) {
        if (empty[f] == 0) out->of[f] = NONE;
        else out->of[f] = SOME(empty[f + 1] == 0 ? change : 0);
    }
}

/* -- both ends are something ------------------------------------------------------------------- */

static long double log_mean(long double x, long double y)
{
    return x == y ? x : (x - y) / log1pl((x - y) / y);
}

/* ln of (x / y), good also where they are near one another. */
static long double log_ratio(i64 x, i64 y)
{
    return log1pl(((long double)x - (long double)y) / (long double)y);
}

/* Rounded down to whole units, and what is then missing to the largest remainders. */
static void round_off(const long double exact[], money change, i64 unit, struct tree_split *out)
{
    long double rest[TREE_FACTORS];
    i64 units[TREE_FACTORS], missing = change / unit;
    for (int f = 0; f < TREE_FACTORS; f++) {
        long double whole = floorl(exact[f] / (long double)unit);
        units[f] = (i64)whole;
        rest[f] = exact[f] / (long double)unit - whole;
        missing -= units[f];
    }
    /* 0 .. 3, but for the error of the logarithms, which may make it one more or less. */
    while (missing > 0) {
        int most = 0;
        for (int f = 1; f < TREE_FACTORS; f++)
            if (rest[f] > rest[most]) most = f;
        units[most]++;
        rest[most] -= 1;
        missing--;
    }
    while (missing < 0) {
        int least = TREE_FACTORS - 1;
        for (int f = TREE_FACTORS - 2; f >= 0; f--)
            if (rest[f] < rest[least]) least = f;
        units[least]--;
        rest[least] += 1;
        missing++;
    }
    for (int f = 0; f < TREE_FACTORS; f++) out->of[f] = SOME(units[f] * unit);
}

/* Growth, or of equal totals the first factor that grew, is the direction in which rounding goes.
 */
static bool is_backward(const i64 a[], const i64 b[])
{
    if (a[TREE_FACTORS] != b[TREE_FACTORS]) return b[TREE_FACTORS] < a[TREE_FACTORS];
    for (int f = 1; f < TREE_FACTORS; f++)
        if (a[f] != b[f]) return b[f] < a[f];
    return false;
}

static void split_levels(const i64 a[], const i64 b[], struct tree_split *out)
{
    money va = a[TREE_FACTORS], vb = b[TREE_FACTORS];
    long double mean = log_mean((long double)vb, (long double)va), exact[TREE_FACTORS];
    for (int f = 0; f < TREE_FACTORS; f++)
        exact[f] = mean * (log_ratio(b[f + 1], a[f + 1]) - log_ratio(b[f], a[f]));
    round_off(exact, vb - va, va % CENT == 0 && vb % CENT == 0 ? CENT : 1, out);
}

void tree_split(const struct tree_base *base_a, const struct tree_base *base_b,
                struct tree_split *out)
{
    i64 a[TREE_FACTORS + 1], b[TREE_FACTORS + 1];
    levels(base_a, a);
    levels(base_b, b);
    money va = a[TREE_FACTORS], vb = b[TREE_FACTORS];
    if (va && vb) {
        bool backward = is_backward(a, b);
        split_levels(backward ? b : a, backward ? a : b, out);
        for (int f = 0; f < TREE_FACTORS; f++)
            if (backward) out->of[f].value = -out->of[f].value;
    } else if (va || vb) {
        split_at_zero(va ? b : a, vb - va, out);
    } else {
        for (int f = 0; f < TREE_FACTORS; f++) out->of[f] = a[f] && b[f] ? SOME(0) : NONE;
    }
}
