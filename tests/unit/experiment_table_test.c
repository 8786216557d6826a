/* experiment_table_test.c -- a table of an experiment read: figures worked by hand, forms that
 * programs read, and what is refused. */
#include "insight/experiment.h"

#include <math.h>

#include "base/json.h"

#include "support/koi_run.h"

static bool near(f64 got, f64 want) { return fabs(got - want) < 1e-6 * (1 + fabs(want)); }

static enum err read_text(struct ctx *c, const char *text, struct table_terms terms,
                          struct table_reading *out)
{
    if (terms.alpha == 0) terms.alpha = 0.05;
    return table_read(c, test_file(text), &terms, out);
}

/* 10 of 40 against 20 of 40, as docs/insight.md works it out. */
static const char *of_the_manual(struct ctx *c)
{
    struct buf b = { .arena = c->arena };
    buf_add(&b, S("unit,arm,outcome,value\n"));
    for (int i = 0; i < 80; i++)
        buf_fmt(&b, "u%d,%s,%d,%d\n", i, i % 2 ? "control" : "new", i % 2 ? i < 20 : i < 40,
                i % 2 ? 10 : 12 + 4 * (i % 4 == 0));
    return str_z(c->arena, buf_str(&b));
}

TEST(the_example_of_the_manual)
{
    struct ctx *c = test_ctx();
    struct table_reading r;
    CHECK_OK(c, read_text(c, of_the_manual(c), (struct table_terms){ 0 }, &r));
    CHECK_I64(r.arms.n, 2);
    CHECK_STR(r.arms.at[0].arm, "control");
    CHECK(r.arms.at[0].control && !r.arms.at[1].control);
    CHECK_I64(r.arms.at[0].n, 40);
    CHECK(near(r.arms.at[0].rate.value, 0.25) && near(r.arms.at[1].rate.value, 0.5));
    CHECK_I64(r.tests.n, 1);
    const struct reading_test *t = &r.tests.at[0];
    CHECK_STR(t->a, "new");
    CHECK_STR(t->b, "control");
    /* z = .25 / sqrt(.375 x .625 x 2 / 40) = .25 / .108253 */
    CHECK(near(t->diff.value, 0.25) && near(t->z.value, 2.3094010767585));
    CHECK(near(t->p.value, 0.02092133533779));
    /* .25 -+ 1.959964 x sqrt(.25 x .75 / 40 + .5 x .5 / 40) = .25 -+ .204978 */
    CHECK_STR(t->ci, "[0.0450220600861,0.454977939914]");
    CHECK(near(t->lift.value, 1));
    CHECK(near(r.srm->p.value, 1) && !r.srm->warn);
    /* means 14 and 10: 40 units brought 160 more */
    const struct reading_value_test *v = &r.value_tests.at[0];
    CHECK(near(v->diff.value, 4));
    CHECK(v->money.has);
    CHECK_I64(v->money.value, 160 * MONEY_UNIT);
    /* variances 160 / 39 and 0: t = 4 / sqrt(160 / 39 / 40), 39 degrees */
    CHECK(near(v->t.value, 4 / sqrt(160.0 / 39 / 40)) && near(v->df.value, 39));
}

TEST(every_pair_is_compared)
{
    struct ctx *c = test_ctx();
    struct table_reading r;
    CHECK_OK(c, read_text(c, "arm,outcome\nx,1\nnone,0\ny,0\nnone,1\nx,0\ny,1\n",
                          (struct table_terms){ 0 }, &r));
    static const char *const want[][2] = { { "x", "none" }, { "y", "none" }, { "x", "y" } };
    CHECK_I64(r.tests.n, COUNT(want));
    for (i64 i = 0; i < COUNT(want); i++) {
        CHECK_STR(r.tests.at[i].a, want[i][0]);
        CHECK_STR(r.tests.at[i].b, want[i][1]);
    }
    CHECK_I64(r.value_tests.n, 0);
    CHECK_OK(
        c, read_text(c, "arm,outcome\nx,1\ny,0\n", (struct table_terms){ .control = S("x") }, &r));
    CHECK_STR(r.tests.at[0].a, "y");
}

TEST(a_reading_has_no_false_numbers)
{
    struct ctx *c = test_ctx();
    struct table_reading r;
    CHECK_OK(c, read_text(c, "unit,arm,outcome\n1,a,0\n2,b,0\n", (struct table_terms){ 0 }, &r));
    struct buf out = { .arena = c->arena };
    json_write(&out, &table_reading_shape, &r);
    CHECK(str_find(buf_str(&out), S("\"z\":null,\"p\":null,\"ci\":null")) > 0);
    CHECK(str_find(buf_str(&out), S("nan")) < 0 && str_find(buf_str(&out), S("inf")) < 0);
}

TEST(units_are_counted_once)
{
    struct ctx *c = test_ctx();
    struct table_reading r;
    /* 1 has two rows, 3 is seen in both arms, the cells of 2 are empty */
    CHECK_OK(c, read_text(c,
                          "unit,arm,outcome,value\n1,a,0,¥1.50\n1,a,是,2.5\n2,b,,\n3,a,1,9\n"
                          "3,b,1,9\n4,b,yes,7\n",
                          (struct table_terms){ 0 }, &r));
    CHECK_I64(r.units, 4);
    CHECK_I64(r.crossed, 1);
    CHECK_I64(r.blank, 1);
    CHECK_I64(r.arms.at[0].n, 1);
    CHECK_I64(r.arms.at[0].hits.value, 1);
    CHECK_I64(r.arms.at[0].sum.value, 4 * MONEY_UNIT);
    CHECK_I64(r.arms.at[1].n, 2);
    CHECK_I64(r.arms.at[1].hits.value, 1);
}

