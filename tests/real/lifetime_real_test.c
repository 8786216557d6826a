/* lifetime_real_test.c -- the published figures of the CDNOW sample: 2,357 who first bought in the
 * first quarter of 1997, followed to the end of June 1998. Straight from the file, and imported as
 * orders. */
#include "real/real.h"

#include <math.h>
#include <stdio.h>

#include "insight/lifetime.h"

/* -- straight from the file ---------------------------------------------------------------------
 */

struct line {
    i64 who;
    day on;
    f64 amount;
};

static i64 lines_of(struct ctx *c, struct line *lines, i64 most)
{
    FILE *f = fopen(str_z(c->arena, data_file("cdnow_sample.txt")), "r");
    char text[200];
    i64 n = 0;
    CHECK(f != NULL);
    while (n < most && fgets(text, sizeof(text), f)) {
        strs words = str_split(c->arena, str_of(text), ' ');
        i64 date;
        if (words.n != 5) continue;
        CHECK(i64_parse(words.at[1], &lines[n].who) && i64_parse(words.at[2], &date));
        CHECK(f64_parse(words.at[4], &lines[n].amount));
        lines[n++].on = day_of((i32)(date / 10000), (i32)(date / 100 % 100), (i32)(date % 100));
    }
    fclose(f);
    return n;
}

/* Those of one customer follow each other, oldest first, as they lie in the file. */
static void samples_of(struct ctx *c, day end, struct lifetime_sample *s,
                       struct spend_sample *spend)
{
    struct line *lines = NEWS(c->arena, struct line, 10000);
    i64 n = lines_of(c, lines, 10000);
    CHECK_I64(n, 6919);
    *s = (struct lifetime_sample){ NEWS(c->arena, struct lifetime_row, n), 0, 0, 7 };
    *spend = (struct spend_sample){ NEWS(c->arena, struct spend_row, n), 0 };
    for (i64 i = 0; i < n;) {
        i64 first = i;
        day last = lines[i].on;
        f64 amount = 0;
        i32 x = 0;
        for (; i < n && lines[i].who == lines[first].who; i++) {
            if (lines[i].on > end || lines[i].on == lines[first].on) continue;
            x += lines[i].on != last;
            last = lines[i].on;
            amount += lines[i].amount;
        }
        s->at[s->n++] =
            (struct lifetime_row){ x, last - lines[first].on, end - lines[first].on, 1 };
        if (x && amount > 0) spend->at[spend->n++] = (struct spend_row){ x, amount / x };
    }
}

static i64 rounded(f64 value, f64 times) { return llround(value * times); }

TEST(the_published_figures)
{
    struct ctx *c = test_ctx();
    struct lifetime_sample s;
    struct spend_sample spend;
    struct bgnbd_fit fit;
    struct pareto_fit pareto;
    struct spend_fit worth;
    samples_of(c, day_of(1997, 9, 30), &s, &spend);
    lifetime_join(&s);
    CHECK_I64(s.members, 2357);
    CHECK_I64(bgnbd_fit(c->arena, &s, &fit), FIT_FOUND);
    CHECK_I64(rounded(fit.at.r, 1000), 243);
    CHECK_I64(rounded(fit.at.alpha, 1000), 4414);
    CHECK_I64(rounded(fit.at.a, 1000), 793);
    CHECK_I64(rounded(fit.at.b, 1000), 2426);
    CHECK_I64(rounded(fit.log_likelihood, 10), -95824);
    CHECK_I64(rounded(bgnbd_expected(&fit.at, 2, 30.43, 38.86, 39), 1000), 1226);
    CHECK_I64(spend.n, 946);
    CHECK_I64(spend_fit(&spend, &worth), FIT_FOUND);
    CHECK_I64(rounded(worth.at.p, 100), 625);
    CHECK_I64(rounded(worth.at.q, 100), 374);
    CHECK_I64(rounded(worth.at.v, 100), 1544);
    CHECK_I64(pareto_fit(&s, &pareto), FIT_FOUND); /* the check, as published beside BG/NBD */
    CHECK_I64(rounded(pareto.at.r, 1000), 553);
    CHECK_I64(rounded(pareto.at.alpha, 100), 1058);
    CHECK_I64(rounded(pareto.at.s, 1000), 606);
    CHECK_I64(rounded(pareto.at.beta, 100), 1167);
    CHECK_I64(rounded(pareto.log_likelihood, 10), -95950);
    print_message(
        "# r %.6f (%.6f) alpha %.6f (%.6f) a %.6f (%.6f) b %.6f (%.6f) p %.4f q %.4f v %.4f\n",
        fit.at.r, fit.error.r, fit.at.alpha, fit.error.alpha, fit.at.a, fit.error.a, fit.at.b,
        fit.error.b, worth.at.p, worth.at.q, worth.at.v);
}

/* -- imported as orders -------------------------------------------------------------------------
 */

TEST(the_same_by_imported_orders)
{
    struct ctx *c = test_reader();
    struct line *lines = NEWS(c->arena, struct line, 10000);
    i64 n = lines_of(c, lines, 10000);
    struct buf file = { .arena = c->arena };
    buf_add(&file, S("customer,date,amount\n"));
    for (i64 i = 0; i < n; i++)
        buf_fmt(&file, "%lld," STR_FMT ",%.2f\n", (long long)lines[i].who,
                STR_ARG(day_text(c->arena, lines[i].on)), lines[i].amount);
    struct import_pair pairs[] = { { S("member"), S("customer") },
                                   { S("paid_at"), S("date") },
                                   { S("paid"), S("amount") } };
    struct import_choice choice = { .mapping = { pairs, COUNT(pairs) },
                                    .options = { .order_id = S("row"), .shop = S("CDNOW") } };
    struct import_summary summary = import_file(test_file_of(file.at, file.n), choice, false);
    CHECK_I64(summary.orders, 6919);
    CHECK_I64(summary.members, 2357);
    struct lifetime_ask ask = { .calibrate = SOME(day_of(1997, 9, 30)) };
    struct lifetime_report r;
    CHECK_OK(c, lifetime_report_make(c, &ask, &r, NULL));
    CHECK_I64(r.customers, 2357);
    CHECK_I64(r.repeat_customers, 946);
    CHECK_STR(r.to, "1998-06-30");
    CHECK_I64(rounded(r.bgnbd->r, 1000), 243);
    CHECK_I64(rounded(r.bgnbd->alpha, 1000), 4414);
    CHECK_I64(rounded(r.bgnbd->a, 1000), 793);
    CHECK_I64(rounded(r.bgnbd->b, 1000), 2426);
    CHECK_I64(rounded(r.bgnbd->log_likelihood, 10), -95824);
    CHECK_I64(rounded(r.gamma_gamma->p, 100), 625);
    CHECK_I64(rounded(r.gamma_gamma->q, 100), 374);
    CHECK_I64(rounded(r.gamma_gamma->v, 100), 1544);
    CHECK_I64(rounded(r.pareto_nbd->log_likelihood, 10), -95950);
    CHECK(r.took_ms < 2000 * 20); /* far from it, however busy the machine */
}
