/* reading.c -- figures of arms made into a reading: intervals, all pairs compared, shares checked.
 */
#include "insight/experiment/reading.h"

#include <math.h>

#include "base/num.h"

SHAPE_DEFINE(reading_arm);
SHAPE_DEFINE(reading_test);
SHAPE_DEFINE(reading_value_test);
SHAPE_DEFINE(reading_srm);
SHAPE_DEFINE(reading);

void arm_add(struct arm_figures *arm, bool hit, i64 value)
{
    arm->n++;
    arm->hits += hit;
    arm->sum += value;
    arm->squares += (long double)value * (long double)value;
}

struct sample arm_sample(const struct arm_figures *arm)
{
    struct sample s = { .n = arm->n };
    if (arm->n == 0) return s;
    long double mean = (long double)arm->sum / arm->n;
    s.mean = (f64)(mean / MONEY_UNIT);
    if (arm->n < 2) return s;
    long double off = arm->squares - (long double)arm->sum * mean;
    s.variance = (f64)(off > 0 ? off / (arm->n - 1) / MONEY_UNIT / MONEY_UNIT : 0);
    return s;
}

json interval_json(struct arena *a, struct interval i)
{
    return str_fmt(a, "[%.12g,%.12g]", i.low, i.high);
}

static opt_f64 known(bool is, f64 value) { return (opt_f64){ is, is ? value : 0 }; }

static void put_arm(struct ctx *c, const struct arm_figures *f, const struct reading_terms *terms,
                    struct reading_arm *out)
{
    struct interval i;
    struct sample s = arm_sample(f);
    *out = (struct reading_arm){ .arm = f->arm, .n = f->n };
    if (terms->rates) {
        out->hits = SOME(f->hits);
        out->rate = known(f->n > 0, f->n ? (f64)f->hits / (f64)f->n : 0);
        if (wilson((struct hits){ f->n, f->hits }, terms->alpha, &i))
            out->ci = interval_json(c->arena, i);
    }
    if (!terms->values) return;
    out->sum = SOME(f->sum);
    out->mean = known(s.n > 0, s.mean);
    out->deviation = known(s.n > 1, sqrt(s.variance));
    if (mean_interval(s, terms->alpha, &i)) out->mean_ci = interval_json(c->arena, i);
}

/* The pairs in their order: others against the control, then the rest. */
struct pair {
    i64 a, b;
};
struct pairs {
    struct pair *at;
    i64 n;
};
static struct pairs pairs_of(struct arena *arena, i64 n, i64 control)
{
    struct pairs out = { 0 };
    for (i64 i = 0; i < n && control >= 0; i++)
        if (i != control) *PUSH(arena, &out) = (struct pair){ i, control };
    for (i64 i = 0; i < n; i++)
        for (i64 k = i + 1; k < n; k++)
            if (i != control && k != control) *PUSH(arena, &out) = (struct pair){ i, k };
    return out;
}

/* p of all that are defined, adjusted together. */
static void adjust(struct arena *a, const struct compared *all, i64 n, opt_f64 *out)
{
    f64 *p = NEWS(a, f64, n + 1), *adjusted = NEWS(a, f64, n + 1);
    i64 defined = 0, k = 0;
    for (i64 i = 0; i < n; i++)
        if (all[i].defined) p[defined++] = all[i].p;
    holm(p, defined, adjusted);
    for (i64 i = 0; i < n; i++) out[i] = known(all[i].defined, all[i].defined ? adjusted[k++] : 0);
}

#define PUT_REST(out, x, holm_p, terms)                                                   \
    do {                                                                                  \
        (out)->diff = known((x)->diff_known, (x)->diff);                                  \
        (out)->p = known((x)->defined, (x)->p);                                           \
        (out)->p_holm = (holm_p);                                                         \
        (out)->p_sequential = known((x)->defined, (x)->always_p);                         \
        (out)->lift = known((x)->lifted, (x)->lift);                                      \
        (out)->small = (x)->small;                                                        \
        (out)->alpha = (terms)->alpha;                                                    \
        if ((x)->defined) (out)->ci = interval_json(c->arena, (x)->ci);                   \
        if ((x)->defined) (out)->ci_sequential = interval_json(c->arena, (x)->always_ci); \
        if ((x)->lifted) (out)->lift_ci = interval_json(c->arena, (x)->lift_ci);          \
    } while (0)

