/* years_test.c -- a shop of some hundred members over fourteen months (on PostgreSQL fewer, for a
 * shorter time); `make years`: of five thousand over three years.
 *
 * YEARS_MEMBERS, YEARS_DAYS and YEARS_SEED say how large, how long and which one; the seed of a run
 * that failed is in its message.
 */
#include "years/years.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/rooms.h"
#include "job/job.h"

static const struct actor actors[] = {
    { "meet", 40, act_meet, NULL },
    { "join", 10, act_join, NULL },
    { "leave", 3, act_leave, NULL },
    { "merge", 14, act_merge, NULL },
    { "part", 10, act_part, NULL },
    { "erase", 2, act_erase, NULL },
    { "birthday", 15, act_birthday, NULL },
    { "appoint", 3, act_appoint, check_tiers },
    { "dismiss", 2, act_dismiss, NULL },
    { "order", 250, act_order, check_points },
    { "unpaid", 15, act_unpaid, check_caps },
    { "claim", 8, act_claim, NULL },
    { "refund", 60, act_refund, NULL },
    { "restate", 25, act_restate, NULL },
    { "again", 15, act_again, NULL },
    { "spend", 60, act_spend, check_books },
    { "unspend", 15, act_unspend, NULL },
    { "hold", 15, act_hold, NULL },
    { "end a hold", 10, act_end_hold, NULL },
    { "grant", 20, act_grant, NULL },
    { "top up", 15, act_topup, check_credit },
    { "spend credit", 20, act_credit, NULL },
    { "credit back", 8, act_credit_back, NULL },
    { "top-up back", 4, act_topup_back, NULL },
    { "buy a plan", 6, act_member_plan, check_membership },
    { "plan back", 4, act_plan_back, NULL },
    { "use", 30, act_use, check_rewards },
    { "use back", 8, act_use_back, NULL },
    { "review", 6, act_review, NULL },
    { "budget", 3, act_budget, check_budgets },
    { "check in", 400, act_check_in, check_streaks },
    { "make up", 20, act_make_up, NULL },
    { "code", 15, act_code, NULL },
    { "proof", 10, act_proof, NULL },
    { "decide", 8, act_decide, NULL },
    { "share", 30, act_share, NULL },
    { "exchange", 40, act_exchange, check_mall },
    { "parcel", 60, act_parcel, NULL },
    { "grab", 15, act_grab, NULL },
    { "koc", 3, act_koc, check_koc },
    { "touch", 40, act_touch, NULL },
    { "koc state", 1, act_koc_state, NULL },
    { "team", 10, act_team, check_boards },
    { "leave a team", 2, act_team_leave, check_doctor },
};

/* -- a day ------------------------------------------------------------------------------------- */

struct act {
    const struct actor *actor;
    instant at;
};
struct acts {
    struct act *at;
    i64 n;
};

static int by_time(const void *a, const void *b)
{
    instant x = ((const struct act *)a)->at, y = ((const struct act *)b)->at;
    return (x > y) - (x < y);
}

static struct acts plan_day(struct arena *a, instant from)
{
    struct acts all = { 0 };
    for (i64 i = 0; i < COUNT(actors); i++) {
        i64 share = actors[i].often * w.people_max, n = share / 10000;
        if (below(10000) < share % 10000) n++;
        for (i64 k = 0; k < n; k++)
            *PUSH(a, &all) = (struct act){ &actors[i], from + HOUR_MS + below(22 * HOUR_MS) };
    }
    if (all.n) qsort(all.at, (size_t)all.n, sizeof *all.at, by_time);
    return all;
}

static enum err one_act(struct tx *t, void *arg)
{
    const struct act *act = arg;
    return act->actor->act(t);
}

/* Some acts in one change, each at its instant, each for itself. */
static enum err some_acts(struct tx *t, void *arg)
{
    const struct acts *some = arg;
    instant now = t->c->now;
    for (i64 i = 0; i < some->n && !w.fault[0]; i++) {
        struct arena_mark mark = arena_mark(t->c->arena);
        t->c->now = some->at[i].at;
        enum err e = tx_try(t, one_act, &some->at[i]);
        w.acts++;
        w.refused += e != OK;
        if (e != OK && e != E_UNPROCESSABLE && e != E_CONFLICT)
            wrong("%s: " STR_FMT, some->at[i].actor->name, STR_ARG(fail_text(t->c)));
        if (e != OK && getenv("YEARS_TELL"))
            print_message("%s: " STR_FMT "\n", some->at[i].actor->name, STR_ARG(fail_text(t->c)));
        arena_rewind(t->c->arena, mark);
    }
    t->c->now = now;
    return OK;
}

