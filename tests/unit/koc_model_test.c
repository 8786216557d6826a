/* koc_model_test.c -- random histories of orders, refunds by line, codes, merges with their undoing
 * and months, beside a naive model that works everything out anew each time. KOC_SEED=7 for
 * another, KOC_RUNS=1000 for many.
 *
 * The model knows people, who they were merged into, codes, orders as they were told and what of
 * each line has been booked for whom and when it counts. Levels are of one rate but one step, so
 * that rates change within a history.
 */
#include <stdio.h>
#include <stdlib.h>

#include "koc_shop.h"

enum { PEOPLE = 5, KOCS = 3, ORDERS = 40, LINES = 3, STEPS = 70, ENTRIES = 2000, PAPERS = 200 };

struct m_entry {
    int owner, order, line; /* owner: the person it was booked for */
    money commission;
    instant counts_at;
    int paper; /* the statement, from 1; 0: none */
};
struct m_paper {
    int holder; /* whose it is: the person it was made for */
    i64 amount, payable;
    bool paid;
};
struct m_order {
    bool there;
    int buyer, code; /* code: of which KOC; -1: none */
    money lines[LINES], refunds[LINES];
    instant paid_at, matures_at;
    i64 rate[KOCS]; /* frozen; -1: not yet */
    money net[KOCS], due[KOCS][LINES];
    bool counted[KOCS];
};
struct model {
    i64 ids[PEOPLE];
    int into[PEOPLE]; /* merged into; itself: living */
    struct m_order orders[ORDERS];
    struct m_entry entries[ENTRIES];
    struct m_paper papers[PAPERS];
    int n, papers_n, orders_n;
    struct {
        i64 merge;
        int winner, loser;
    } merges[8];
    int merges_n;
    instant settled_to; /* months before this are settled */
};

static int living(const struct model *m, int who)
{
    while (m->into[who] != who) who = m->into[who];
    return who;
}

/* Brought in 30 days before, by whoever is he now. */
static i64 rate_of(const struct model *m, int koc, instant at)
{
    instant from = zone_midnight(test_ctx()->zone, zone_day(test_ctx()->zone, at) - 29);
    i64 orders = 0;
    money amount = 0;
    for (int i = 0; i < m->orders_n; i++)
        for (int k = 0; k < KOCS; k++) {
            const struct m_order *o = &m->orders[i];
            if (!o->counted[k] || living(m, k) != living(m, koc)) continue;
            if (o->paid_at < from || o->paid_at >= at) continue;
            orders++;
            amount += o->net[k];
        }
    return orders >= 2 && amount >= YUAN(300) ? 1000 : 500;
}

/* What the order should be, line by line, for every KOC it ever belonged to. */
static void works_out(struct model *m, int order)
{
    struct m_order *o = &m->orders[order];
    for (int k = 0; k < KOCS; k++) {
        bool his = o->code == k;
        if (his && o->rate[k] < 0) {
            o->rate[k] = rate_of(m, k, o->paid_at);
            o->matures_at = o->paid_at + 15 * DAY_MS;
        }
        if (o->rate[k] < 0) continue;
        bool own = living(m, k) == living(m, o->buyer);
        o->net[k] = 0;
        for (int l = 0; l < LINES; l++) {
            money net = his && !own ? o->lines[l] - o->refunds[l] : 0;
            money exact = net * o->rate[k] / 100; /* of a hundredth of a ten-thousandth */
            money due = (exact + 5000) / 10000 * 100;
            o->net[k] += net;
            if (due == o->due[k][l]) continue;
            instant now = test_ctx()->now;
            m->entries[m->n++] = (struct m_entry){
                k, order, l, due - o->due[k][l], o->matures_at > now ? o->matures_at : now, 0
            };
            CHECK(m->n < ENTRIES);
            o->due[k][l] = due;
        }
        o->counted[k] = o->net[k] > 0;
    }
}

