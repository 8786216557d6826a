/* work.h -- one try of one delivery: taken under a lease, carried out by libcurl, judged, noted. */
#pragma once

#include <curl/curl.h>

#include "channel/guard.h"
#include "channel/inside.h"

#define LEASE_MS        (90 * SECOND_MS) /* longer than any try */
#define SIDE_BY_SIDE    24
#define MAILS_AT_ONCE   3 /* their files are in memory */
#define TRIES_MAX       10
#define ANSWER_MAX      4096 /* bytes read of an answer */
#define DETAIL_MAX      200
#define RETRY_AFTER_MAX DAY_MS

/* What is to be sent, with its endpoint. */
#define FIELDS_OF_work_row(X, N)                       \
    X(i64, id, ANY, "", N)                             \
    X(i64, message, ANY, "", N)                        \
    X(i64, endpoint, ANY, "", N)                       \
    X(i64, attempts, ANY, "", N)                       \
    X(str, code, ANY, "", N)                           \
    X(str, topic, ANY, "", N)                          \
    X(str, title_zh, ANY, "", N)                       \
    X(str, title_en, ANY, "", N)                       \
    X(str, text_zh, ANY, "", N)                        \
    X(str, text_en, ANY, "", N)                        \
    X(str, data, ANY, "", N)                           \
    X(i64, files, ANY, "", N)                          \
    X(instant, made_at, ANY, "", N)                    \
    X(choice(endpoint_kind), kind, ANY, "", N)         \
    X(str, target, ANY, "", N)                         \
    X(choice(endpoint_language), language, ANY, "", N) \
    X(str, secret, SECRET, "", N)                      \
    X(str, old_secret, SECRET, "", N)                  \
    X(opt_instant, old_secret_until, ANY, "", N)
SHAPE(work_row);

struct outcome {
    enum fault fault;
    char detail[DETAIL_MAX + 1];
    i64 status; /* 0: no answer */
    i64 took_ms;
    i64 retry_after_ms; /* 0: not said */
    bool final;         /* no use in trying again */
};
void outcome_set(struct outcome *o, enum fault f, str detail);

/* One try in work. */
struct work {
    const struct work_row *row;
    const struct guard *guard;
    struct ctx own, *c; /* memory of its own */
    CURL *curl;
    struct outcome outcome;    /* a fault before the call: it is not made */
    char closed[64];           /* the address that must not be called */
    char said[DETAIL_MAX + 1]; /* mail: the server's last line */
    str ca_file;               /* setting channel.ca_file */
    i64 seconds;               /* at most */
    i64 answered;              /* bytes read */
    i64 begun_us;
};

/* Due deliveries, leased; of an endpoint that fails one at a time; at most so many mails. */
enum err work_take(struct store *s, struct ctx *c, i64 mails, struct work_row_list *out);
/* What became of it. */
enum err work_note(struct store *s, struct ctx *c, const struct work_row *row,
                   const struct outcome *o);

/* Sets up w->curl; or w->outcome, when it cannot be tried. */
enum err webhook_begin(struct work *w);
void webhook_judge(struct work *w, CURLcode result);
enum err mail_begin(struct work *w);
void mail_judge(struct work *w, CURLcode result);
/* Rules that hold for every call out: addresses, protocols, whom to trust, no proxies, no
 * redirects. */
enum err call_rules(struct work *w, const char *protocols, i64 seconds);
/* Faults on the way there, alike for all kinds. */
void call_judge(struct work *w, CURLcode result);

/* Standard Webhooks: "v1,…" by each secret, blanks between. E_INVALID: no such secret. */
enum err webhook_sign(struct ctx *c, strs secrets, str id, i64 seconds, str body, str *out);
/* The body of a webhook: the same bytes in every try. */
str webhook_body(struct ctx *c, const struct work_row *row);
