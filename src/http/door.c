/* door.c -- the steps of a request: who may, what is asked, the handler, the answer, the audit
 * line. */
#include <assert.h>

#include "access/member_token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "http/engine.h"

#define UPLOAD_US ((i64)3600 * 1000000)

static_assert(offsetof(struct request, c) == 0, "request_of casts");

static bool changes(const struct request *r) { return r->method != M_GET; }
/* A question whose text is too long for an address: sent as a change is, but changes nothing. */
static bool only_asks(const struct request *r)
{
    return r->match.entry && (r->match.entry->route->flags & READS);
}

static bool is_raw(const struct request *r)
{
    return r->match.entry && (r->match.entry->route->flags & RAW);
}

static void refuse(struct request *r, enum err e)
{
    (void)e; /* words are in c.why */
    r->refused = true;
}

/* -- headers are known ------------------------------------------------------------------------ */

static bool parse_method(struct request *r)
{
    str m = r->method_text;
    if (str_eq(m, S("GET"))) return r->method = M_GET, true;
    if (str_eq(m, S("HEAD"))) return r->method = M_GET, r->head = true;
    if (str_eq(m, S("OPTIONS"))) return r->method = M_GET, r->options = true;
    for (enum method i = M_POST; i <= M_DELETE; i++)
        if (str_eq(m, str_of(method_name(i)))) return r->method = i, true;
    return false;
}

/* A proxy on this machine says who the caller is; others are not believed. */
static bool is_loopback(str a)
{
    return str_starts(a, S("127.")) || str_eq(a, S("::1")) || str_starts(a, S("::ffff:127."));
}

static void find_address(struct request *r)
{
    r->address = str_of(r->connection ? r->connection->address : "");
    str forwarded = r->headers[H_FORWARDED_FOR];
    if (forwarded.n && is_loopback(r->address)) {
        str last = forwarded;
        for (str rest = forwarded; rest.at;) rest = str_cut(rest, ',', &last);
        last = str_trim(last);
        if (last.n > 0 && last.n < 48) r->address = last;
    }
    r->c.address = r->address;
}

static enum err too_many(struct request *r, i64 wait_ms)
{
    i64 seconds = (wait_ms + 999) / 1000;
    atomic_fetch_add(&r->http->refused_rate, 1);
    reply_header(r, "Retry-After", str_fmt(r->c.arena, "%lld", (long long)seconds));
    return fail(&r->c, E_TOO_MANY, "请求太频繁，请 %lld 秒后再试",
                "too many requests; try again in %lld s", (long long)seconds);
}

static void limit_rate(struct request *r)
{
    struct http *h = r->http;
    if (!h->limiter || (!h->rate_loopback && is_loopback(r->address))) return;
    i64 wait_ms = limiter_take(h->limiter, r->address, h->rate, r->started_us);
    if (wait_ms) refuse(r, too_many(r, wait_ms));
}

static struct my_settings my_settings(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    struct my_settings my = h->my;
    pthread_mutex_unlock(&h->lock);
    return my;
}

/* A member's requests, from wherever they come. */
static enum err limit_member(struct request *r)
{
    i64 rate = my_settings(r->http).per_second;
    if (!rate) return OK;
    i64 wait_ms = limiter_take(r->http->members, r->c.actor, rate, r->started_us);
    return wait_ms ? too_many(r, wait_ms) : OK;
}

static void say_allowed(struct request *r)
{
    struct buf b = { .arena = r->c.arena };
    for (enum method m = M_GET; m <= M_DELETE; m++)
        if (r->match.allowed & 1u << m) {
            if (b.n) buf_add(&b, S(", "));
            buf_add(&b, str_of(method_name(m)));
            if (m == M_GET) buf_add(&b, S(", HEAD"));
        }
    buf_add(&b, S(", OPTIONS"));
    reply_header(r, "Allow", buf_str(&b));
}

