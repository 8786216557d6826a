/* read.c -- deliveries as people see them, and one tried again by hand. */
#include "channel/inside.h"

CHOICE_DEFINE(delivery_state, "waiting", "sent", "failed", "given_up", "held");
SHAPE_DEFINE(delivery_view);

#define FIELDS_OF_delivery_seen(X, N)            \
    X(i64, id, ANY, "", N)                       \
    X(str, code, ANY, "", N)                     \
    X(str, topic, ANY, "", N)                    \
    X(str, key, ANY, "", N)                      \
    X(str, title_zh, ANY, "", N)                 \
    X(str, title_en, ANY, "", N)                 \
    X(i64, files, ANY, "", N)                    \
    X(i64, endpoint, ANY, "", N)                 \
    X(str, endpoint_name, ANY, "", N)            \
    X(choice(endpoint_kind), kind, ANY, "", N)   \
    X(choice(delivery_state), state, ANY, "", N) \
    X(str, fault, ANY, "", N)                    \
    X(str, detail, ANY, "", N)                   \
    X(opt_i64, status, ANY, "", N)               \
    X(i64, attempts, ANY, "", N)                 \
    X(instant, made_at, ANY, "", N)              \
    X(opt_instant, sent_at, ANY, "", N)          \
    X(instant, due_at, ANY, "", N)               \
    X(opt_i64, took_ms, ANY, "", N)
SHAPE(delivery_seen);
SHAPE_DEFINE(delivery_seen);

QUERY(deliveries_newest, delivery_seen,
      "SELECT d.id, m.code, m.topic, m.key, m.title_zh, m.title_en, m.files, d.endpoint,"
      " e.name AS endpoint_name, e.kind, d.state, d.fault, d.detail, d.status, d.attempts,"
      " d.made_at, d.sent_at, d.due_at, d.took_ms FROM delivery d"
      " JOIN channel_message m ON m.id = d.message JOIN endpoint e ON e.id = d.endpoint"
      " WHERE (CAST($1 AS BIGINT) = 0 OR d.endpoint = $1)"
      " AND (CAST($2 AS TEXT) = '' OR d.state = $2) AND (CAST($3 AS TEXT) = '' OR m.topic = $3)"
      " AND (CAST($4 AS TEXT) = '' OR m.key = $4) AND (CAST($5 AS BIGINT) = 0 OR d.id < $5)"
      " ORDER BY d.id DESC LIMIT $6");

enum err delivery_list(struct ctx *c, const struct delivery_filter *f,
                       struct delivery_view_list *out)
{
    struct delivery_seen_list rows;
    str state = f->state >= 0 ? choice_name(&delivery_state_choice, f->state) : S("");
    *out = (struct delivery_view_list){ 0 };
    TRY(db_all(c, &deliveries_newest, &rows,
               ARGS(f->endpoint, state, str_or(f->topic, S("")), str_or(f->key, S("")), f->before,
                    f->limit)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct delivery_seen *r = &rows.at[i];
        bool open = r->state == DELIVERY_WAITING || r->state == DELIVERY_FAILED;
        *PUSH(c->arena, out) = (struct delivery_view){
            .id = r->id,
            .message = r->code,
            .topic = r->topic,
            .key = r->key,
            .title = say(c, r->title_zh, r->title_en),
            .files = r->files,
            .endpoint = r->endpoint,
            .endpoint_name = r->endpoint_name,
            .kind = r->kind,
            .state = r->state,
            .why = fault_words(c, r->fault, r->detail),
            .status = r->status,
            .attempts = r->attempts,
            .made_at = r->made_at,
            .sent_at = r->sent_at,
            .next_at = open ? SOME(r->due_at) : NONE,
            .took_ms = r->took_ms,
        };
    }
    return OK;
}

#define FIELDS_OF_retry_row(X, N)                \
    X(i64, endpoint, ANY, "", N)                 \
    X(choice(delivery_state), state, ANY, "", N) \
    X(flag, enabled, ANY, "", N)
SHAPE(retry_row);
SHAPE_DEFINE(retry_row);
QUERY(delivery_to_retry, retry_row,
      "SELECT d.endpoint, d.state, e.enabled FROM delivery d JOIN endpoint e ON e.id = d.endpoint"
      " WHERE d.id = $1");
/* A new round of tries, the lease of one in work left alone. */
CHANGE(delivery_due_now,
       "UPDATE delivery SET state = 'waiting', attempts = 0, due_at = $2 WHERE id = $1");
CHANGE(endpoint_pause_over, "UPDATE endpoint SET paused_until = 0 WHERE id = $1");

enum err delivery_retry(struct tx *t, i64 id)
{
    struct ctx *c = t->c;
    struct retry_row row;
    bool found;
    TRY(db_find(c, &delivery_to_retry, &row, &found, ARGS(id)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的推送", "there is no delivery %lld",
                    (long long)id);
    if (row.state == DELIVERY_SENT)
        return fail(c, E_CONFLICT, "这条已经送达", "it has arrived already");
    if (!row.enabled)
        return fail(c, E_CONFLICT, "推送地址已停用，请先启用",
                    "its endpoint is off: switch it on first");
    TRY(tx_change(t, &delivery_due_now, ARGS(id, c->now)));
    return tx_change(t, &endpoint_pause_over, ARGS(row.endpoint));
}
