/* mail.c -- a try of a mail by SMTP: headers without a way in for others', text, files; and what
 * the server's answer means. */
#include "base/clock.h"
#include "channel/work.h"
#include "store/setting.h"

#include <stdio.h>

#define TIMEOUT_SECONDS 30
#define WORD_BYTES      45 /* of an encoded word: 75 columns in all */

#include <sodium.h>

#define FIELDS_OF_file_row(X, N) \
    X(str, name, ANY, "", N)     \
    X(str, type, ANY, "", N)     \
    X(str, content, ANY, "", N)
SHAPE(file_row);
SHAPE_DEFINE(file_row);
QUERY(files_of, file_row,
      "SELECT name, type, content FROM channel_file WHERE message = $1 ORDER BY n");

/* -- headers ----------------------------------------------------------------------------------- */

/* RFC 2047: words of whole characters, folded; line breaks cannot get through. */
static str header_text(struct arena *a, str text)
{
    struct buf out = { .arena = a };
    for (i64 from = 0; from < text.n;) {
        i64 to = from + WORD_BYTES < text.n ? from + WORD_BYTES : text.n;
        while (to < text.n && ((u8)text.at[to] & 0xc0) == 0x80) to--;
        char code[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
        sodium_bin2base64(code, sizeof code, (const u8 *)text.at + from, (size_t)(to - from),
                          sodium_base64_VARIANT_ORIGINAL);
        buf_fmt(&out, "%s=?UTF-8?B?%s?=", from ? "\r\n " : "", code);
        from = to;
    }
    return buf_str(&out);
}

/* RFC 5322, in UTC. */
static str header_date(struct arena *a, instant at)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    i64 day_number = at / DAY_MS, second = at % DAY_MS / SECOND_MS;
    struct civil d = day_civil((day)day_number);
    return str_fmt(a, "%s, %d %s %d %02d:%02d:%02d +0000", days[day_number % 7], d.day,
                   months[d.month - 1], d.year, (int)(second / 3600), (int)(second / 60 % 60),
                   (int)(second % 60));
}

/* RFC 2231, with a plain name for programs that do not know it. */
static str file_header(struct arena *a, str name)
{
    struct buf out = { .arena = a }, plain = { .arena = a };
    for (i64 i = 0; i < name.n; i++) {
        char ch = name.at[i];
        bool safe = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                    (ch >= '0' && ch <= '9') || ch == '.' || ch == '-' || ch == '_';
        if (safe) buf_byte(&out, ch);
        else buf_fmt(&out, "%%%02X", (u8)ch);
        if (safe) buf_byte(&plain, ch);
        else if (((u8)ch & 0xc0) != 0x80) buf_byte(&plain, '_');
    }
    return str_fmt(a,
                   "Content-Disposition: attachment; filename=\"" STR_FMT
                   "\";\r\n filename*=UTF-8''" STR_FMT,
                   STR_ARG(buf_str(&plain)), STR_ARG(buf_str(&out)));
}

/* -- the letter -------------------------------------------------------------------------------- */

struct post {
    str url, tls, user, password, from, name;
};

static enum err post_read(struct ctx *c, struct post *out)
{
    TRY(setting_text(c, "channel.smtp_url", &out->url));
    TRY(setting_text(c, "channel.smtp_tls", &out->tls));
    TRY(setting_text(c, "channel.smtp_user", &out->user));
    TRY(setting_text(c, "channel.smtp_password", &out->password));
    TRY(setting_text(c, "channel.mail_from", &out->from));
    return setting_text(c, "channel.mail_name", &out->name);
}

static void drop_list(void *list) { curl_slist_free_all(list); }
static void drop_mime(void *mime) { curl_mime_free(mime); }

static struct curl_slist *add(struct ctx *c, struct curl_slist *list, str line)
{
    return curl_slist_append(list, str_z(c->arena, line));
}

static void headers_set(struct work *w, const struct post *p, strs to)
{
    struct ctx *c = w->c;
    struct arena *a = c->arena;
    const struct work_row *r = w->row;
    str domain, local, title = r->language == ENDPOINT_ZH ? r->title_zh : r->title_en;
    domain = str_cut(p->from, '@', &local);
    str name = p->name.n ? str_fmt(a, STR_FMT " ", STR_ARG(header_text(a, p->name))) : S("");
    const str lines[] = {
        str_fmt(a, "Date: " STR_FMT, STR_ARG(header_date(a, r->made_at))),
        str_fmt(a, "From: " STR_FMT "<" STR_FMT ">", STR_ARG(name), STR_ARG(p->from)),
        str_fmt(a, "To: " STR_FMT, STR_ARG(str_join(a, to, S(",\r\n ")))),
        str_fmt(a, "Subject: " STR_FMT, STR_ARG(header_text(a, title))),
        str_fmt(a, "Message-ID: <" STR_FMT ".%lld@" STR_FMT ">", STR_ARG(r->code), (long long)r->id,
                STR_ARG(domain)),
        S("Auto-Submitted: auto-generated"),
    };
    struct curl_slist *headers = NULL;
    for (i64 i = 0; i < COUNT(lines); i++) headers = add(c, headers, lines[i]);
    arena_defer(a, drop_list, headers);
    curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, headers);
}