/* Pages of any site may call RAW rows: the answer is nothing that a cookie would open. */
static void allow_any_site(struct request *r)
{
    reply_header(r, "Access-Control-Allow-Origin", S("*"));
    if (!r->options) return;
    reply_header(r, "Access-Control-Allow-Methods", S("GET, POST"));
    reply_header(r, "Access-Control-Allow-Headers",
                 S("Authorization, Content-Type, Content-Encoding, Dry-Run, X-Retry-Count"));
    reply_header(r, "Access-Control-Max-Age", S("86400"));
}

/* Pages of the shop's own sites (setting my.origins) may call what a member's token opens. */
static void allow_own_sites(struct request *r)
{
    str origin = r->headers[H_ORIGIN];
    bool mine = str_eq(r->path, S("/v1/my")) || str_starts(r->path, S("/v1/my/"));
    if (!origin.n || !mine) return;
    struct my_settings my = my_settings(r->http);
    strs sites = str_split(r->c.arena, str_of(my.origins), ' ');
    bool known = false;
    for (i64 i = 0; i < sites.n; i++) known |= str_eq_nocase(sites.at[i], origin);
    reply_header(r, "Vary", S("Origin"));
    if (!known) return;
    reply_header(r, "Access-Control-Allow-Origin", origin);
    if (!r->options) return;
    reply_header(r, "Access-Control-Allow-Methods", S("GET, POST, PUT, PATCH, DELETE"));
    reply_header(r, "Access-Control-Allow-Headers",
                 S("Authorization, Content-Type, Accept-Language, Idempotency-Key"));
    reply_header(r, "Access-Control-Max-Age", S("600"));
}

/* What a page asks before it sends: is any row of this path open to it? */
static void answer_options(struct request *r)
{
    say_allowed(r);
    for (enum method m = M_GET; m <= M_POST; m++) {
        struct match match;
        router_find(r->http->router, m, r->path, &match);
        if (match.entry && (match.entry->route->flags & RAW)) return allow_any_site(r);
    }
}

static void find_route(struct request *r)
{
    if (!parse_method(r)) {
        refuse(r, fail(&r->c, E_METHOD, "不支持请求方法 " STR_FMT, "method " STR_FMT " is unknown",
                       STR_ARG(r->method_text)));
        return;
    }
    str rest = r->uri;
    r->query = str_cut(rest, '?', &r->path);
    router_find(r->http->router, r->method, r->path, &r->match);
    allow_own_sites(r);
    if (r->options && r->match.allowed) return answer_options(r);
    if (is_raw(r)) allow_any_site(r);
    if (r->match.entry) return;
    if (r->match.allowed) {
        say_allowed(r);
        refuse(r, fail(&r->c, E_METHOD, "此地址不支持 " STR_FMT,
                       "this address does not take " STR_FMT, STR_ARG(r->method_text)));
        return;
    }
    bool api = str_eq(r->path, S("/v1")) || str_starts(r->path, S("/v1/"));
    if (!api && r->method == M_GET && !r->options && static_open(r->http, r->path)) {
        r->static_file = true;
        return;
    }
    refuse(r, fail(&r->c, E_NOT_FOUND, "没有这个地址：" STR_FMT,
                   "there is no such address: " STR_FMT, STR_ARG(r->path)));
}

static i64 declared_length(const struct request *r)
{
    i64 n = 0;
    return r->headers[H_CONTENT_LENGTH].n && i64_parse(r->headers[H_CONTENT_LENGTH], &n) ? n : 0;
}

static enum err too_large(struct request *r)
{
    r->body_too_large = true;
    if (is_raw(r)) r->refused_status = 400; /* as those protocols say; clients do not try again */
    return fail(&r->c, E_TOO_LARGE, "请求体超过上限 %lld 字节",
                "the body is over its limit of %lld bytes", (long long)r->body_max);
}

static enum err authenticate(struct request *r);