TEST(a_broken_split_warns)
{
    struct ctx *c = test_ctx();
    struct buf b = { .arena = c->arena };
    struct table_reading r;
    buf_add(&b, S("arm,outcome\n"));
    for (int i = 0; i < 300; i++) buf_fmt(&b, "%s,%d\n", i < 200 ? "a" : "b", i % 3 == 0);
    const char *text = str_z(c->arena, buf_str(&b));
    CHECK_OK(c, read_text(c, text, (struct table_terms){ 0 }, &r));
    CHECK(r.srm->warn && r.srm->words.n);
    CHECK(near(r.srm->chi2.value, 2 * 50.0 * 50 / 150));
    strs weights = str_split(c->arena, S("a=2,b=1"), ',');
    CHECK_OK(c, read_text(c, text, (struct table_terms){ .weights = weights }, &r));
    CHECK(!r.srm->warn && !r.srm->words.n);
    /* an arm that nobody is in */
    weights = str_split(c->arena, S("a=1,b=1,c=1"), ',');
    CHECK_OK(c, read_text(c, text, (struct table_terms){ .weights = weights }, &r));
    CHECK(r.srm->warn);
    CHECK_I64(r.arms.n, 3);
    CHECK(!r.arms.at[2].rate.has);
}

TEST(what_cannot_be_read_is_refused_with_the_place)
{
    struct ctx *c = test_ctx();
    struct table_reading r;
    static const struct {
        const char *text, *control, *weights, *metric, *words;
    } bad[] = {
        { "unit,outcome\n1,1\n", "", NULL, "",
          "the file has no column \"arm\" (it has: unit, outcome)" },
        { "unit,arm\n1,a\n", "", NULL, "rate", "no column \"outcome\"" },
        { "arm,outcome\na,1\nb,3\n", "", NULL, "", "row 3: the outcome \"3\"" },
        { "arm,value\na,1\nb,x\n", "", NULL, "", "row 3: the value \"x\"" },
        { "unit,arm,outcome\n1,a,1\n,b,1\n", "", NULL, "", "row 3 names no unit" },
        { "unit,arm,outcome\n1,a,1\n2,,1\n", "", NULL, "", "row 3 has no name of an arm" },
        { "arm,outcome\na,1\n", "c", NULL, "", "there is no arm \"c\"" },
        { "arm,outcome\na,1\nb,1\n", "", "a=1", "", "the weight of the arm \"b\"" },
        { "arm,outcome\na,1\nb,1\n", "", "a=0,b=1", "", "should be like A=1" },
        { "arm,outcome\n", "", NULL, "", "" },
    };
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct table_terms terms = { .control = str_of(bad[i].control),
                                     .metric = str_of(bad[i].metric) };
        if (bad[i].weights) terms.weights = str_split(c->arena, str_of(bad[i].weights), ',');
        CHECK_ERR(c, read_text(c, bad[i].text, terms, &r), E_INVALID);
        if (str_find(str_of(c->why.detail), str_of(bad[i].words)) < 0)
            print_message("# %s\n", c->why.detail);
        CHECK(str_find(str_of(c->why.detail), str_of(bad[i].words)) >= 0);
    }
    struct buf many = { .arena = c->arena };
    buf_add(&many, S("arm,outcome\n"));
    for (int i = 0; i < 21; i++) buf_fmt(&many, "arm %d,1\n", i);
    CHECK_ERR(c, read_text(c, str_z(c->arena, buf_str(&many)), (struct table_terms){ 0 }, &r),
              E_INVALID);
}

TEST(programs_read_the_same_forms_for_ever)
{
    struct ctx *c = test_reader();
    const char *path =
        str_z(c->arena, test_file("unit,arm,outcome,value\n1,A,1,3\n2,A,0,1\n3,B,1,5\n"
                                  "4,B,1,8\n"));
    str all = KOI_RUN(c, 0, "experiment", "read", path, "--json");
    CHECK(
        str_starts(all, S("{\"arms\":[{\"arm\":\"A\",\"n\":2,\"rate\":0.5,\"ci\":[0.0945312057342,"
                          "0.905468794266],")));
    CHECK(str_find(all,
                   S("\"tests\":[{\"a\":\"B\",\"b\":\"A\",\"diff\":0.5,\"z\":1.1547005383792517")) >
          0);
    CHECK(str_find(all, S("\"srm\":{\"chi2\":0,\"p\":1,\"warn\":false,\"df\":1,\"words\":null},")) >
          0);
    str words = KOI_RUN(c, 0, "experiment", "read", path, "--alpha", "10%", "--metric", "value");
    CHECK(str_find(words, S("B - A")) > 0);
    (void)KOI_RUN(c, 2, "experiment", "read", path, "--alpha", "2");
    (void)KOI_RUN(c, 2, "experiment", "read", path, "--metric", "clicks");
    (void)KOI_RUN(c, 1, "experiment", "read", "/nowhere.csv");
    str plan = KOI_RUN(c, 0, "experiment", "plan", "--base", "10%", "--lift", "0.2", "--json");
    CHECK(str_find(plan, S("\"n_per_arm\":3841,\"total\":7682")) > 0);
    (void)KOI_RUN(c, 1, "experiment", "plan", "--base", "10%");
}