static void run_jobs(struct ctx *c)
{
    static const char *const others[] = { "access", "approval", "http",  "insight",
                                          "import", "report",   "alert", "channel" };
    for (const struct room *const *r = rooms; *r; r++) {
        bool ours = true;
        for (i64 i = 0; i < COUNT(others); i++) ours &= strcmp((*r)->name, others[i]) != 0;
        for (const struct job_row *job = (*r)->jobs; ours && job && job->name; job++) {
            struct arena_mark mark = arena_mark(c->arena);
            if (job->run(test_store(), c) != OK)
                wrong("job %s: " STR_FMT, job->name, STR_ARG(fail_text(c)));
            arena_rewind(c->arena, mark);
        }
    }
}

static void one_day(struct ctx *c, day today)
{
    instant from = zone_midnight(c->zone, today);
    struct civil date = day_civil(today), tomorrow = day_civil(today + 1);
    c->now = from + 1 + below(HOUR_MS - 1);
    if (w.people_n) time_noted(c);
    run_jobs(c);
    if (w.people_n) time_compared(c);
    if (date.day == 1 && date.month % 3 == 1 && c->now >= w.open)
        CHECK_OK(c, quarter_begins(test_store(), c));
    if (date.day == 3 && c->now >= w.open) CHECK_OK(c, koc_month_begins(test_store(), c));
    struct acts all = plan_day(c->arena, from);
    for (i64 i = 0; i < all.n && !w.fault[0]; i += 100) {
        struct acts some = { all.at + i, all.n - i < 100 ? all.n - i : 100 };
        c->now = some.at[0].at;
        CHECK_OK(c, store_write(test_store(), c, some_acts, &some));
    }
    c->now = zone_midnight(c->zone, today + 1) - 1 - below(MINUTE_MS);
    bool month_end = date.month != tomorrow.month;
    run_jobs(c); /* a statement has what has been written down */
    for (i64 i = 0; i < COUNT(actors) && !w.fault[0]; i++)
        if (actors[i].check) actors[i].check(c, month_end);
}

/* -- the years --------------------------------------------------------------------------------- */

static i64 number_of(const char *name, i64 fallback)
{
    const char *text = getenv(name);
    i64 n;
    return text && i64_parse(str_of(text), &n) ? n : fallback;
}

static void begin(i64 members)
{
    w.people_max = (int)members;
    w.people = calloc((size_t)members, sizeof *w.people);
    w.sales_max = members * 60;
    w.sales = calloc((size_t)w.sales_max, sizeof *w.sales);
    w.posts_max = members + 100;
    w.posts = calloc((size_t)w.posts_max, sizeof *w.posts);
    w.proofs = calloc(20000, sizeof *w.proofs);
    w.code_users = malloc(COUNT(w.codes) * 64 * sizeof *w.code_users);
    memset(w.code_users, 0xff, COUNT(w.codes) * 64 * sizeof *w.code_users);
}

static void end(void)
{
    free(w.people);
    free(w.sales);
    free(w.posts);
    free(w.proofs);
    free(w.code_users);
}

static enum err first_people(struct tx *t, void *arg)
{
    for (i64 i = 0; i < w.people_max / 2; i++) TRY(act_meet(t));
    return OK;
}

TEST(the_books_balance_for_years)
{
    struct ctx *c = test_reader();
    bool pg = test_store_is_pg(); /* each question is a way there and back */
    i64 members = number_of("YEARS_MEMBERS", pg ? 60 : 200);
    i64 days = number_of("YEARS_DAYS", pg ? 100 : 425);
    i64 begun = clock_mono_us();
    w = (struct world){ .seed = (u64)number_of("YEARS_SEED", 20261122) };
    w.d.state = w.seed;
    w.first = day_of(2023, 11, 20);
    begin(members);
    c->now = zone_midnight(c->zone, w.first);
    CHECK_OK(c, world_open(test_store(), c));
    CHECK_OK(c, store_write(test_store(), c, first_people, NULL));
    for (i64 i = 0; i < days && !w.fault[0]; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        w.today = w.first + (day)i;
        one_day(c, w.today);
        arena_rewind(c->arena, mark);
        if (w.fault[0])
            print_message("YEARS_SEED=%lld, day %lld (%s): %s\n", (long long)w.seed, (long long)i,
                          str_z(c->arena, day_text(c->arena, w.today)), w.fault);
    }
    print_message("seed %lld: %lld members, %lld days, %lld orders, %lld acts (%lld refused),"
                  " %lld checks, %lld s\n",
                  (long long)w.seed, (long long)w.people_n, (long long)days, (long long)w.sales_n,
                  (long long)w.acts, (long long)w.refused, (long long)w.checks,
                  (long long)((clock_mono_us() - begun) / 1000000));
    bool well = !w.fault[0];
    end();
    CHECK(well);
}
