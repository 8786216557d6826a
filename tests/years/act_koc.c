/* act_koc.c -- members become KOCs, bring others, are paid by the month. */
#include "years/years.h"

#include <stdio.h>
#include <stdlib.h>

#include "ledger/ledger.h"
#include "loyalty/koc.h"
#include "loyalty/koc/months.h"

enum { KOCS_MAX = 60 };

static struct {
    int who;
    char code[32];
} kocs[KOCS_MAX];
static i64 kocs_n;

enum err koc_opens(struct tx *t)
{
    struct koc_level one = { .code = S("体验官"),
                             .zh = S("体验官"),
                             .en = S("Taster"),
                             .window_days = 90,
                             .rate = 500,
                             .trials = 1 };
    kocs_n = 0;
    return koc_levels_put(t, &(struct koc_level_list){ &one, 1 });
}

enum err act_koc(struct tx *t)
{
    struct ctx *c = t->c;
    str code;
    int who = participant();
    if (who < 0 || kocs_n == KOCS_MAX) return OK;
    struct koc_code_ask ask = { .member = id_of(who),
                                .code = str_fmt(c->arena, "KOI%lld", (long long)++w.keys + 1000) };
    TRY(koc_apply(t, id_of(who), &(struct koc_application){ .text = S("护肤博主") }));
    TRY(koc_review(t, id_of(who), true, NO_STR));
    TRY(koc_code_put(t, &ask, &code));
    kocs[kocs_n].who = who;
    snprintf(kocs[kocs_n++].code, sizeof kocs->code, STR_FMT, STR_ARG(code));
    return OK;
}

enum err act_touch(struct tx *t)
{
    int who = anybody();
    if (who < 0 || !kocs_n) return OK;
    return koc_touched(t, id_of(who), str_of(kocs[below(kocs_n)].code));
}

enum err act_koc_state(struct tx *t)
{
    if (!kocs_n) return OK;
    int who = kocs[below(kocs_n)].who;
    if (w.people[living(who)].erased) return OK;
    return koc_set_state(t, id_of(who), one_in(2) ? KOC_SUSPENDED : KOC_ACTIVE, S("test"));
}

static enum err pay_one(struct tx *t, void *arg)
{
    struct koc_statement *s = arg;
    return koc_paid(t, s->number, key_of(t->c, "pay", s->number));
}

static enum err agree(struct tx *t, void *arg) { return koc_month_agreed(t, *(str *)arg); }

/* A large month waits for a second person; until he agrees nothing of it is paid. */
static enum err second_person(struct store *s, struct ctx *c, str month,
                              struct koc_statement_list *all)
{
    struct koc_month is;
    TRY(koc_month_get(c, month, &is));
    if (is.state != MONTH_WAITING) return OK;
    for (i64 i = 0; i < all->n; i++)
        if (all->at[i].payable > 0)
            EXPECT(store_write(s, c, pay_one, &all->at[i]) == E_UNPROCESSABLE,
                   "paid before the second person agreed");
    return store_write(s, c, agree, &month);
}

/* The month before is settled; some of it is paid. */
enum err koc_month_begins(struct store *s, struct ctx *c)
{
    struct civil d = day_civil(month_add(w.today, -1));
    str month = str_fmt(c->arena, "%04d-%02d", d.year, d.month);
    struct koc_statement_list all = { 0 };
    TRY(koc_settle(s, c, month));
    TRY(koc_statements(c, month, 0, 100, true, &all));
    TRY(second_person(s, c, month, &all));
    for (i64 i = 0; i < all.n; i++)
        if (all.at[i].payable > 0 && one_in(2)) TRY(store_write(s, c, pay_one, &all.at[i]));
    return OK;
}

/* -- what must hold ---------------------------------------------------------------------------- */

static const struct sale *sale_of(i64 id)
{
    for (i64 i = 0; i < w.sales_n; i++)
        if (w.sales[i].id == id) return &w.sales[i];
    return NULL;
}

static void orders_of_koc(struct ctx *c, int who)
{
    struct koc_order_view_list all = { 0 };
    if (koc_orders_of(c, id_of(who), 0, 1000, &all) != OK)
        wrong("orders of a KOC: " STR_FMT, STR_ARG(fail_text(c)));
    for (i64 i = 0; i < all.n; i++) {
        const struct koc_order_view *o = &all.at[i];
        const struct sale *s = sale_of(o->order_id);
        money net = s ? s->money - s->postage - s->refund : 0;
        long long number = s ? s->number : 0;
        bool his = s && s->who >= 0 && living(s->who) == living(who);
        EXPECT(o->own == his, "KOC %d: N%lld is %shis own", who, number, his ? "" : "not ");
        if (his || net < 0) net = 0; /* his own, by a merge, is nothing he brought */
        EXPECT(o->net == net, "KOC %d: N%lld is %lld, should be %lld", who, number,
               (long long)o->net, (long long)net);
        EXPECT(!o->commission || !his, "KOC %d earns by his own N%lld", who, number);
        EXPECT(o->no_budget || !o->rate || llabs(o->commission - net / 20) <= 300,
               "KOC %d: N%lld of %lld earns %lld", who, number, (long long)net,
               (long long)o->commission);
    }
}

void check_koc(struct ctx *c, bool month_end)
{
    i64 faults = -1;
    if (!month_end) return;
    if (koc_check(c, &faults) != OK) wrong("KOCs: " STR_FMT, STR_ARG(fail_text(c)));
    EXPECT(!faults, "%lld KOCs whose account is not what their entries say", (long long)faults);
    for (i64 i = 0; i < kocs_n && !w.fault[0]; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        orders_of_koc(c, kocs[i].who);
        arena_rewind(c->arena, mark);
    }
}
