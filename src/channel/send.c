/* send.c -- calls out: all that is due side by side, each cut at its time, each noted as it ends.
 *
 * Rules of every call: the address is checked when the socket is made (guard.h), no proxy, no
 * redirect, no protocol but the one meant, a fresh connection each time.
 */
#include "base/clock.h"
#include "base/log.h"
#include "channel/work.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define RUN_MS     (20 * SECOND_MS)
#define CONNECT_MS 10000L

static atomic_bool stopped;

void deliveries_stop(void) { atomic_store(&stopped, true); }

void outcome_set(struct outcome *o, enum fault f, str detail)
{
    i64 n = 0;
    o->fault = f;
    for (i64 i = 0; i < detail.n && n < DETAIL_MAX; i++)
        o->detail[n++] = (u8)detail.at[i] < 0x20 || detail.at[i] == 0x7f ? ' ' : detail.at[i];
    while (n > 0 && !str_is_utf8((str){ o->detail, n })) n--;
    o->detail[n] = 0;
}

/* -- rules ------------------------------------------------------------------------------------- */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct work *w = arg;
    (void)purpose;
    if (!guard_may_call(w->guard, &a->addr)) {
        str text = guard_address_text(w->c->arena, &a->addr);
        const char *kind = guard_range(&a->addr);
        snprintf(w->closed, sizeof w->closed, STR_FMT " (%s)", STR_ARG(text), kind ? kind : "?");
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* libcurl takes a file and a folder of authorities: where the setting takes the place of the file,
 * the folder keeps those of the system. */
static enum err trust(struct work *w)
{
    const char *folder = curl_version_info(CURLVERSION_NOW)->capath;
    TRY(setting_text(w->c, "channel.ca_file", &w->ca_file));
    if (!w->ca_file.n) return OK;
    curl_easy_setopt(w->curl, CURLOPT_CAINFO, str_z(w->c->arena, w->ca_file));
    curl_easy_setopt(w->curl, CURLOPT_CAPATH, folder ? folder : "/etc/ssl/certs");
    return OK;
}

enum err call_rules(struct work *w, const char *protocols, i64 seconds)
{
    CURL *curl = w->curl;
    w->seconds = seconds;
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(seconds * SECOND_MS));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, w);
    return trust(w);
}

static const struct {
    CURLcode code;
    enum fault fault;
} faults[] = {
    { CURLE_COULDNT_RESOLVE_HOST, FAULT_NAME }, { CURLE_COULDNT_CONNECT, FAULT_CONNECT },
    { CURLE_SSL_CONNECT_ERROR, FAULT_TLS },     { CURLE_URL_MALFORMAT, FAULT_URL },
    { CURLE_UNSUPPORTED_PROTOCOL, FAULT_URL },
};

/* Why a certificate was not taken: OpenSSL's own reasons, by their numbers, which are kept for good
 * (x509_vfy.h). Names libcurl compares itself, and leaves the reason unspecified. */