static void settles(struct model *m, instant end)
{
    for (int who = 0; who < PEOPLE; who++) {
        i64 amount = 0, carried = 0;
        bool any = false;
        if (m->into[who] != who) continue;
        for (int i = 0; i < m->n; i++) {
            struct m_entry *e = &m->entries[i];
            if (e->paper || e->counts_at >= end || living(m, e->owner) != who) continue;
            money sum = 0; /* of its line, which may come to nothing */
            for (int k = 0; k < m->n; k++)
                if (!m->entries[k].paper && m->entries[k].counts_at < end &&
                    living(m, m->entries[k].owner) == who && m->entries[k].order == e->order &&
                    m->entries[k].line == e->line)
                    sum += m->entries[k].commission;
            any = any || sum;
            amount += e->commission;
        }
        if (!any) continue;
        for (int i = 0; i < m->papers_n; i++)
            if (living(m, m->papers[i].holder) == who)
                carried += m->papers[i].amount - m->papers[i].payable;
        i64 sum = amount + carried;
        m->papers[m->papers_n++] = (struct m_paper){ who, amount, sum > 0 ? sum : 0, false };
        for (int i = 0; i < m->n; i++) {
            struct m_entry *e = &m->entries[i];
            if (!e->paper && e->counts_at < end && living(m, e->owner) == who)
                e->paper = m->papers_n;
        }
    }
}

/* -- both ------------------------------------------------------------------------------------- */

static void same(const struct model *m)
{
    for (int who = 0; who < PEOPLE; who++) {
        struct koc_figures is, want = { 0 };
        bool one = false;
        if (m->into[who] != who) continue;
        for (int k = 0; k < KOCS; k++) one = one || living(m, k) == who;
        if (!one) continue;
        is = figures(m->ids[who]);
        for (int i = 0; i < m->n; i++) {
            const struct m_entry *e = &m->entries[i];
            if (e->paper || living(m, e->owner) != who) continue;
            if (e->counts_at > test_ctx()->now) want.pending += e->commission;
            else want.unsettled += e->commission;
        }
        for (int i = 0; i < m->papers_n; i++) {
            const struct m_paper *p = &m->papers[i];
            if (living(m, p->holder) != who) continue;
            *(p->paid ? &want.paid : &want.unpaid) += p->payable;
            want.carried += p->amount - p->payable;
        }
        for (int i = 0; i < m->orders_n; i++)
            for (int k = 0; k < KOCS; k++)
                if (m->orders[i].counted[k] && living(m, k) == who) {
                    want.orders++;
                    want.amount += m->orders[i].net[k];
                }
        CHECK_I64(is.orders, want.orders);
        CHECK_I64(is.amount, want.amount);
        CHECK_I64(is.pending, want.pending);
        CHECK_I64(is.unsettled, want.unsettled);
        CHECK_I64(is.unpaid, want.unpaid);
        CHECK_I64(is.paid, want.paid);
        CHECK_I64(is.carried, want.carried);
        CHECK_I64(is.account, want.pending + want.unsettled + want.unpaid + want.carried);
    }
}

static const char *const codes[KOCS] = { "KOCA", "KOCB", "KOCC" };

static void told(struct model *m, int order)
{
    struct m_order *o = &m->orders[order];
    char number[16];
    snprintf(number, sizeof number, "T%d", order);
    struct sold s = { number, o->code < 0 ? NULL : codes[o->code], m->ids[living(m, o->buyer)],
                      .at = SOME(o->paid_at) };
    memcpy(s.lines, o->lines, sizeof s.lines);
    memcpy(s.refunds, o->refunds, sizeof s.refunds);
    sells(&s);
    works_out(m, order);
}

static void new_order(struct model *m, struct dice *d)
{
    if (m->orders_n == ORDERS) return;
    struct m_order *o = &m->orders[m->orders_n];
    *o = (struct m_order){ .there = true,
                           .buyer = living(m, (int)dice_below(d, PEOPLE)),
                           .code = (int)dice_below(d, KOCS + 1) - 1,
                           .paid_at = test_ctx()->now };
    for (int k = 0; k < KOCS; k++) o->rate[k] = -1;
    i64 n = 1 + dice_below(d, LINES);
    for (i64 l = 0; l < n; l++) o->lines[l] = 100 * (1 + dice_below(d, 30000));
    told(m, m->orders_n++);
}

static void changes(struct model *m, struct dice *d)
{
    if (!m->orders_n) return;
    int order = (int)dice_below(d, m->orders_n);
    struct m_order *o = &m->orders[order];
    int line = (int)dice_below(d, LINES);
    if (dice_below(d, 4) == 0) { /* another code; none once there was one is not said */
        o->code = (int)dice_below(d, KOCS);
    } else if (o->lines[line]) {
        i64 cents = o->lines[line] / 100;
        o->refunds[line] = 100 * dice_below(d, cents + 1);
    }
    told(m, order);
}

static void merge_some(struct model *m, struct dice *d)
{
    int a = living(m, (int)dice_below(d, PEOPLE)), b = living(m, (int)dice_below(d, PEOPLE));
    if (a == b || m->merges_n == 8) return;
    m->merges[m->merges_n].merge = merged(m->ids[a], m->ids[b]);
    m->merges[m->merges_n].winner = a;
    m->merges[m->merges_n++].loser = b;
    m->into[b] = a;
    for (int i = 0; i < m->orders_n; i++) works_out(m, i);
}