void door_open(struct request *r)
{
    r->c.locale = r->headers[H_ACCEPT_LANGUAGE].n ? locale_of(r->headers[H_ACCEPT_LANGUAGE]) : ZH;
    find_address(r);
    r->body_max = BODY_MAX;
    if (atomic_load_explicit(&r->http->stopping, memory_order_relaxed)) {
        refuse(r, fail(&r->c, E_BUSY, "服务正在停止", "the service is stopping"));
        return;
    }
    if (r->header_bytes > HEADER_MAX) {
        r->refused_status = 431;
        refuse(r, fail(&r->c, E_TOO_LARGE, "请求头超过上限 16 KiB",
                       "the header is over its limit of 16 KiB"));
        return;
    }
    limit_rate(r);
    if (!r->refused) find_route(r);
    if (r->refused || !r->match.entry) return;
    const struct route *route = r->match.entry->route;
    bool upload = route->flags & UPLOAD;
    r->body_max = route->body_max ? route->body_max : upload ? UPLOAD_MAX : BODY_MAX;
    if (upload) { /* nobody fills the disk before he is known */
        r->deadline_us = r->started_us + UPLOAD_US;
        atomic_store(&r->connection->waiting_since_us, 0);
        enum err e = loop_reader(r->loop, &r->c);
        if (e == OK) e = authenticate(r);
        r->c.db = NULL;
        if (e != OK) return refuse(r, e);
    }
    if (declared_length(r) > r->body_max) refuse(r, too_large(r));
}

bool door_answers_now(struct request *r)
{
    if (!r->refused) return false;
    i64 n = declared_length(r);
    return n > SWALLOW_MAX || (n > 0 && r->headers[H_EXPECT].n);
}

enum body_step door_body(struct request *r, const char *at, i64 n)
{
    r->body_n += n;
    if (!r->refused && r->body_n > r->body_max) refuse(r, too_large(r));
    if (r->refused) return r->body_n > SWALLOW_MAX + r->body_max ? BODY_STOP : BODY_TAKEN;
    if (!r->match.entry) return BODY_TAKEN;
    if (r->match.entry->route->flags & UPLOAD) {
        enum body_step step = spool_take(r, at, n);
        if (step == BODY_LATER) r->body_n -= n; /* it is offered again */
        return step;
    }
    if (!r->body.room) {
        i64 length = declared_length(r);
        buf_space(&r->body, length > n && length <= r->body_max ? length : n);
    }
    buf_add(&r->body, (str){ at, n });
    return BODY_TAKEN;
}

/* -- who may ---------------------------------------------------------------------------------- */

/* A page of another site must not act with a member of staff's cookie. */
static enum err check_origin(struct request *r)
{
    str origin = r->headers[H_ORIGIN], host = r->headers[H_HOST], site = r->headers[H_FETCH_SITE];
    i64 at = str_find(origin, S("://"));
    bool same = !origin.n || (at >= 0 && str_eq_nocase(str_sub(origin, at + 3, origin.n), host));
    if (same && (!site.n || str_eq(site, S("same-origin")) || str_eq(site, S("none")))) return OK;
    if (same && str_eq(site, S("same-site"))) return OK;
    return fail(&r->c, E_FORBIDDEN, "请求来自其他网站，已拒绝",
                "a request from another site is refused");
}

static enum err authenticate(struct request *r)
{
    const struct route *route = r->match.entry->route;
    struct ctx *c = &r->c;
    if (route->flags & RAW) return OK; /* the handler does */
    if (route->flags & PUBLIC) return changes(r) ? check_origin(r) : OK;
    str bearer = r->headers[H_AUTHORIZATION];
    if (bearer.n) {
        if (bearer.n < 7 || !str_eq_nocase(str_sub(bearer, 0, 7), S("Bearer ")))
            return fail(c, E_UNAUTHENTICATED, "Authorization 须为 Bearer 加密钥",
                        "Authorization must be Bearer and a key");
        str secret = str_trim(str_sub(bearer, 7, bearer.n));
        if (member_token_is(secret)) {
            TRY(member_token_use(c, secret));
            TRY(limit_member(r));
        } else {
            TRY(key_use(c, secret));
        }
    } else {
        str token = request_cookie(r, S("koi_session"));
        if (!token.n)
            return fail(c, E_UNAUTHENTICATED, "请先登录，或携带 API 密钥",
                        "please sign in, or bring an API key");
        r->by_session = true;
        if (changes(r)) TRY(check_origin(r));
        str csrf = r->headers[H_CSRF];
        TRY(session_use(c, token, changes(r), csrf.at ? csrf : S("")));
    }
    if (c->member && !(route->right & MY))
        return fail(c, E_FORBIDDEN, "会员令牌只能访问 /v1/my 下的接口",
                    "a member's token opens /v1/my only");
    if (!c->member && (route->right & MY))
        return fail(c, E_FORBIDDEN, "这个接口只接受会员令牌（Authorization: Bearer koim_…）",
                    "this takes a member's token only (Authorization: Bearer koim_…)");
    if ((c->rights & route->right) == route->right) return OK;
    str missing = rights_text(c->arena, route->right & ~c->rights, ", ");
    return fail(c, E_FORBIDDEN, "缺少权限：" STR_FMT, "the right is missing: " STR_FMT,
                STR_ARG(missing));
}