static void judge_certificate(struct work *w)
{
    enum {
        UNSPECIFIED = 1,
        NOT_YET_VALID = 9,
        HAS_EXPIRED = 10,
        OTHER_NAME = 62,
        OTHER_ADDRESS = 64
    };
    long reason = 0;
    char *host = NULL, number[24];
    CURLU *url = curl_url();
    curl_easy_getinfo(w->curl, CURLINFO_SSL_VERIFYRESULT, &reason);
    snprintf(number, sizeof number, "X509 %ld", reason);
    if (reason == NOT_YET_VALID || reason == HAS_EXPIRED) {
        outcome_set(&w->outcome, FAULT_EXPIRED, NO_STR);
    } else if (reason > UNSPECIFIED && reason != OTHER_NAME && reason != OTHER_ADDRESS) {
        outcome_set(&w->outcome, FAULT_UNTRUSTED, str_of(number));
    } else {
        char *whole = NULL;
        curl_easy_getinfo(w->curl, CURLINFO_EFFECTIVE_URL, &whole);
        if (url && whole &&
            curl_url_set(url, CURLUPART_URL, whole, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
            curl_url_get(url, CURLUPART_HOST, &host, 0);
        outcome_set(&w->outcome, FAULT_MISNAMED, host ? str_of(host) : S("?"));
        curl_free(host);
    }
    curl_url_cleanup(url);
}

void call_judge(struct work *w, CURLcode result)
{
    char seconds[16];
    snprintf(seconds, sizeof seconds, "%lld", (long long)w->seconds);
    if (w->closed[0]) {
        outcome_set(&w->outcome, FAULT_CLOSED, str_of(w->closed));
        return;
    }
    if (result == CURLE_OPERATION_TIMEDOUT) {
        outcome_set(&w->outcome, FAULT_TIMEOUT, str_of(seconds));
        return;
    }
    if (result == CURLE_SSL_CACERT_BADFILE) {
        outcome_set(&w->outcome, FAULT_CA_FILE, w->ca_file);
        return;
    }
    if (result == CURLE_PEER_FAILED_VERIFICATION) {
        judge_certificate(w);
        return;
    }
    str why = str_of(curl_easy_strerror(result));
    for (i64 i = 0; i < COUNT(faults); i++)
        if (faults[i].code == result) {
            outcome_set(&w->outcome, faults[i].fault, why);
            return;
        }
    outcome_set(&w->outcome, FAULT_OTHER, why);
}

/* -- running ----------------------------------------------------------------------------------- */

static const struct {
    enum err (*begin)(struct work *w);
    void (*judge)(struct work *w, CURLcode result);
} kinds[] = {
    [ENDPOINT_WEBHOOK] = { webhook_begin, webhook_judge },
    [ENDPOINT_MAIL] = { mail_begin, mail_judge },
};

struct run {
    struct store *store;
    struct ctx *c;
    instant started_at;
    i64 begun_us;
    CURLM *multi;
    struct guard *guard; /* as the settings stand when a try begins */
    i64 running, mails, sent;
};

static void tell_time(struct run *r)
{
    r->c->now = r->started_at + (clock_mono_us() - r->begun_us) / 1000;
}

/* Its memory (files of mails) goes as soon as it is over. */
static void drop_work(void *arg)
{
    struct work *w = arg;
    if (!w->curl) return;
    curl_easy_cleanup(w->curl);
    arena_free(w->own.arena);
    w->curl = NULL;
}

static enum err end_one(struct run *r, struct work *w)
{
    tell_time(r);
    w->outcome.took_ms = (clock_mono_us() - w->begun_us) / 1000;
    r->sent += w->outcome.fault == FAULT_NONE;
    enum err e = work_note(r->store, r->c, w->row, &w->outcome);
    drop_work(w);
    return e;
}

static enum err begin_one(struct run *r, const struct work_row *row)
{
    struct work *w = NEW(r->c->arena, struct work);
    CURL *curl = curl_easy_init();
    if (!curl) return fail(r->c, E_INTERNAL, "libcurl 无法启动", "libcurl did not start");
    *w = (struct work){ .row = row, .guard = r->guard, .curl = curl, .own = *r->c };
    w->own.arena = arena_new();
    w->c = &w->own;
    w->begun_us = clock_mono_us();
    arena_defer(r->c->arena, drop_work, w);
    if (kinds[row->kind].begin(w) != OK)
        outcome_set(&w->outcome, FAULT_OTHER, str_of(w->own.why.detail));
    if (w->outcome.fault != FAULT_NONE) return end_one(r, w);
    curl_easy_setopt(w->curl, CURLOPT_PRIVATE, w);
    if (curl_multi_add_handle(r->multi, w->curl) != CURLM_OK)
        return fail(r->c, E_INTERNAL, "libcurl 无法发送", "libcurl cannot send");
    r->running++;
    r->mails += row->kind == ENDPOINT_MAIL;
    return OK;
}

static enum err finish_done(struct run *r)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(r->multi, &left));) {
        if (m->msg != CURLMSG_DONE) continue;
        struct work *w = NULL;
        CURLcode result = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&w);
        kinds[w->row->kind].judge(w, result);
        curl_multi_remove_handle(r->multi, w->curl);
        r->running--;
        r->mails -= w->row->kind == ENDPOINT_MAIL;
        TRY(end_one(r, w));
    }
    return OK;
}

static bool time_is_up(const struct run *r)
{
    return atomic_load(&stopped) || r->c->now - r->started_at >= RUN_MS;
}

/* What is put while others hang is taken too: all go side by side. */
static enum err run_all(struct run *r)
{
    for (;;) {
        struct work_row_list rows = { 0 };
        tell_time(r);
        if (!time_is_up(r) && r->running < SIDE_BY_SIDE)
            TRY(work_take(r->store, r->c, MAILS_AT_ONCE - r->mails, &rows));
        if (rows.n) {
            r->guard = NEW(r->c->arena, struct guard);
            TRY(guard_read(r->c, r->guard));
        }
        for (i64 i = 0; i < rows.n; i++) TRY(begin_one(r, &rows.at[i]));
        if (!r->running && !rows.n) return OK;
        int still = 0;
        if (curl_multi_perform(r->multi, &still) != CURLM_OK ||
            curl_multi_poll(r->multi, NULL, 0, 200, NULL) != CURLM_OK)
            return fail(r->c, E_INTERNAL, "libcurl 无法发送", "libcurl cannot send");
        TRY(finish_done(r));
        if (atomic_load(&stopped)) return OK; /* what is cut off is tried again after its lease */
    }
}

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static void start_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }
static void drop_multi(void *multi) { curl_multi_cleanup(multi); }

enum err deliveries_run(struct store *s, struct ctx *c, i64 *sent)
{
    struct run r = { .store = s, .c = c, .started_at = c->now, .begun_us = clock_mono_us() };
    struct arena_mark mark = arena_mark(c->arena);
    pthread_once(&curl_once, start_curl);
    r.multi = curl_multi_init();
    assert(r.multi);
    arena_defer(c->arena, drop_multi, r.multi);
    enum err e = run_all(&r);
    c->now = r.started_at;
    if (sent) *sent = r.sent;
    arena_rewind(c->arena, mark);
    return e;
}
