/* delivery.h -- how Koi speaks to the outside: endpoints (webhooks, mail), and messages that are
 * put for them in the caller's transaction and sent afterwards by a job.
 *
 * Words
 *   topic      what a message is about: a row of its room's `topics` ("alert.raised").
 *   endpoint   where to: a webhook's address or mail addresses, and the topics it listens to.
 *   delivery   one message on its way to one endpoint: waiting, sent, failed (is tried again),
 *              given_up, held (the endpoint had its share of the hour).
 *
 * Promises
 *   - with_the_transaction: a message is sent exactly when the transaction that put it committed.
 *   - once_by_key: the same topic and key again reaches only endpoints that had not got it yet,
 *     and says what it said the first time.
 *   - only_who_listens: enabled endpoints that listen to the topic, or the one that is named.
 *   - a_storm_is_capped: beyond `channel.per_hour` of an endpoint messages are held, and one
 *     message tells how many and of what.
 *   - at_least_once: killed between sending and noting it, it is sent again, as the same id.
 *   - failures_wait_longer: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h and up to a tenth more,
 *     then given up; Retry-After is kept, up to a day.
 *   - a_dead_endpoint_is_switched_off: after `channel.off_after_hours` without a success, or at
 *     once when it answers 410; the others that listen to `channel.endpoint_off` are told.
 *   - one_hangs_others_go: all are sent side by side; one that fails is tried by one message at a
 *     time, less and less often.
 *   - secrets_stay: secrets, passwords, addresses and texts are never in a log.
 * Memory   Lists live in c->arena; at most ENDPOINTS_MAX endpoints. Threads  any.
 */
#pragma once

#include "store/store.h"

/* -- topics: rows of rooms (base/room.h) --------------------------------------------------------
 */

struct topic {
    const char *name;    /* "alert.raised"; NULL ends a table */
    const char *zh, *en; /* what is told */
};
struct room;
void topics_register(const struct room *const *rooms);

#define FIELDS_OF_topic_view(X, N)         \
    X(str, name, ANY, "alert.raised …", N) \
    X(str, doc, ANY, "What is told", N)
SHAPE(topic_view);
void topic_views(struct ctx *c, struct topic_view_list *out);

/* -- endpoints ----------------------------------------------------------------------------------
 */

#define ENDPOINTS_MAX 100
#define ADDRESSES_MAX 20 /* of one mail endpoint */

enum endpoint_kind { ENDPOINT_WEBHOOK, ENDPOINT_MAIL };
CHOICE(endpoint_kind); /* webhook mail */
enum endpoint_state { ENDPOINT_FINE, ENDPOINT_FAILING, ENDPOINT_OFF, ENDPOINT_DEAD };
CHOICE(endpoint_state); /* fine failing off (by hand) dead (switched off by us) */
enum endpoint_language { ENDPOINT_ZH, ENDPOINT_EN };
CHOICE(endpoint_language); /* zh en */

#define FIELDS_OF_endpoint_view(X, N)                                                      \
    X(i64, id, ANY, "Id", N)                                                               \
    X(choice(endpoint_kind), kind, ANY, "webhook or mail", N)                              \
    X(str, name, ANY, "Name", N)                                                           \
    X(str, target, ANY, "URL, or mail addresses; shortened for who may not change it", N)  \
    X(strs, topics, ANY, "Topics it listens to; \"*\": all", N)                            \
    X(choice(endpoint_language), language, ANY, "Of mails", N)                             \
    X(flag, enabled, ANY, "Gets messages", N)                                              \
    X(choice(endpoint_state), state, ANY, "fine, failing, off (by hand), dead (by us)", N) \
    X(str, why, ANY, "failing and dead: why, in words", N)                                 \
    X(i64, failures, ANY, "Tries that failed since the last success", N)                   \
    X(opt_instant, failing_since, ANY, "First of them", N)                                 \
    X(opt_instant, sent_at, ANY, "Last success", N)                                        \
    X(i64, waiting, ANY, "Messages on their way", N)                                       \
    X(opt_instant, old_secret_until, ANY, "After a rotation: the old secret signs too", N) \
    X(instant, created_at, ANY, "Made", N)
SHAPE(endpoint_view);

#define FIELDS_OF_endpoint_post(X, N)                                                     \
    X(choice(endpoint_kind), kind, REQUIRED, "webhook or mail", N)                        \
    X(str, name, REQUIRED | SHORT, "Name, of its own", N)                                 \
    X(str, target, REQUIRED, "https://… of a webhook; mail addresses, commas between", N) \
    X(strs, topics, ANY, "Topics it listens to; \"*\": all; none: only what names it", N) \
    X(choice(endpoint_language), language, ANY, "Of mails: zh (the default), en", N)
SHAPE(endpoint_post);
/* What is absent stays; `given` of topics and language by the caller. */
#define FIELDS_OF_endpoint_patch(X, N)                                   \
    X(i64, id, REQUIRED | POSITIVE, "Endpoint", N)                       \
    X(str, name, SHORT, "Name, of its own", N)                           \
    X(str, target, ANY, "URL, or mail addresses with commas between", N) \
    X(strs, topics, ANY, "Topics it listens to", N)                      \
    X(str, language, SHORT, "Of mails: zh, en", N)                       \
    X(opt_flag, enabled, ANY, "true: gets messages, also after we switched it off", N)
