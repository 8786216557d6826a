/* experiment_real_test.c -- the published figures of a real e-mail experiment in three arms.
 * Skipped, saying so, where the data is absent. */
#include "insight/experiment/reading.h"

#include <math.h>

#include "real/real.h"

static bool near(f64 got, f64 want, f64 off) { return fabs(got - want) <= off; }

/* An arm counted a second time, obviously: by its name. */
static const struct reading_arm *arm_named(const struct table_reading *r, const char *name)
{
    for (i64 i = 0; i < r->arms.n; i++)
        if (str_eq(r->arms.at[i].arm, str_of(name))) return &r->arms.at[i];
    CHECK(!"the arm is there");
    return NULL;
}

TEST(the_published_visits_of_an_email)
{
    struct ctx *c = test_ctx();
    struct table_reading r;
    struct table_terms terms = {
        .arm = S("segment"), .outcome = S("visit"), .value = S("spend"), .alpha = 0.05
    };
    CHECK_OK(c, table_read(c, data_file("hillstrom_email.csv.gz"), &terms, &r));
    CHECK_I64(r.units, 64000);
    CHECK(near(arm_named(&r, "Mens E-Mail")->rate.value, .182757, 5e-7));
    CHECK(near(arm_named(&r, "Womens E-Mail")->rate.value, .151400, 5e-7));
    CHECK(near(arm_named(&r, "No E-Mail")->rate.value, .106167, 5e-7));
    CHECK(arm_named(&r, "No E-Mail")->control);
    const struct reading_test *t = &r.tests.at[0];
    CHECK_STR(t->a, "Mens E-Mail");
    CHECK_STR(t->b, "No E-Mail");
    CHECK(near(t->z.value, 22.486, 0.0005));
    CHECK(!r.srm->warn);
    /* what the men's mail brought in all, to the fen: the sums of the file, rescaled to its arm */
    const struct reading_arm *mens = arm_named(&r, "Mens E-Mail"),
                             *none = arm_named(&r, "No E-Mail");
    f64 more =
        ((f64)mens->sum.value - (f64)none->sum.value * (f64)mens->n / (f64)none->n) / MONEY_UNIT;
    CHECK(near((f64)r.value_tests.at[0].money.value / MONEY_UNIT, more, 0.0051));
    CHECK(r.value_tests.at[0].p.value < 1e-6);
}