static void compare_all_rates(struct ctx *c, const struct arm_figures *arms, struct pairs pairs,
                              const struct reading_terms *terms, struct reading_test_list *out)
{
    struct compared *all = NEWS(c->arena, struct compared, pairs.n + 1);
    opt_f64 *adjusted = NEWS(c->arena, opt_f64, pairs.n + 1);
    for (i64 i = 0; i < pairs.n; i++) {
        const struct arm_figures *a = &arms[pairs.at[i].a], *b = &arms[pairs.at[i].b];
        compare_rates((struct hits){ a->n, a->hits }, (struct hits){ b->n, b->hits }, terms->alpha,
                      terms->tau, &all[i]);
    }
    adjust(c->arena, all, pairs.n, adjusted);
    for (i64 i = 0; i < pairs.n; i++) {
        struct reading_test *test = PUSH(c->arena, out);
        test->a = arms[pairs.at[i].a].arm;
        test->b = arms[pairs.at[i].b].arm;
        test->z = known(all[i].defined, all[i].statistic);
        PUT_REST(test, &all[i], adjusted[i], terms);
    }
}

/* To the fen: it is an estimate. */
static money money_of(f64 units)
{
    f64 fen = round(units * 100);
    return fabs(fen) < 9e16 ? (money)fen * (MONEY_UNIT / 100) : 0;
}

static void put_money(struct ctx *c, const struct compared *x, i64 n,
                      struct reading_value_test *out)
{
    if (!x->diff_known) return;
    out->money = SOME(money_of(x->diff * (f64)n));
    if (!x->defined) return;
    *PUSH(c->arena, &out->money_ci) = money_text(c->arena, money_of(x->ci.low * (f64)n));
    *PUSH(c->arena, &out->money_ci) = money_text(c->arena, money_of(x->ci.high * (f64)n));
}

static void compare_all_values(struct ctx *c, const struct arm_figures *arms, struct pairs pairs,
                               const struct reading_terms *terms,
                               struct reading_value_test_list *out)
{
    struct compared *all = NEWS(c->arena, struct compared, pairs.n + 1);
    opt_f64 *adjusted = NEWS(c->arena, opt_f64, pairs.n + 1);
    for (i64 i = 0; i < pairs.n; i++)
        compare_means(arm_sample(&arms[pairs.at[i].a]), arm_sample(&arms[pairs.at[i].b]),
                      terms->alpha, terms->tau, &all[i]);
    adjust(c->arena, all, pairs.n, adjusted);
    for (i64 i = 0; i < pairs.n; i++) {
        const struct arm_figures *a = &arms[pairs.at[i].a];
        struct reading_value_test *test = PUSH(c->arena, out);
        test->a = a->arm;
        test->b = arms[pairs.at[i].b].arm;
        test->t = known(all[i].defined, all[i].statistic);
        test->df = known(all[i].defined, all[i].df);
        PUT_REST(test, &all[i], adjusted[i], terms);
        if (terms->money) put_money(c, &all[i], a->n, test);
    }
}

static str srm_words(struct ctx *c, const struct share_check *s)
{
    if (!s->warn) return NO_STR;
    if (c->locale == ZH)
        return S(
            "各组人数与设定的比例不符（p < 0.001）：分流或记录有问题，先查清原因，不要采信结果");
    return S("the counts of the arms do not fit their weights (p < 0.001): the split or its "
             "recording is broken; find out why before you trust the result");
}

enum err reading_make(struct ctx *c, const struct arm_figures *arms, i64 n,
                      const struct reading_terms *terms, struct reading *out)
{
    i64 counts[ARMS_MAX], weights[ARMS_MAX];
    struct share_check shares;
    struct pairs pairs = pairs_of(c->arena, n, terms->control);
    *out = (struct reading){ .srm = NEW(c->arena, struct reading_srm) };
    for (i64 i = 0; i < n; i++) {
        struct reading_arm *arm = PUSH(c->arena, &out->arms);
        put_arm(c, &arms[i], terms, arm);
        arm->control = i == terms->control;
        counts[i] = arms[i].n;
        weights[i] = arms[i].weight;
    }
    if (terms->rates) compare_all_rates(c, arms, pairs, terms, &out->tests);
    if (terms->values) compare_all_values(c, arms, pairs, terms, &out->value_tests);
    check_shares(counts, weights, n, &shares);
    *out->srm = (struct reading_srm){ .chi2 = known(shares.defined, shares.chi2),
                                      .p = known(shares.defined, shares.p),
                                      .warn = shares.warn,
                                      .df = shares.df,
                                      .words = srm_words(c, &shares) };
    return OK;
}