static enum err parts_set(struct work *w)
{
    struct ctx *c = w->c;
    const struct work_row *r = w->row;
    struct file_row_list files;
    str text = r->language == ENDPOINT_ZH ? r->text_zh : r->text_en;
    TRY(db_all(c, &files_of, &files, ARGS(r->message)));
    curl_mime *mime = curl_mime_init(w->curl);
    arena_defer(c->arena, drop_mime, mime);
    curl_mimepart *part = curl_mime_addpart(mime);
    curl_mime_data(part, text.n ? text.at : "", (size_t)text.n);
    curl_mime_type(part, "text/plain; charset=utf-8");
    curl_mime_encoder(part, "base64");
    for (i64 i = 0; i < files.n; i++) {
        const struct file_row *f = &files.at[i];
        part = curl_mime_addpart(mime);
        curl_mime_data(part, f->content.n ? f->content.at : "", (size_t)f->content.n);
        curl_mime_type(part, str_z(c->arena, f->type));
        curl_mime_encoder(part, "base64");
        curl_mime_headers(part, add(c, NULL, file_header(c->arena, f->name)), 1);
    }
    curl_easy_setopt(w->curl, CURLOPT_MIMEPOST, mime);
    return OK;
}

/* The server speaks in lines; the last refusal says what went wrong. */
static size_t hear(char *data, size_t size, size_t n, void *arg)
{
    struct work *w = arg;
    struct outcome line = { 0 };
    outcome_set(&line, FAULT_NONE, str_trim((str){ data, (i64)(size * n) }));
    if (line.detail[0] == '4' || line.detail[0] == '5')
        memcpy(w->said, line.detail, sizeof w->said);
    return size * n;
}

enum err mail_begin(struct work *w)
{
    struct ctx *c = w->c;
    struct post p;
    TRY(post_read(c, &p));
    if (!p.url.n || !p.from.n) {
        outcome_set(&w->outcome, FAULT_UNSET,
                    p.url.n ? S("channel.mail_from") : S("channel.smtp_url"));
        return OK;
    }
    strs to = str_split(c->arena, w->row->target, ',');
    struct curl_slist *recipients = NULL;
    for (i64 i = 0; i < to.n; i++) recipients = add(c, recipients, to.at[i]);
    arena_defer(c->arena, drop_list, recipients);
    TRY(call_rules(w, "smtp,smtps", TIMEOUT_SECONDS));
    curl_easy_setopt(w->curl, CURLOPT_URL, str_z(c->arena, p.url));
    curl_easy_setopt(w->curl, CURLOPT_USE_SSL,
                     str_eq(p.tls, S("required")) ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
    curl_easy_setopt(w->curl, CURLOPT_MAIL_FROM, str_z(c->arena, p.from));
    curl_easy_setopt(w->curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(w->curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(w->curl, CURLOPT_HEADERDATA, w);
    if (p.user.n) {
        curl_easy_setopt(w->curl, CURLOPT_USERNAME, str_z(c->arena, p.user));
        curl_easy_setopt(w->curl, CURLOPT_PASSWORD, str_z(c->arena, p.password));
    }
    headers_set(w, &p, to);
    return parts_set(w);
}

void mail_judge(struct work *w, CURLcode result)
{
    struct outcome *o = &w->outcome;
    long status = 0;
    curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_OK) {
        o->status = status;
        return;
    }
    str said = str_of(w->said);
    if (result == CURLE_USE_SSL_FAILED) outcome_set(o, FAULT_STARTTLS, NO_STR);
    else if (result == CURLE_LOGIN_DENIED) outcome_set(o, FAULT_LOGIN, said);
    else if (w->closed[0] || result == CURLE_OPERATION_TIMEDOUT || status < 400)
        call_judge(w, result);
    else {
        o->status = status;
        o->final = status >= 500;
        outcome_set(o, o->final ? FAULT_REFUSED : FAULT_LATER, said);
    }
}