SHAPE(endpoint_patch);

/* secret: of a webhook, "whsec_…", to be shown this once. E_INVALID, E_CONFLICT (the name). */
enum err endpoint_make(struct tx *t, const struct endpoint_post *in, i64 *id, str *secret);
enum err endpoint_change(struct tx *t, const struct endpoint_patch *in, bool topics_given);
enum err endpoint_remove(struct tx *t, i64 id);
/* A new secret; the old one signs too for `channel.rotation_hours`. */
enum err endpoint_rotate(struct tx *t, i64 id, str *secret);
enum err endpoint_list(struct ctx *c, struct endpoint_view_list *out);
enum err endpoint_get(struct ctx *c, i64 id, struct endpoint_view *out);
enum err endpoint_named(struct ctx *c, str name, struct endpoint_view *out);
/* Puts a message that says "this is a test" for this endpoint alone: the delivery's id. */
enum err endpoint_test(struct tx *t, i64 id, i64 *delivery);

/* -- messages -----------------------------------------------------------------------------------
 */

#define MESSAGE_TITLE_MAX   200        /* bytes, one line */
#define MESSAGE_TEXT_MAX    20000      /* bytes */
#define MESSAGE_DATA_MAX    65536      /* bytes of JSON; receivers like less than 20,000 */
#define MESSAGE_FILES_MAX   5          /* files … */
#define MESSAGE_FILES_BYTES (10 << 20) /* … of so many bytes together */

struct delivery_file {
    str name; /* "周报.xlsx" */
    str type; /* media type */
    bytes content;
};

struct delivery {
    str topic;              /* a row: an unknown one is our mistake (assert) */
    str key;                /* of this topic; at most 200 bytes: "alert:17:raised" */
    str title_zh, title_en; /* subject of mails */
    str text_zh, text_en;   /* body of mails */
    json data;              /* `data` of a webhook; absent: {"title","text"} in its language */
    const struct delivery_file *files; /* of mails only */
    i64 files_n;
    i64 endpoint; /* only this one, whatever it listens to; 0: all that listen */
};
/* E_NOT_FOUND: no such endpoint. E_INVALID, E_TOO_LARGE: over the bounds above. An endpoint that
 * is off gets nothing. No personal data of members: messages leave the house. */
enum err delivery_send(struct tx *t, const struct delivery *d);

enum delivery_state {
    DELIVERY_WAITING,
    DELIVERY_SENT,
    DELIVERY_FAILED,
    DELIVERY_GIVEN_UP,
    DELIVERY_HELD
};
CHOICE(delivery_state); /* waiting sent failed given_up held */

#define FIELDS_OF_delivery_view(X, N)                                                 \
    X(i64, id, ANY, "Id", N)                                                          \
    X(str, message, ANY, "Id of the message: webhook-id, the same in every try", N)   \
    X(str, topic, ANY, "Topic", N)                                                    \
    X(str, key, ANY, "Its key", N)                                                    \
    X(str, title, ANY, "What it says", N)                                             \
    X(i64, files, ANY, "Files that go with it, by mail", N)                           \
    X(i64, endpoint, ANY, "Where to", N)                                              \
    X(str, endpoint_name, ANY, "Its name", N)                                         \
    X(choice(endpoint_kind), kind, ANY, "webhook or mail", N)                         \
    X(choice(delivery_state), state, ANY, "waiting, sent, failed, given_up, held", N) \
    X(str, why, ANY, "What went wrong in the last try, in words", N)                  \
    X(opt_i64, status, ANY, "What the other side answered, as a number", N)           \
    X(i64, attempts, ANY, "Tries so far", N)                                          \
    X(instant, made_at, ANY, "Put", N)                                                \
    X(opt_instant, sent_at, ANY, "Arrived", N)                                        \
    X(opt_instant, next_at, ANY, "Tried next", N)                                     \
    X(opt_i64, took_ms, ANY, "The last try took", N)
SHAPE(delivery_view);

struct delivery_filter {
    i64 endpoint;   /* 0: all */
    int state;      /* -1: all */
    str topic, key; /* absent: all */
    i64 before;     /* ids below; 0: from the newest */
    i64 limit;
};
/* Newest first. */
enum err delivery_list(struct ctx *c, const struct delivery_filter *f,
                       struct delivery_view_list *out);
/* Anything but sent is due at once. E_CONFLICT: it is sent, or its endpoint is off. */
enum err delivery_retry(struct tx *t, i64 id);

/* Sends what is due and notes the results, until nothing is due or some 20 s are over. Also the
 * room's job. */
enum err deliveries_run(struct store *s, struct ctx *c, i64 *sent);
/* Cuts a run short, now and for good: the server stops. */
void deliveries_stop(void);
/* Gives up what is too old, forgets what was kept long enough, tells what was held. Also a job. */
enum err deliveries_sweep(struct store *s, struct ctx *c);

extern const struct room channel_room;
