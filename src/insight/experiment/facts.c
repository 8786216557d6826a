/* facts.c -- what members did after they were exposed, counted by arm. */
#include "insight/experiment/inside.h"

/* Of one exposed member. */
#define FIELDS_OF_exposed_facts(X, N) \
    X(str, arm, ANY, "", N)           \
    X(i64, times, ANY, "", N)         \
    X(money, amount, ANY, "", N)
SHAPE(exposed_facts);
SHAPE_DEFINE(exposed_facts);

/* $2: length of the window; $3: facts before this count. */
QUERY(q_purchases, exposed_facts,
      "SELECT x.arm, COUNT(o.net) AS times, CAST(COALESCE(SUM(o.net), 0) AS BIGINT) AS amount"
      " FROM " FIRST_EXPOSURES " x LEFT JOIN purchase_order o ON o.member = x.member"
      " AND o.bought_at IS NOT NULL AND o.bought_at >= x.at AND o.bought_at < x.at + $2"
      " AND o.bought_at < $3 GROUP BY x.member, x.arm");
/* An order refunded whole is no purchase any more: by when it was paid. */
QUERY(q_refunds, exposed_facts,
      "SELECT x.arm, COUNT(o.refund) AS times, CAST(COALESCE(SUM(o.refund), 0) AS BIGINT) AS amount"
      " FROM " FIRST_EXPOSURES " x LEFT JOIN purchase_order o ON o.member = x.member"
      " AND o.is_paid AND o.refund > 0 AND COALESCE(o.paid_at, o.at) >= x.at"
      " AND COALESCE(o.paid_at, o.at) < x.at + $2 AND COALESCE(o.paid_at, o.at) < $3"
      " GROUP BY x.member, x.arm");
/* Lines of all ids he has had. $4: the kind. */
QUERY(q_deeds, exposed_facts,
      "SELECT x.arm, COUNT(l.at) AS times, CAST(0 AS BIGINT) AS amount FROM " FIRST_EXPOSURES
      " x LEFT JOIN (SELECT COALESCE(g.living, t.member) AS member, t.at FROM timeline t"
      " LEFT JOIN " MEMBERS_GONE " g ON g.id = t.member WHERE t.kind = $4 AND t.at < $3"
      " AND t.at >= (SELECT COALESCE(MIN(e.at), 0) FROM experiment_exposure e"
      " WHERE e.experiment = $1)) l ON l.member = x.member AND l.at >= x.at AND l.at < x.at + $2"
      " GROUP BY x.member, x.arm");

struct counting {
    const struct experiment_metric_row *metric;
    struct arm_figures *arms;
    i64 n;
};

static enum err take(void *arg, const void *row)
{
    const struct exposed_facts *facts = row;
    struct counting *k = arg;
    i64 value = k->metric->money ? facts->amount : facts->times * MONEY_UNIT;
    for (i64 i = 0; i < k->n; i++)
        if (str_eq(k->arms[i].arm, facts->arm)) {
            arm_add(&k->arms[i], facts->times > 0, value);
            break;
        }
    return OK;
}

enum err experiment_metric_count(struct ctx *c, i64 experiment,
                                 const struct experiment_metric_asked *m, i64 window_days,
                                 instant until, struct arm_figures *arms, i64 n)
{
    struct counting k = { m->row, arms, n };
    i64 window = window_days * DAY_MS, kind = m->row - experiment_metrics;
    if (m->row->event)
        return db_each(c, &q_deeds, take, &k, ARGS(experiment, window, until, m->event));
    if (kind == EXPERIMENT_METRIC_REFUND || kind == EXPERIMENT_METRIC_REFUNDED)
        return db_each(c, &q_refunds, take, &k, ARGS(experiment, window, until));
    return db_each(c, &q_purchases, take, &k, ARGS(experiment, window, until));
}
