/* webhook.c -- a try of a webhook, exactly by Standard Webhooks 1.0: what is sent, how it is
 * signed, and what its answer means. */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "channel/work.h"

#include <sodium.h>

#define TIMEOUT_SECONDS 15
#define SECRET_MIN      16 /* bytes of a key */
#define SECRET_MAX      64

/* -- signing ----------------------------------------------------------------------------------- */

static bool key_of(str secret, u8 key[SECRET_MAX], size_t *n)
{
    str text = secret;
    if (str_starts(text, S("whsec_"))) text = str_sub(text, 6, text.n);
    return sodium_base642bin(key, SECRET_MAX, text.at, (size_t)text.n, NULL, n, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           *n >= SECRET_MIN;
}

enum err webhook_sign(struct ctx *c, strs secrets, str id, i64 seconds, str body, str *out)
{
    struct buf text = { .arena = c->arena };
    str head = str_fmt(c->arena, STR_FMT ".%lld.", STR_ARG(id), (long long)seconds);
    for (i64 i = 0; i < secrets.n; i++) {
        u8 key[SECRET_MAX], mac[crypto_auth_hmacsha256_BYTES];
        char code[sodium_base64_ENCODED_LEN(sizeof mac, sodium_base64_VARIANT_ORIGINAL)];
        size_t n;
        crypto_auth_hmacsha256_state state;
        if (!key_of(secrets.at[i], key, &n))
            return fail(c, E_INVALID, "签名密钥须是 whsec_ 加 base64，%d 到 %d 字节",
                        "a secret is whsec_ and base64 of %d to %d bytes", SECRET_MIN, SECRET_MAX);
        crypto_auth_hmacsha256_init(&state, key, n);
        crypto_auth_hmacsha256_update(&state, (const u8 *)head.at, (u64)head.n);
        crypto_auth_hmacsha256_update(&state, (const u8 *)body.at, (u64)body.n);
        crypto_auth_hmacsha256_final(&state, mac);
        sodium_memzero(key, sizeof key);
        sodium_bin2base64(code, sizeof code, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
        buf_fmt(&text, "%sv1,%s", i ? " " : "", code);
    }
    *out = buf_str(&text);
    return OK;
}

str webhook_body(struct ctx *c, const struct work_row *row)
{
    struct buf out = { .arena = c->arena };
    bool zh = row->language == ENDPOINT_ZH;
    buf_add(&out, S("{\"type\":"));
    json_write_str(&out, row->topic);
    buf_add(&out, S(",\"timestamp\":"));
    json_write_str(&out, instant_iso(c->arena, row->made_at));
    buf_add(&out, S(",\"data\":"));
    if (row->data.n) buf_add(&out, row->data);
    else {
        buf_add(&out, S("{\"title\":"));
        json_write_str(&out, zh ? row->title_zh : row->title_en);
        buf_add(&out, S(",\"text\":"));
        json_write_str(&out, zh ? row->text_zh : row->text_en);
        buf_byte(&out, '}');
    }
    buf_byte(&out, '}');
    return buf_str(&out);
}

/* -- calling ----------------------------------------------------------------------------------- */

/* An answer is read to a bound and dropped: only its status counts. */
static size_t read_answer(char *data, size_t size, size_t n, void *arg)
{
    struct work *w = arg;
    (void)data;
    w->answered += (i64)(size * n);
    return w->answered > ANSWER_MAX ? 0 : size * n;
}

static size_t read_header(char *data, size_t size, size_t n, void *arg)
{
    struct work *w = arg;
    str name, value = str_cut((str){ data, (i64)(size * n) }, ':', &name);
    i64 seconds;
    if (value.at && str_eq_nocase(name, S("retry-after")) && i64_parse(str_trim(value), &seconds) &&
        seconds > 0)
        w->outcome.retry_after_ms =
            seconds < RETRY_AFTER_MAX / SECOND_MS ? seconds * SECOND_MS : RETRY_AFTER_MAX;
    return size * n;
}

static void drop_headers(void *arg) { curl_slist_free_all(arg); }

enum err webhook_begin(struct work *w)
{
    struct ctx *c = w->c;
    const struct work_row *r = w->row;
    str url, body = webhook_body(c, r), signature;
    strs secrets = { 0 };
    if (guard_url(c, w->guard, r->target, &url) != OK) {
        outcome_set(&w->outcome, FAULT_URL, str_of(c->why.detail));
        return OK;
    }
    *PUSH(c->arena, &secrets) = r->secret;
    if (r->old_secret.n && r->old_secret_until.has && r->old_secret_until.value > c->now)
        *PUSH(c->arena, &secrets) = r->old_secret;
    i64 seconds = c->now / SECOND_MS;
    TRY(webhook_sign(c, secrets, r->code, seconds, body, &signature));
    const str lines[] = {
        S("Content-Type: application/json"),
        S("User-Agent: Koi"),
        S("Expect:"),
        str_fmt(c->arena, "webhook-id: " STR_FMT, STR_ARG(r->code)),
        str_fmt(c->arena, "webhook-timestamp: %lld", (long long)seconds),
        str_fmt(c->arena, "webhook-signature: " STR_FMT, STR_ARG(signature)),
    };
    struct curl_slist *headers = NULL;
    for (i64 i = 0; i < COUNT(lines); i++)
        headers = curl_slist_append(headers, str_z(c->arena, lines[i]));
    arena_defer(c->arena, drop_headers, headers);
    TRY(call_rules(w, "http,https", TIMEOUT_SECONDS));
    curl_easy_setopt(w->curl, CURLOPT_URL, str_z(c->arena, url));
    curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(w->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(w->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
    curl_easy_setopt(w->curl, CURLOPT_POSTFIELDS, body.at);
    curl_easy_setopt(w->curl, CURLOPT_WRITEFUNCTION, read_answer);
    curl_easy_setopt(w->curl, CURLOPT_WRITEDATA, w);
    curl_easy_setopt(w->curl, CURLOPT_HEADERFUNCTION, read_header);
    curl_easy_setopt(w->curl, CURLOPT_HEADERDATA, w);
    return OK;
}

void webhook_judge(struct work *w, CURLcode result)
{
    struct outcome *o = &w->outcome;
    long status = 0;
    curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &status);
    bool long_answer = result == CURLE_WRITE_ERROR && w->answered > ANSWER_MAX;
    if (result != CURLE_OK && !long_answer) {
        call_judge(w, result);
        return;
    }
    o->status = status;
    char text[16];
    snprintf(text, sizeof text, "%ld", status);
    if (status >= 200 && status < 300) o->fault = FAULT_NONE;
    else if (status == 410) outcome_set(o, FAULT_GONE, str_of(text));
    else if (status >= 300 && status < 400) outcome_set(o, FAULT_REDIRECT, str_of(text));
    else outcome_set(o, FAULT_STATUS, str_of(text));
    if (o->fault == FAULT_NONE) o->retry_after_ms = 0;
}