static void part_last(struct model *m)
{
    if (!m->merges_n) return;
    m->merges_n--;
    unmerged(m->merges[m->merges_n].merge);
    m->into[m->merges[m->merges_n].loser] = m->merges[m->merges_n].loser;
    for (int i = 0; i < m->orders_n; i++) works_out(m, i);
}

static void month_ends(struct model *m)
{
    struct civil now = zone_local(test_ctx()->zone, test_ctx()->now);
    day first = day_of(now.year, now.month, 1), before = month_add(first, -1);
    instant end = zone_midnight(test_ctx()->zone, first);
    struct civil name = day_civil(before);
    if (end <= m->settled_to) return;
    str month = str_fmt(test_ctx()->arena, "%04d-%02d", name.year, name.month);
    /* months before it are settled one by one, those that are settled stay as they are */
    instant oldest = end - 1;
    for (int i = 0; i < m->n; i++)
        if (!m->entries[i].paper && m->entries[i].counts_at < oldest)
            oldest = m->entries[i].counts_at;
    if (oldest < m->settled_to) oldest = m->settled_to;
    struct civil at = zone_local(test_ctx()->zone, oldest);
    for (day d = day_of(at.year, at.month, 1); d < first; d = month_add(d, 1))
        settles(m, zone_midnight(test_ctx()->zone, month_add(d, 1)));
    m->settled_to = end;
    CHECK_OK(test_ctx(), koc_settle(test_store(), test_reader(), month));
}

static void pay_one(struct model *m, struct dice *d)
{
    if (!m->papers_n) return;
    int i = (int)dice_below(d, m->papers_n);
    struct m_paper *p = &m->papers[i];
    struct koc_statement st;
    if (!p->payable || p->paid) return;
    CHECK_OK(test_ctx(), koc_statement_get(test_reader(), i + 1, true, &st));
    CHECK_I64(st.payable, p->payable);
    CHECK_I64(st.earned + st.taken_back, p->amount);
    struct koc_call k = { do_paid, .number = i + 1, .text = S("W") };
    CHECK_OK(test_ctx(), did(&k));
    p->paid = true;
}

static void begins(struct model *m)
{
    struct koc_level levels[] = {
        { S("L1"), S("一"), S("one"), 0, 0, 30, 500, 1, NO_STR },
        { S("L2"), S("二"), S("two"), 2, YUAN(300), 30, 1000, 2, NO_STR },
    };
    struct koc_call k = { do_levels, .levels = { levels, 2 } };
    *m = (struct model){ 0 };
    test_ctx()->now = on(2024, 1, 20);
    shop_opens();
    CHECK_OK(test_ctx(), set("koc.approval_above", "1000000"));
    CHECK_OK(test_ctx(), did(&k));
    for (int i = 0; i < PEOPLE; i++) {
        char name[8];
        snprintf(name, sizeof name, "u%d", i);
        m->ids[i] = person(name);
        m->into[i] = i;
        if (i >= KOCS) continue;
        joins(m->ids[i]);
        CHECK_OK(test_ctx(), coded(m->ids[i], codes[i]));
    }
}

static void history(u64 seed)
{
    struct model *m = calloc(1, sizeof *m);
    struct dice d = { seed };
    begins(m);
    for (int i = 0; i < STEPS; i++) {
        test_ctx()->now += MINUTE_MS + dice_below(&d, 2) * dice_below(&d, 6) * DAY_MS;
        switch (dice_below(&d, 10)) {
        case 0: merge_some(m, &d); break;
        case 1: part_last(m); break;
        case 2: month_ends(m); break;
        case 3: pay_one(m, &d); break;
        case 4:
        case 5:
        case 6: changes(m, &d); break;
        default: new_order(m, &d); break;
        }
        same(m);
    }
    books_are_right();
    free(m);
}

TEST(histories_are_as_the_model_says)
{
    i64 seed = 1, runs = 3;
    (void)i64_parse(str_of(getenv("KOC_SEED")), &seed);
    (void)i64_parse(str_of(getenv("KOC_RUNS")), &runs);
    for (i64 i = 0; i < runs; i++) {
        if (i) test_store_remove();
        fprintf(stderr, "# KOC_SEED=%lld\n", (long long)(seed + i));
        history((u64)(seed + i));
    }
}