/* -- what was done ---------------------------------------------------------------------------- */

struct done {
    struct request *r;
    const void *out;
    const struct idempotency *idempotency;
    const struct audit_note *note; /* what is still to be written of it */
    bool keep;
};

static int status_of(const struct route *route)
{
    if (route->flags & STREAM) return 200;
    if (route->handler->out == &nothing_shape) return 204;
    return route->flags & CREATES ? 201 : 200;
}

static bool is_audited(const struct request *r)
{
    unsigned flags = r->match.entry->route->flags;
    if (flags & (PUBLIC | RAW | AUDITS_ITSELF)) return false;
    return (changes(r) && !only_asks(r)) || (flags & AUDITED);
}

/* The line before it is known what is made. */
static struct audit_note audit_note_of(struct request *r)
{
    const struct route *route = r->match.entry->route;
    struct arena *a = r->c.arena;
    struct buf detail = { .arena = a };
    str path;
    if (!percent_decode(a, r->path, false, &path)) path = r->path;
    if (str_starts(path, S("/v1/"))) path = str_sub(path, 4, path.n);
    buf_fmt(&detail, "{\"status\":%d,\"zh\":", status_of(route));
    json_write_str(&detail, str_of(route->zh));
    buf_add(&detail, S(",\"en\":"));
    json_write_str(&detail, str_of(route->en));
    buf_byte(&detail, '}');
    return (struct audit_note){ .action =
                                    str_fmt(a, "%s %s", method_name(route->method), route->path),
                                .subject = path,
                                .detail = buf_str(&detail) };
}

static str audit_subject(const struct done *d)
{
    const struct route *route = d->r->match.entry->route;
    const struct shape_field *id = shape_find(route->handler->out, S("id"));
    if (!(route->flags & CREATES) || !id || id->kind != K_i64) return d->note->subject;
    i64 value = *(const i64 *)(const void *)((const char *)d->out + id->offset);
    return str_fmt(d->r->c.arena, STR_FMT "/%lld", STR_ARG(d->note->subject), (long long)value);
}

static enum err note_done(struct tx *t, void *arg)
{
    struct done *d = arg;
    struct request *r = d->r;
    if (d->keep) TRY(idempotency_end(t, d->idempotency, r->status, str_of(r->type), r->reply));
    if (!d->note) return OK;
    return audit_write(t, d->note->action, audit_subject(d), d->note->detail);
}

static void write_reply(struct request *r, const void *out)
{
    const struct route *route = r->match.entry->route;
    const struct shape *shape = route->handler->out;
    reply_header(r, "Cache-Control", S("no-store"));
    r->status = status_of(route);
    if (shape == &nothing_shape) return;
    r->type = "application/json";
    struct buf b = { .arena = r->c.arena };
    json_write(&b, shape, out);
    r->reply = buf_str(&b);
}

static void take_back(struct request *r)
{
    if (r->file_fd >= 0) close_file(r);
    r->file_n = 0;
    r->replied = r->streaming = false;
    r->extra.n = 0;
}

