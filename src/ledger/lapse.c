/* lapse.c -- the job: ends holds whose time came and writes down lots that expired. Everything
 * counts it as done from its instant on (settle.c); this only keeps the books short. */
#include "base/room.h"
#include "job/job.h"
#include "ledger/book.h"

enum { ACCOUNTS_AT_ONCE = 100 }; /* a few milliseconds: others wait as long */

QUERY(q_due, account,
      "SELECT member, unit, name FROM (SELECT member, unit, name FROM ledger_account"
      " WHERE lapse_at <= $1 ORDER BY lapse_at LIMIT $2) AS a"
      " UNION SELECT member, unit, name FROM (SELECT from_member AS member, unit,"
      " from_name AS name FROM ledger_hold WHERE state = 'open' AND ends_at <= $1"
      " ORDER BY ends_at LIMIT $2) AS h ORDER BY member, unit, name");

struct step {
    struct account_list due;
    i64 done; /* holds and accounts' lots */
};

static enum err settle_some(struct tx *t, void *arg)
{
    struct step *step = arg;
    step->done = 0;
    for (i64 i = 0; i < step->due.n; i++) {
        const struct account *of = &step->due.at[i];
        struct work w = { .t = t, .c = t->c };
        struct book *b;
        bool found;
        TRY(unit_find(t->c, t, of->unit, &w.unit, &found));
        TRY(work_book(&w, of->member, of->name, &b));
        TRY(work_settle(&w, b, SETTLE_ALL));
        b->changed = true; /* lapse_at, also when nothing was free */
        TRY(work_save(&w));
        step->done += w.transfers.n;
    }
    return OK;
}

enum err ledger_lapse(struct store *s, struct ctx *c, i64 *done)
{
    struct step step;
    *done = 0;
    do {
        struct arena_mark mark = arena_mark(c->arena);
        step = (struct step){ 0 };
        enum err e = db_all(c, &q_due, &step.due, ARGS(c->now, (i64)ACCOUNTS_AT_ONCE));
        if (e == OK && step.due.n) e = store_write(s, c, settle_some, &step);
        *done += step.done;
        i64 n = step.due.n;
        arena_rewind(c->arena, mark);
        if (e != OK) return e;
        step.due.n = n;
    } while (step.due.n);
    return OK;
}

static enum err lapse_job(struct store *s, struct ctx *c)
{
    i64 done;
    return ledger_lapse(s, c, &done);
}

static const struct job_row jobs[] = {
    { "ledger.lapse", MINUTE_MS, 0, lapse_job, "结束到期的冻结，登记过期的批次",
      "Ends holds whose time came, writes down lots that expired" },
    { 0 },
};

const struct room ledger_room = {
    .name = "ledger",
    .migrations = ledger_migrations,
    .jobs = jobs,
};
