/* take.c -- which deliveries are due, and what a try leaves behind.
 *
 *   waiting --ok--> sent
 *   waiting --fault--> failed --ok--> sent
 *                      failed --tenth try, or nothing to hope for--> given_up
 * A try is leased first and counted with the lease: who dies lets the lease pass, and the delivery
 * is tried again, as the same message. The endpoint pauses after a fault, so that one that is dead
 * costs one try now and then however much waits for it.
 */
#include "base/log.h"
#include "channel/work.h"
#include "store/outbox.h"
#include "store/setting.h"

#include <sodium.h>

SHAPE_DEFINE(work_row);

/* Four of an endpoint at once, those in work counted; one of an endpoint that fails. */
QUERY(work_due, work_row,
      "SELECT d.id, d.message, d.endpoint, d.attempts, m.code, m.topic, m.title_zh, m.title_en,"
      " m.text_zh, m.text_en, m.data, m.files, m.made_at, e.kind, e.target, e.language, e.secret,"
      " e.old_secret, e.old_secret_until FROM ("
      "SELECT x.id, x.message, x.endpoint, x.attempts, x.due_at, x.lease_until, y.failures,"
      " ROW_NUMBER() OVER (PARTITION BY x.endpoint ORDER BY"
      " CASE WHEN x.lease_until > $1 THEN 0 ELSE 1 END, x.due_at, x.id) AS place"
      " FROM delivery x JOIN endpoint y ON y.id = x.endpoint"
      " WHERE x.state IN ('waiting', 'failed') AND x.due_at <= $1"
      " AND y.enabled AND y.paused_until <= $1) d"
      " JOIN channel_message m ON m.id = d.message JOIN endpoint e ON e.id = d.endpoint"
      " WHERE d.lease_until <= $1 AND d.place <= CASE WHEN d.failures > 0 THEN 1 ELSE 4 END"
      " ORDER BY d.due_at, d.id LIMIT $2");
QUERY(work_is_due, one_i64,
      "SELECT COUNT(*) AS value FROM delivery WHERE state IN ('waiting', 'failed') AND"
      " due_at <= $1");
CHANGE(work_lease, "UPDATE delivery SET lease_until = $2, attempts = attempts + 1 WHERE id = $1");

struct taking {
    i64 mails; /* at most */
    struct work_row_list *out;
};

static enum err take(struct tx *t, void *arg)
{
    const struct taking *k = arg;
    struct ctx *c = t->c;
    struct work_row_list all;
    i64 mails = 0;
    *k->out = (struct work_row_list){ 0 };
    TRY(db_all(c, &work_due, &all, ARGS(c->now, (i64)SIDE_BY_SIDE)));
    for (i64 i = 0; i < all.n; i++) {
        if (all.at[i].kind == ENDPOINT_MAIL && ++mails > k->mails) continue;
        TRY(tx_change(t, &work_lease, ARGS(all.at[i].id, c->now + LEASE_MS)));
        all.at[i].attempts++;
        *PUSH(c->arena, k->out) = all.at[i];
    }
    return OK;
}

enum err work_take(struct store *s, struct ctx *c, i64 mails, struct work_row_list *out)
{
    struct one_i64 due;
    struct taking k = { mails, out };
    *out = (struct work_row_list){ 0 };
    /* a look before a write: nothing is due as a rule */
    TRY(db_get(c, &work_is_due, &due, ARGS(c->now)));
    return due.value ? store_write(s, c, take, &k) : OK;
}

/* -- what it leaves ---------------------------------------------------------------------------- */

CHANGE(work_sent,
       "UPDATE delivery SET state = 'sent', fault = '', detail = '', status = $2, took_ms = $3,"
       " sent_at = $4, lease_until = 0 WHERE id = $1");
CHANGE(work_failed,
       "UPDATE delivery SET state = $2, fault = $3, detail = $4, status = $5, took_ms = $6,"
       " due_at = $7, lease_until = 0 WHERE id = $1 AND state <> 'sent'");
CHANGE(endpoint_well,
       "UPDATE endpoint SET failures = 0, failing_since = NULL, paused_until = 0, fault = '',"
       " detail = '', sent_at = $2 WHERE id = $1");
CHANGE(endpoint_ill,
       "UPDATE endpoint SET failures = failures + 1, failing_since = COALESCE(failing_since, $2),"
       " paused_until = $3, fault = $4, detail = $5 WHERE id = $1");
CHANGE(endpoint_kill, "UPDATE endpoint SET enabled = FALSE WHERE id = $1");

static const i64 pauses_ms[] = { 5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS,
                                 30 * MINUTE_MS };
#define OFF_TRIES_MIN 5

