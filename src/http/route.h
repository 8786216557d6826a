/* route.h -- a door is a row: from it come validation, permission, OpenAPI, metrics and `koi api`.
 *
 * The in-struct is filled from all parts of the request: names in {braces} from the path, for GET
 * and DELETE the rest from the query string, otherwise from the JSON body (a query parameter is
 * allowed too). Handlers see neither sockets, nor JSON text, nor SQL. They run with a reader in
 * c->db, the caller's rights already checked, and write with store_write.
 */
#pragma once

#include "access/access.h"
#include "base/json.h"
#include "store/store.h"

enum method { M_GET, M_POST, M_PUT, M_PATCH, M_DELETE };

enum route_flag {
    PUBLIC = 1 << 0, /* no sign-in (right is ignored) */
    QUICK = 1 << 1,  /* answers in microseconds from the index of a table: runs on the event loop */
    IDEMPOTENT = 1 << 2, /* honours Idempotency-Key (POST) */
    CURSOR = 1 << 3,     /* a list with cursor and limit in, next_cursor out */
    UPLOAD =
        1 << 4, /* the body is a file: spooled to disk, handed over as a path; limit in the row */
    STREAM = 1 << 5,  /* answers with a file or an event stream (handler uses reply_*) */
    CREATES = 1 << 6, /* 201 */
    AUDITED = 1 << 7, /* a line in the audit log when it succeeds; every changing route is, reads
                         only with this */
    AUDITS_ITSELF = 1 << 8, /* the handler calls audit_write within its own transaction */
    /* For programs that speak a protocol of their own: the handler reads query and body as they
     * came (request_body), signs the caller in itself by an API key with the row's right, and may
     * be called from pages of any site. It runs where changes run, whatever its method; what goes
     * well is counted, not logged. The in-shape only describes. */
    RAW = 1 << 9,
    /* A POST that only asks (its text is too long for an address): no line in the audit log, runs
     * where reads run. */
    READS = 1 << 10,
    REDIRECTS = 1 << 11, /* with STREAM: what goes well is 302 */
};

struct request; /* what raw handlers may ask; see http/request.h */

typedef enum err handler_fn(struct ctx *c, const void *in, void *out);

/* A handler with the shapes it was written for; made by HANDLER. */
struct handler {
    handler_fn *call;
    const struct shape *in, *out;
};

struct route {
    const char *path; /* "/v1/members/{id}"; NULL ends a table (or goes on at .next) */
    enum method method;
    u64 right;
    const struct handler *handler;
    const char *zh, *en; /* one line: what it does */
    const char *group;   /* heading in the manual: "Members" */
    const char *errors;  /* beyond the usual: "E_NOT_FOUND E_CONFLICT" */
    unsigned flags;
    i64 body_max;             /* bytes; 0: 1 MiB (UPLOAD: 2 GiB) */
    const char *takes;        /* RAW: media type of the body as a rule; NULL: application/json */
    const struct route *next; /* in the row that ends a table: where the room's rows go on */
};

/* Types are written once, in HANDLER; a row names the handler only, so it cannot name a wrong
 * shape: HANDLER(member_show, member_ref, member_view)
 *   {
 *       TRY(member_get(c, in->id, out));
 *       return OK;
 *   }
 *   const struct route member_routes[] = {
 *       ROUTE(GET, "/v1/members/{id}", MEMBERS_READ, member_show, "Members", "看一位会员", "Show a
 * member", .flags = QUICK, .errors = "E_NOT_FOUND"), { .next = member_tag_routes }, // another
 * table of the room, or { 0 }
 *   };
 * Routes without input or without a reply body use `nothing`. The reply is zeroed before the call.
 */
#define HANDLER(NAME, IN, OUT)                                                                    \
    static enum err NAME(struct ctx *c, const struct IN *in, struct OUT *out);                    \
    static enum err NAME##_untyped_(struct ctx *c, const void *in, void *out)                     \
    {                                                                                             \
        return NAME(c, in, out);                                                                  \
    }                                                                                             \
    static const struct handler NAME##_handler_ = { NAME##_untyped_, &IN##_shape, &OUT##_shape }; \
    static enum err NAME(struct ctx *c __attribute__((unused)),                                   \
                         const struct IN *in __attribute__((unused)),                             \
                         struct OUT *out __attribute__((unused)))
#define ROUTE(METHOD, PATH, RIGHT, NAME, GROUP, ZH, EN, ...)                             \
    {                                                                                    \
        .path = PATH, .method = M_##METHOD, .right = RIGHT, .handler = &NAME##_handler_, \
        .group = GROUP, .zh = ZH, .en = EN, __VA_ARGS__                                  \
    }

/* Lists: every list route takes these two and answers {"items":[…],"next_cursor":…}. */
#define PAGE_FIELDS(X, N)                                                         \
    X(str, cursor, SHORT, "Where the last page ended; absent: from the start", N) \
    X(opt_i64, limit, POSITIVE, "At most this many, 1 to 200; 50 when absent", N)

/* Cursors are opaque and authenticated: made for one route, refused elsewhere or when altered
 * (E_INVALID). Up to two sort keys. */
struct cursor {
    i64 key, id;
    str text; /* a sort key that is text */
};
str cursor_make(struct ctx *c, const char *route, struct cursor at);
enum err cursor_read(struct ctx *c, const char *route, str text,
                     struct cursor *out); /* absent text: zeros, text absent */
i64 page_limit(opt_i64 limit);
