/* retention.c -- who came back on day 1, 2, … after the day he began. */
#include "audience/question/rows_private.h"

SHAPE_DEFINE(retention_ask);
SHAPE_DEFINE(retention_cohort);
SHAPE_DEFINE(retention_total);
SHAPE_DEFINE(retention_answer);

struct coming_back {
    const struct question *q;
    struct rows_at at;
    struct retention r;
    i64 *members[CHUNK_WORKERS], *returned[CHUNK_WORKERS];
};

static void of_chunk(void *arg, int worker, i64 chunk)
{
    struct coming_back *k = arg;
    rows_retention(k->at.view, chunk, k->at.source, &k->r, set_of_chunk(&k->q->set, chunk),
                   k->members[worker], k->returned[worker]);
}

/* Days are the kernel's: day 0, of which nobody asks, comes first. */
static void run(struct ctx *c, struct coming_back *k)
{
    i64 cells = k->r.cohorts * k->r.days;
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        k->members[w] = NEWS(c->arena, i64, k->r.cohorts);
        k->returned[w] = NEWS(c->arena, i64, cells);
    }
    chunks_run(k->at.chunks, of_chunk, k);
    for (int w = 1; w < CHUNK_WORKERS; w++) {
        for (i64 i = 0; i < k->r.cohorts; i++) k->members[0][i] += k->members[w][i];
        for (i64 i = 0; i < cells; i++) k->returned[0][i] += k->returned[w][i];
    }
}

static ints zeros(struct ctx *c, i64 n) { return (ints){ NEWS(c->arena, i64, n), n }; }

static void fill(struct ctx *c, const struct coming_back *k, struct retention_answer *out)
{
    i64 days = k->r.days - 1, unit = k->r.weeks ? 7 : 1, today = zone_day(c->zone, k->q->at);
    out->total = NEW(c->arena, struct retention_total);
    *out->total = (struct retention_total){ .returned = zeros(c, days),
                                            .observed = zeros(c, days),
                                            .kept = zeros(c, days) };
    out->cohorts.at = NEWS(c->arena, struct retention_cohort, k->r.cohorts);
    out->cohorts.n = k->r.cohorts;
    for (i64 i = 0; i < k->r.cohorts; i++) {
        struct retention_cohort *one = &out->cohorts.at[i];
        one->day = (day)(k->r.first_day + i * unit);
        one->members = k->members[0][i];
        one->returned = zeros(c, days);
        out->total->members += one->members;
        for (i64 n = 0; n < days; n++) {
            i64 came = k->returned[0][i * k->r.days + n + 1];
            bool over = one->day + (n + 2) * unit <= today;
            one->returned.at[n] = came;
            one->observed += over;
            out->total->returned.at[n] += came;
            if (!over) continue;
            out->total->observed.at[n] += one->members;
            out->total->kept.at[n] += came;
        }
    }
}

static str how(struct ctx *c, const struct retention_ask *ask, const struct days_asked *days,
               const struct coming_back *k, struct buf *notes)
{
    struct buf out = { .arena = c->arena };
    str unit = ask->by_week ? say(c, S("周"), S("week")) : say(c, S("日"), S("day"));
    bool ever = ask->first_ever || !days->from_given;
    buf_fmt(&out,
            c->locale == ZH
                ? "同期群：%s“" STR_FMT "”在这一" STR_FMT "的会员；留存：其后第 n " STR_FMT
                  "做过“" STR_FMT "”的人，n 从 1 起；observed 是已经过完的" STR_FMT "数。"
                : "A cohort is the members who %s \"" STR_FMT "\" on that " STR_FMT
                  "; returned: those who on the n-th " STR_FMT " after it did \"" STR_FMT
                  "\", n from 1; observed: how many of these " STR_FMT "s are over. ",
            ever ? say(c, S("有史以来第一次"), S("for the first time ever did")).at
                 : say(c, S("期间内第一次"), S("for the first time within the period did")).at,
            STR_ARG(meant_words(c, ask->start)), STR_ARG(unit), STR_ARG(unit),
            STR_ARG(meant_words(c, ask->back)), STR_ARG(unit));
    if (days->n) say_days(c, days, &out);
    say_rows(c, &k->at, notes, &out);
    question_say_about(c, k->q, &out);
    return buf_str(&out);
}

enum err retention_make(struct ctx *c, const struct retention_ask *ask,
                        struct retention_answer *out)
{
    struct question q;
    struct days_asked days;
    struct meant start, back, *both[] = { &start, &back };
    struct coming_back k = { .q = &q };
    struct buf notes = { .arena = c->arena };
    i64 n = ask->days.has ? ask->days.value : 7;
    *out = (struct retention_answer){ 0 };
    if (n < 1 || n > RETENTION_MAX)
        return fail_at(c, E_INVALID, S("/days"), "天数（周数）应当是 1 到 %d",
                       "days (weeks) are 1 to %d", RETENTION_MAX);
    TRY(days_read(c, ask->from, ask->to, &days));
    TRY(question_begin(c, ask->segment, ask->at, ask->seq, &q));
    TRY(meant_read(c, &q, ask->start, "/start", &notes, &start));
    TRY(meant_read(c, &q, ask->back, "/back", &notes, &back));
    TRY(rows_find(c, &q, both, COUNT(both), NO_STR, &k.at));
    TRY(days_settle(c, &q, &k.at, &start.rows, &days));
    if (ask->by_week && days.n) { /* whole weeks */
        days.from = monday_of(days.from);
        days.to = monday_of(days.to) + 6;
        days.n = (i64)days.to - days.from + 1;
    }
    k.r = (struct retention){ .start = &start.rows,
                              .back = &back.rows,
                              .first_day = days.from,
                              .cohorts = ask->by_week ? days.n / 7 : days.n,
                              .days = n + 1,
                              .weeks = ask->by_week };
    instant begin = days_begin(c, &days), end = days_end(c, &days);
    if (!ask->first_ever && days.from_given && begin > start.rows.from) start.rows.from = begin;
    if (end < start.rows.until) start.rows.until = end;
    if (k.r.cohorts) run(c, &k);
    fill(c, &k, out);
    out->how = how(c, ask, &days, &k, &notes);
    out->took_us = question_took(&q);
    return OK;
}