struct noting {
    const struct work_row *row;
    const struct outcome *o;
};

/* The others hear of it; who was switched off cannot. */
static enum err tell_off(struct tx *t, const struct endpoint_row *e)
{
    struct ctx *c = t->c;
    struct ctx zh = *c, en = *c;
    zh.locale = ZH;
    en.locale = EN;
    str why_zh = fault_words(&zh, e->fault, e->detail);
    str why_en = fault_words(&en, e->fault, e->detail);
    struct delivery d = {
        .topic = S("channel.endpoint_off"),
        .key = str_fmt(c->arena, "%lld:%lld", (long long)e->id, (long long)c->now),
        .title_zh = str_fmt(c->arena, "推送地址“" STR_FMT "”已停用", STR_ARG(e->name)),
        .title_en =
            str_fmt(c->arena, "Endpoint \"" STR_FMT "\" was switched off", STR_ARG(e->name)),
        .text_zh = str_fmt(c->arena, "多次发送失败：" STR_FMT "。排除原因后请在“推送”页重新启用。",
                           STR_ARG(why_zh)),
        .text_en = str_fmt(c->arena,
                           "It kept failing: " STR_FMT
                           ". Mend it and switch it on again on the page Deliveries.",
                           STR_ARG(why_en)),
        .data = str_fmt(c->arena, "{\"endpoint\":%lld,\"fault\":\"" STR_FMT "\"}", (long long)e->id,
                        STR_ARG(e->fault)),
    };
    return delivery_send(t, &d);
}

static enum err endpoint_suffers(struct tx *t, const struct noting *k)
{
    struct ctx *c = t->c;
    struct endpoint_row e;
    bool gone = k->o->fault == FAULT_GONE;
    i64 hours;
    TRY(endpoint_row_get(c, k->row->endpoint, &e));
    i64 step = e.failures < COUNT(pauses_ms) ? e.failures : COUNT(pauses_ms) - 1;
    i64 pause = pauses_ms[step] > k->o->retry_after_ms ? pauses_ms[step] : k->o->retry_after_ms;
    TRY(tx_change(
        t, &endpoint_ill,
        ARGS(e.id, c->now, c->now + pause, fault_name(k->o->fault), str_of(k->o->detail))));
    TRY(setting_i64(c, "channel.off_after_hours", &hours));
    bool long_ago = e.failing_since.has && c->now - e.failing_since.value >= hours * HOUR_MS;
    if (!e.enabled || !(gone || (long_ago && e.failures + 1 >= OFF_TRIES_MIN))) return OK;
    TRY(tx_change(t, &endpoint_kill, ARGS(e.id)));
    TRY(endpoint_drop_waiting(t, e.id, FAULT_OFF));
    e.fault = fault_name(k->o->fault);
    e.detail = str_of(k->o->detail);
    return tell_off(t, &e);
}

static i64 with_jitter(i64 ms) { return ms + (i64)randombytes_uniform((u32)(ms / 10 + 1)); }

static enum err note(struct tx *t, void *arg)
{
    const struct noting *k = arg;
    const struct outcome *o = k->o;
    instant now = t->c->now;
    opt_i64 status = o->status ? SOME(o->status) : NONE;
    if (o->fault == FAULT_NONE) {
        TRY(tx_change(t, &work_sent, ARGS(k->row->id, status, o->took_ms, now)));
        return tx_change(t, &endpoint_well, ARGS(k->row->endpoint, now));
    }
    i64 wait = outbox_wait_ms(k->row->attempts);
    bool over = o->final || o->fault == FAULT_GONE || wait < 0 || k->row->attempts >= TRIES_MAX;
    i64 later = over ? 0 : with_jitter(wait);
    if (later < o->retry_after_ms) later = o->retry_after_ms;
    TRY(tx_change(t, &work_failed,
                  ARGS(k->row->id, over ? S("given_up") : S("failed"), fault_name(o->fault),
                       str_of(o->detail), status, o->took_ms, now + later)));
    return endpoint_suffers(t, k);
}

enum err work_note(struct store *s, struct ctx *c, const struct work_row *row,
                   const struct outcome *o)
{
    struct noting k = { row, o };
    if (o->fault == FAULT_NONE)
        LOG(INFO, "channel.sent", KV("delivery", row->id), KV("endpoint", row->endpoint),
            KV("attempt", row->attempts), KV("ms", o->took_ms));
    else
        LOG(WARN, "channel.failed", KV("delivery", row->id), KV("endpoint", row->endpoint),
            KV("attempt", row->attempts), KV("fault", fault_name(o->fault)),
            KV("status", o->status), KV("ms", o->took_ms));
    return store_write(s, c, note, &k);
}
