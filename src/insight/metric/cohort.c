/* cohort.c -- members by when they first purchased, and how many of each came back step by step. */
#include "audience/question/rows_private.h"
#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/inside.h"
#include "insight/period.h"

SHAPE_DEFINE(cohorts_ask);
SHAPE_DEFINE(cohort_row);
SHAPE_DEFINE(cohorts_answer);

#define COHORTS_MAX 120
#define STEPS_LATER 60

struct cohorts {
    const struct facts *facts;
    const struct member_set *set;
    day from, to, end; /* of cohorts; the last day looked at */
    day begin[COHORTS_MAX + STEPS_LATER + 2];
    i64 n, cohorts, later; /* steps in all, those that are cohorts, how many to look at */
    uint16_t *step;        /* of each day from `from` */
    struct cohort_sums {
        i64 members[COHORTS_MAX], returned[COHORTS_MAX][STEPS_LATER];
        money net[COHORTS_MAX][STEPS_LATER + 1];
    } * sums[CHUNK_WORKERS];
};

/* Of one member: what comes from his first purchase on. */
struct following {
    i64 member, cohort; /* -1: he began on other days, or not yet */
    bool began;
    u64 came; /* steps after it, a bit each */
};

static void follow_end(const struct cohorts *q, struct cohort_sums *s, const struct following *f)
{
    for (i64 k = 1; f->cohort >= 0 && k <= q->later; k++)
        s->returned[f->cohort][k - 1] += f->came >> k & 1;
}

static void follow_on(const struct cohorts *q, struct cohort_sums *s, struct following *f,
                      const struct facts_block *b, struct fact *o)
{
    if (!f->began && o->when >= q->from && o->when <= q->to) {
        f->cohort = q->step[o->when - q->from];
        s->members[f->cohort]++;
    }
    f->began = true;
    if (f->cohort < 0 || o->when > q->end) return;
    i64 later = q->step[o->when - q->from] - f->cohort;
    if (later > q->later) return;
    fact_amounts(b, o);
    s->net[f->cohort][later] += o->net;
    if (later) f->came |= (u64)1 << later;
}

static void count_block(void *arg, int worker, i64 k)
{
    const struct cohorts *q = arg;
    const struct facts_block *b = q->facts->at[k];
    struct facts_at at = { 0 };
    struct following f = { .cohort = -1 };
    struct fact o = { 0 };
    bool in = false;
    while (b->first && fact_next(b, &at, false, &o)) {
        if (o.member != f.member) {
            follow_end(q, q->sums[worker], &f);
            f = (struct following){ .member = o.member, .cohort = -1 };
            in = set_holds(q->set, o.member);
        }
        if (in && o.flags & FACT_BOUGHT) follow_on(q, q->sums[worker], &f, b, &o);
    }
    follow_end(q, q->sums[worker], &f);
}

/* Steps from that of `from` until so many after the last cohort's. */
static enum err steps_find(struct ctx *c, enum metric_step step, struct cohorts *q)
{
    day d = q->from;
    q->cohorts = 0;
    for (q->n = 0; q->n < COHORTS_MAX + STEPS_LATER + 1; d++) {
        if (d != q->from && step_of(step, d) != d) continue;
        if (d > q->to && !q->cohorts) q->cohorts = q->n;
        if (d > q->to && q->n > q->cohorts + q->later) break;
        q->begin[q->n++] = d;
    }
    if (!q->cohorts || q->cohorts > COHORTS_MAX)
        return fail_at(c, E_INVALID, S("/step"), "一次最多看 %d 批；请用更大的步长或更短的期间",
                       "at most %d cohorts at once: take a longer step or a shorter period",
                       COHORTS_MAX);
    q->end = q->begin[q->n - 1] - 1;
    q->step = NEWS(c->arena, uint16_t, q->end - q->from + 1);
    for (i64 k = 0; k + 1 < q->n; k++)
        for (day x = q->begin[k]; x < q->begin[k + 1]; x++) q->step[x - q->from] = (uint16_t)k;
    return OK;
}

static void fill(struct ctx *c, const struct cohorts *q, struct cohorts_answer *out)
{
    day today = zone_day(c->zone, c->now);
    for (i64 k = 0; k < q->cohorts; k++) {
        struct cohort_row *row = PUSH(c->arena, &out->cohorts);
        money net = 0;
        *row =
            (struct cohort_row){ .from = q->begin[k],
                                 .to = q->begin[k + 1] - 1 < q->to ? q->begin[k + 1] - 1 : q->to };
        for (int w = 0; w < CHUNK_WORKERS; w++) row->members += q->sums[w]->members[k];
        for (i64 i = 0; i <= q->later; i++) {
            i64 came = 0;
            if (q->begin[k + i] > today) break; /* it has not begun */
            for (int w = 0; w < CHUNK_WORKERS; w++) {
                came += i ? q->sums[w]->returned[k][i - 1] : 0;
                net += q->sums[w]->net[k][i];
            }
            if (i) *PUSH(c->arena, &row->returned) = came;
            row->over = q->begin[k + i + 1] <= today ? i : row->over;
            *PUSH(c->arena, &row->net) = money_text(c->arena, net);
        }
    }
}

enum err cohorts_make(struct ctx *c, const struct cohorts_ask *ask, struct cohorts_answer *out)
{
    struct facts facts;
    struct member_set set;
    i64 began = clock_mono_us();
    struct cohorts *q = NEW(c->arena, struct cohorts);
    *out = (struct cohorts_answer){ 0 };
    q->later = ask->later.has ? ask->later.value : 12;
    if (q->later < 1 || q->later >= STEPS_LATER)
        return fail_at(c, E_INVALID, S("/later"), "之后的步数应在 1 到 %d 之间",
                       "steps to look at afterwards: 1 to %d", STEPS_LATER - 1);
    TRY(period_read(c, ask->from, ask->to, &q->from, &q->to));
    TRY(period_check(c, q->from, q->to));
    TRY(steps_find(c, ask->step, q));
    if (!str_empty(str_trim(ask->segment))) {
        const struct view *view;
        const struct segment_node *tree;
        TRY(audience_view(c, 0, &view));
        TRY(segment_parse(c, ask->segment, &tree));
        TRY(segment_set(c, view, tree, c->now, &set));
        q->set = &set;
    }
    TRY(facts_take(c, false, NULL, &facts));
    q->facts = &facts;
    for (int w = 0; w < CHUNK_WORKERS; w++) q->sums[w] = NEW(c->arena, struct cohort_sums);
    chunks_run(facts.n, count_block, q);
    fill(c, q, out);
    out->step = ask->step;
    out->how = say(
        c,
        S("一批是首次购买在同一段时间的会员；第 k 步的人数是之后第 k 段时间内再次购买的会员，"
          "同一段内的再次购买不算回来；net 是到那一步为止全部购买的净额（退款已减）。购买指已支付"
          "且未全退的订单。"),
        S("A cohort is the members whose first purchase lies in one step; returned on step k are"
          " those who purchased again in the k-th step after it, a second purchase within the first"
          " step is no return; net is that of all purchases up to the step, less refunds. A "
          "purchase"
          " is an order paid and not refunded whole."));
    out->took_us = clock_mono_us() - began;
    return OK;
}
