/* sweep.c -- what time does to deliveries: too old ones are given up, kept ones forgotten, held
 * ones told in one message. */
#include "channel/inside.h"
#include "store/setting.h"

#define TOO_OLD_MS (7 * DAY_MS) /* longer than all tries together */
#define FORGET_MAX 500          /* messages in one change: with their files */

CHANGE(old_given_up, "UPDATE delivery SET state = 'given_up', fault = $2, detail = ''"
                     " WHERE state IN ('waiting', 'failed', 'held') AND made_at < $1");
#define FIELDS_OF_old_message(X, N) X(i64, id, ANY, "", N)
SHAPE(old_message);
SHAPE_DEFINE(old_message);
QUERY(messages_old, old_message,
      "SELECT id FROM channel_message WHERE made_at < $1 ORDER BY made_at LIMIT $2");
CHANGE(message_deliveries_drop, "DELETE FROM delivery WHERE message = $1");
CHANGE(message_files_drop, "DELETE FROM channel_file WHERE message = $1");
CHANGE(message_drop, "DELETE FROM channel_message WHERE id = $1");

#define FIELDS_OF_held_row(X, N) \
    X(i64, endpoint, ANY, "", N) \
    X(str, topic, ANY, "", N)    \
    X(i64, n, ANY, "", N)        \
    X(i64, last, ANY, "", N)
SHAPE(held_row);
SHAPE_DEFINE(held_row);
QUERY(held_untold, held_row,
      "SELECT d.endpoint, m.topic, COUNT(*) AS n, MAX(d.id) AS last FROM delivery d"
      " JOIN channel_message m ON m.id = d.message JOIN endpoint e ON e.id = d.endpoint"
      " WHERE d.state = 'held' AND NOT d.told AND e.enabled GROUP BY d.endpoint, m.topic"
      " ORDER BY d.endpoint, m.topic");
QUERY(share_of_late, one_i64,
      "SELECT COUNT(*) AS value FROM delivery WHERE endpoint = $1 AND made_at > $2 AND counts");
CHANGE(held_told,
       "UPDATE delivery SET told = TRUE WHERE endpoint = $1 AND state = 'held' AND id <= $2");

/* Rows [from, to) are of one endpoint, whose hour has room again. */
static enum err tell_held(struct tx *t, const struct held_row *rows, i64 n)
{
    struct ctx *c = t->c;
    struct buf list = { .arena = c->arena };
    i64 held = 0, last = 0;
    for (i64 i = 0; i < n; i++) {
        held += rows[i].n;
        last = rows[i].last > last ? rows[i].last : last;
        buf_fmt(&list, "\n" STR_FMT ": %lld", STR_ARG(rows[i].topic), (long long)rows[i].n);
    }
    str lines = buf_str(&list);
    struct delivery d = {
        .topic = S("channel.held"),
        .key = str_fmt(c->arena, "%lld:%lld", (long long)rows->endpoint, (long long)last),
        .title_zh = str_fmt(c->arena, "有 %lld 条推送因过多被拦下", (long long)held),
        .title_en = str_fmt(c->arena, "%lld messages were held back", (long long)held),
        .text_zh =
            str_fmt(c->arena, "超过每小时上限，以下没有发送，可在“推送”页查看或重发：" STR_FMT,
                    STR_ARG(lines)),
        .text_en = str_fmt(
            c->arena,
            "Over the share of the hour, these were not sent; see the page Deliveries:" STR_FMT,
            STR_ARG(lines)),
        .data = str_fmt(c->arena, "{\"held\":%lld}", (long long)held),
        .endpoint = rows->endpoint,
    };
    TRY(delivery_put_beyond(t, &d, NULL));
    return tx_change(t, &held_told, ARGS(rows->endpoint, last));
}

static enum err tell_all_held(struct tx *t, void *arg)
{
    struct ctx *c = t->c;
    struct held_row_list rows;
    i64 share;
    (void)arg;
    TRY(setting_i64(c, "channel.per_hour", &share));
    TRY(db_all(c, &held_untold, &rows, NO_ARGS));
    for (i64 from = 0, to; from < rows.n; from = to) {
        struct one_i64 used;
        i64 endpoint = rows.at[from].endpoint;
        for (to = from; to < rows.n && rows.at[to].endpoint == endpoint;) to++;
        TRY(db_get(c, &share_of_late, &used, ARGS(endpoint, c->now - HOUR_MS)));
        if (used.value < share) TRY(tell_held(t, rows.at + from, to - from));
    }
    return OK;
}

static enum err give_up_old(struct tx *t, void *arg)
{
    (void)arg;
    return tx_change(t, &old_given_up, ARGS(t->c->now - TOO_OLD_MS, fault_name(FAULT_OLD)));
}

struct forgetting {
    instant before;
    i64 gone;
};
static enum err forget_some(struct tx *t, void *arg)
{
    struct forgetting *k = arg;
    struct old_message_list old;
    TRY(db_all(t->c, &messages_old, &old, ARGS(k->before, (i64)FORGET_MAX)));
    for (i64 i = 0; i < old.n; i++) {
        TRY(tx_change(t, &message_deliveries_drop, ARGS(old.at[i].id)));
        TRY(tx_change(t, &message_files_drop, ARGS(old.at[i].id)));
        TRY(tx_change(t, &message_drop, ARGS(old.at[i].id)));
    }
    k->gone = old.n;
    return OK;
}

enum err deliveries_sweep(struct store *s, struct ctx *c)
{
    i64 days;
    TRY(setting_i64(c, "channel.keep_days", &days));
    struct forgetting k = { .before = c->now - days * DAY_MS };
    TRY(store_write(s, c, tell_all_held, NULL));
    TRY(store_write(s, c, give_up_old, NULL));
    do TRY(store_write(s, c, forget_some, &k));
    while (k.gone == FORGET_MAX);
    return OK;
}