/* The handler, its reply, and what is to be remembered of both. */
static enum err serve(struct request *r)
{
    struct ctx *c = &r->c;
    const struct route *route = r->match.entry->route;
    if (!c->actor.n && !c->user) TRY(authenticate(r));
    void *in = arena_alloc(c->arena, route->handler->in->size, 1);
    TRY(bind_request(r, in));
    struct idempotency idempotency = { 0 };
    enum idempotency_step step = IDEM_RUN;
    if ((route->flags & IDEMPOTENT) && r->headers[H_IDEMPOTENCY_KEY].at)
        TRY(idempotency_begin(r, &idempotency, &step));
    if (step == IDEM_REPLAYED) return OK;
    void *out = arena_alloc(c->arena, route->handler->out->size, 1);
    struct audit_note note = { 0 };
    bool audited = is_audited(r);
    if (audited) {
        note = audit_note_of(r);
        if (idempotency.on) note.with = idempotency_carried_out;
        note.with_arg = &idempotency;
        c->audit = &note;
    }
    enum err e = route->handler->call(c, in, out);
    c->audit = NULL;
    if (e == OK && !r->replied) write_reply(r, out);
    if (e != OK) problem_reply(r, e);
    struct done done = { r, out, &idempotency, .keep = idempotency.on };
    if (e == OK && audited && !note.written) done.note = &note;
    if (!done.note && !done.keep) return e;
    struct problem why = c->why;
    enum err noted = store_write(c->store, c, note_done, &done);
    if (noted != OK) {
        LOG(ERROR, "http.audit_failed", KV("route", route->path), KV("why", c->why.detail));
        if (!changes(r) || only_asks(r)) { /* what the log is to know does not leave without it */
            take_back(r);
            return noted;
        }
    }
    c->why = why; /* what was changed is changed, noted or not */
    return e;
}

/* Changes and faults are events; reads that went well are only counted (metrics). */
static void log_answer(struct request *r)
{
    const struct route *route = r->match.entry->route;
    i64 us = clock_mono_us() - r->started_us;
    if ((!changes(r) || is_raw(r) || only_asks(r)) && r->status < 500) return;
    if (r->status >= 500)
        LOG(WARN, "http.failed", KV("method", method_name(route->method)), KV("route", route->path),
            KV("status", (i64)r->status), KV("ms", us / 1000), KV("user", r->c.user),
            KV("why", r->c.why.detail));
    else
        LOG(INFO, "http.answered", KV("method", method_name(route->method)),
            KV("route", route->path), KV("status", (i64)r->status), KV("ms", us / 1000),
            KV("user", r->c.user));
}

static void handle(struct task *t)
{
    struct request *r = request_of_task(t);
    enum err e = OK;
    if (r->match.entry->route->flags & UPLOAD) e = spool_finish(r);
    if (e == OK) e = store_reader(r->http->store, &r->c);
    if (e == OK) e = serve(r);
    if (r->c.db) store_release(&r->c);
    spool_remove(r); /* before the answer: whoever has it may rely on that */
    if (e != OK) problem_reply(r, e);
    log_answer(r);
    request_done(r);
}

static void handle_quick(struct request *r)
{
    enum err e = loop_reader(r->loop, &r->c);
    if (e == OK) e = serve(r);
    if (e == OK) return;
    if (e == E_STORE || e == E_INTERNAL) r->loop->has_reader = false; /* a fresh one next time */
    problem_reply(r, e);
}

bool door_run(struct request *r)
{
    atomic_store_explicit(&r->connection->waiting_since_us, 0, memory_order_relaxed);
    if (r->refused) {
        r->closing |= r->refused_status == 431;
        problem_reply(r, r->c.why.err);
        return true;
    }
    if (r->options) {
        r->status = 204;
        return true;
    }
    if (r->static_file) {
        static_reply(r);
        return true;
    }
    const struct route *route = r->match.entry->route;
    if ((route->flags & QUICK) && r->http->quick) {
        handle_quick(r);
        return true;
    }
    request_hand_over(r, handle, (changes(r) && !only_asks(r)) || is_raw(r));
    return false;
}

void door_finished(struct request *r)
{
    int status = atomic_load(&r->state) == EXPIRED ? 504 : r->status;
    if (r->match.entry && status)
        metrics_count(r->match.entry, status, clock_mono_us() - r->started_us);
    if (r->source.drop) r->source.drop(r->source.arg);
    r->source.drop = NULL;
    spool_remove(r);
    if (r->file_fd >= 0) close_file(r);
}
