/* channel_send_test.c -- tries: what they leave behind, how they wait, what a kill leaves, files of
 * mails; against servers of this test on loopback. */
#include "channel/work.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/setting.h"
#include "test.h"

/* -- a shop with endpoints --------------------------------------------------------------------- */

struct writing {
    struct endpoint_post post;
    const struct delivery *delivery;
    str name, value;
    i64 id;
    str secret;
};

static enum err write_post(struct tx *t, void *arg)
{
    struct writing *k = arg;
    return endpoint_make(t, &k->post, &k->id, &k->secret);
}
static enum err write_delivery(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    return delivery_send(t, k->delivery);
}
static enum err write_setting(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    return setting_set(t, k->name, k->value);
}

static void set(const char *name, str value)
{
    struct writing k = { .name = str_of(name), .value = value };
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), write_setting, &k));
}

static i64 make(enum endpoint_kind kind, const char *name, str target)
{
    static str all = { "*", 1 };
    struct writing k = {
        .post = { .kind = kind, .name = str_of(name), .target = target, .topics = { &all, 1 } }
    };
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), write_post, &k));
    return k.id;
}

static void put(const char *key, i64 endpoint, const struct delivery_file *files, i64 n)
{
    struct delivery d = { .topic = S("channel.test"),
                          .key = str_of(key),
                          .title_zh =
                              S("一份足够长、要分成好几段编码的标题：昨日销售、退款与新会员的日报"),
                          .title_en = S("Title"),
                          .text_zh = S(".开头是点\n\n正文"),
                          .text_en = S("Text"),
                          .files = files,
                          .files_n = n,
                          .endpoint = endpoint };
    struct writing k = { .delivery = &d };
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), write_delivery, &k));
}

static struct delivery_view only(void)
{
    struct delivery_view_list out;
    struct delivery_filter f = { .state = -1, .limit = 10 };
    CHECK_OK(test_ctx(), delivery_list(test_reader(), &f, &out));
    CHECK_I64(out.n, 1);
    return out.at[0];
}

static void note(const struct work_row *row, enum fault fault, bool final, i64 retry_after_ms)
{
    struct outcome o = { .final = final, .retry_after_ms = retry_after_ms };
    outcome_set(&o, fault, S("503"));
    CHECK_OK(test_ctx(), work_note(test_store(), test_ctx(), row, &o));
}

/* Due now, whatever endpoint and delivery wait for: the clock is moved there. */
static bool take(struct work_row *out)
{
    struct work_row_list rows;
    CHECK_OK(test_ctx(), work_take(test_store(), test_reader(), 3, &rows));
    if (rows.n) *out = rows.at[0];
    return rows.n > 0;
}

/* -- what tries leave -------------------------------------------------------------------------- */

TEST(failures_wait_longer)
{
    static const i64 waits[] = { 5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS,
                                 2 * HOUR_MS,   5 * HOUR_MS,   10 * HOUR_MS,
                                 14 * HOUR_MS,  20 * HOUR_MS,  24 * HOUR_MS };
    set("channel.off_after_hours", S("720"));
    make(ENDPOINT_WEBHOOK, "a", S("https://a.example/x"));
    put("1", 0, NULL, 0);
    str code = only().message;
    for (i64 i = 0; i < COUNT(waits); i++) {
        struct work_row row;
        CHECK(take(&row));
        CHECK(!take(&row)); /* leased */
        CHECK_STR(row.code, code.at);
        note(&row, FAULT_STATUS, false, 0);
        struct delivery_view v = only();
        CHECK_I64(v.state, DELIVERY_FAILED);
        CHECK_I64(v.attempts, i + 1);
        i64 wait = v.next_at.value - test_ctx()->now;
        CHECK(wait >= waits[i] && wait <= waits[i] + waits[i] / 10);
        test_ctx()->now = v.next_at.value - 1;
        CHECK(!take(&row));
        test_ctx()->now += 30 * MINUTE_MS; /* past the endpoint's own pause */
    }
    struct work_row row;
    CHECK(take(&row));
    note(&row, FAULT_STATUS, false, 0);
    CHECK_I64(only().state, DELIVERY_GIVEN_UP);
    CHECK_I64(only().attempts, 10);
}

TEST(retry_after_is_kept)
{
    make(ENDPOINT_WEBHOOK, "a", S("https://a.example/x"));
    put("1", 0, NULL, 0);
    struct work_row row;
    CHECK(take(&row));
    note(&row, FAULT_STATUS, false, HOUR_MS);
    CHECK_I64(only().next_at.value - test_ctx()->now, HOUR_MS);
    put("2", 0, NULL, 0); /* the endpoint pauses: another message waits too */
    test_ctx()->now += HOUR_MS - 1;
    CHECK(!take(&row));
    test_ctx()->now += 1;
    CHECK(take(&row));
    CHECK(!take(&row)); /* one at a time as long as it fails */
}

/* However much waits for one, the others find room. */
TEST(one_hangs_others_go)
{
    struct work_row row;
    i64 hangs = make(ENDPOINT_WEBHOOK, "hangs", S("https://a.example/x"));
    i64 other = make(ENDPOINT_WEBHOOK, "other", S("https://b.example/x"));
    for (int i = 0; i < 40; i++) put(str_fmt(test_ctx()->arena, "k%02d", i).at, hangs, NULL, 0);
    struct work_row_list rows;
    CHECK_OK(test_ctx(), work_take(test_store(), test_reader(), 3, &rows));
    CHECK_I64(rows.n, 4);
    CHECK(!take(&row)); /* no fifth while these are in work */
    put("other", other, NULL, 0);
    CHECK(take(&row));
    CHECK_I64(row.endpoint, other);
}

TEST(a_dead_endpoint_is_switched_off)
{
    struct endpoint_view v;
    i64 dead = make(ENDPOINT_WEBHOOK, "dead", S("https://dead.example/x"));
    set("channel.off_after_hours", S("24"));
    put("1", dead, NULL, 0);
    struct work_row row;
    for (int i = 0; i < 20; i++) {
        test_ctx()->now += 30 * MINUTE_MS;
        if (take(&row)) note(&row, FAULT_TIMEOUT, false, 0);
        CHECK_OK(test_ctx(), endpoint_get(test_reader(), dead, &v));
        CHECK_I64(v.state, ENDPOINT_FAILING);
    }
    make(ENDPOINT_WEBHOOK, "watcher", S("https://w.example/x"));
    test_ctx()->now += 24 * HOUR_MS;
    put("2", dead, NULL, 0);
    CHECK(take(&row));
    note(&row, FAULT_TIMEOUT, false, 0);
    CHECK_OK(test_ctx(), endpoint_get(test_reader(), dead, &v));
    CHECK_I64(v.state, ENDPOINT_DEAD);
    CHECK(!v.enabled);
    struct delivery_view_list list;
    struct delivery_filter f = { .state = DELIVERY_WAITING, .limit = 10 };
    CHECK_OK(test_ctx(), delivery_list(test_reader(), &f, &list));
    CHECK_I64(list.n, 1);
    CHECK_STR(list.at[0].topic, "channel.endpoint_off");
    CHECK_STR(list.at[0].endpoint_name, "watcher");
}

/* -- servers of the test ----------------------------------------------------------------------- */

struct server {
    int socket, port;
    pthread_t thread;
    bool smtp;
    char heard[1 << 17];
    i64 n;
};

static void listen_on(struct server *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->socket = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(s->socket, (struct sockaddr *)&at, size) == 0 && listen(s->socket, 8) == 0);
    CHECK(getsockname(s->socket, (struct sockaddr *)&at, &size) == 0);
    s->port = ntohs(at.sin_port);
    str door = str_fmt(test_ctx()->arena, "127.0.0.1:%d", s->port);
    set("channel.allow_http", S("true"));
    set("channel.allow_private", door);
}

static bool has(const struct server *s, const char *text)
{
    return str_find((str){ s->heard, s->n }, str_of(text)) >= 0;
}

/* Until `end` is heard. */
static bool hear(struct server *s, int from, const char *end)
{
    i64 start = s->n;
    while (s->n < (i64)sizeof s->heard) {
        ssize_t n = read(from, s->heard + s->n, sizeof s->heard - (size_t)s->n);
        if (n <= 0) return false;
        s->n += n;
        if (str_find((str){ s->heard + start, s->n - start }, str_of(end)) >= 0) return true;
    }
    return false;
}

static void tell(int to, const char *text) { (void)!write(to, text, strlen(text)); }

static void *serve(void *arg)
{
    struct server *s = arg;
    int with = accept(s->socket, NULL, NULL);
    if (!s->smtp) {
        hear(s, with, "}}");
        tell(with, "HTTP/1.1 204 No Content\r\n\r\n");
    } else {
        static const char *const steps[][2] = {
            { "220 here\r\n", "\r\n" },       { "250 here\r\n", "\r\n" },
            { "250 ok\r\n", "\r\n" },         { "250 ok\r\n", "\r\n" },
            { "354 go on\r\n", "\r\n.\r\n" }, { "250 kept\r\n", "\r\n" },
        };
        for (i64 i = 0; i < COUNT(steps); i++) {
            tell(with, steps[i][0]);
            if (!hear(s, with, steps[i][1])) break;
        }
        tell(with, "221 bye\r\n");
    }
    close(with);
    return NULL;
}

static i64 run(void)
{
    i64 sent;
    CHECK_OK(test_ctx(), deliveries_run(test_store(), test_reader(), &sent));
    return sent;
}

static str id_heard(const struct server *s)
{
    str all = { s->heard, s->n };
    i64 at = str_find(all, S("webhook-id: "));
    CHECK(at >= 0);
    return str_sub(all, at + 12, at + 12 + 36);
}

/* A child sends and is killed before it can note it; the next one sends the same message. */
TEST(at_least_once)
{
    struct server *s = NEW(test_ctx()->arena, struct server);
    listen_on(s);
    make(ENDPOINT_WEBHOOK, "a", str_fmt(test_ctx()->arena, "http://127.0.0.1:%d/x", s->port));
    put("1", 0, NULL, 0);
    test_store_close();
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        run();
        _exit(0);
    }
    int with = accept(s->socket, NULL, NULL);
    CHECK(hear(s, with, "}}"));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(with);
    str first = str_copy(test_ctx()->arena, id_heard(s));
    CHECK(str_starts(first, S("msg_")));
    s->n = 0;
    CHECK_I64(run(), 0); /* leased still */
    test_ctx()->now += LEASE_MS + MINUTE_MS;
    CHECK(pthread_create(&s->thread, NULL, serve, s) == 0);
    CHECK_I64(run(), 1);
    pthread_join(s->thread, NULL);
    CHECK(str_eq(id_heard(s), first));
    CHECK_I64(only().state, DELIVERY_SENT);
    CHECK_I64(only().attempts, 2);
    close(s->socket);
}

/* The socket is not made, whatever the URL said: the name may have been another's when it was
 * checked. */
TEST(the_connection_is_guarded)
{
    struct server *s = NEW(test_ctx()->arena, struct server);
    struct guard nothing = { .http = true };
    listen_on(s);
    struct work w = { .guard = &nothing, .c = test_reader(), .curl = curl_easy_init() };
    CHECK_OK(test_ctx(), call_rules(&w, "http", 5));
    curl_easy_setopt(
        w.curl, CURLOPT_URL,
        str_z(test_ctx()->arena, str_fmt(test_ctx()->arena, "http://localhost:%d/", s->port)));
    CURLcode result = curl_easy_perform(w.curl);
    CHECK(result != CURLE_OK);
    call_judge(&w, result);
    CHECK_I64(w.outcome.fault, FAULT_CLOSED);
    CHECK(strstr(w.outcome.detail, "loopback") != NULL);
    curl_easy_cleanup(w.curl);
    close(s->socket);
}

TEST(files_go_with_mails)
{
    struct server *s = NEW(test_ctx()->arena, struct server);
    s->smtp = true;
    listen_on(s);
    set("channel.smtp_url", str_fmt(test_ctx()->arena, "smtp://127.0.0.1:%d", s->port));
    set("channel.smtp_tls", S("optional"));
    set("channel.mail_from", S("koi@shop.example"));
    make(ENDPOINT_MAIL, "m", S("ops@shop.example"));
    struct delivery_file file = { S("周报.txt"), S("text/plain"), { "0123456789", 10 } };
    put("1", 0, &file, 1);
    CHECK(pthread_create(&s->thread, NULL, serve, s) == 0);
    CHECK_I64(run(), 1);
    pthread_join(s->thread, NULL);
    CHECK(has(s, "MAIL FROM:<koi@shop.example>"));
    CHECK(has(s, "RCPT TO:<ops@shop.example>"));
    CHECK(has(s, "filename=\"__.txt\""));
    CHECK(has(s, "filename*=UTF-8''%E5%91%A8%E6%8A%A5.txt"));
    CHECK(has(s, "MDEyMzQ1Njc4OQ==")); /* the file, in base64 */
    CHECK(has(s, "Auto-Submitted: auto-generated\r\n"));
    CHECK(has(s, "Subject: =?UTF-8?B?"));
    CHECK(has(s, "?=\r\n =?UTF-8?B?")); /* folded between whole characters */
    CHECK_I64(only().state, DELIVERY_SENT);
    close(s->socket);
}

TEST(what_is_over_the_bounds_is_refused)
{
    make(ENDPOINT_MAIL, "m", S("ops@shop.example"));
    char *much = arena_alloc(test_ctx()->arena, 1, MESSAGE_FILES_BYTES + 1);
    struct delivery_file files[6] = { { S("a"), S("b"), { much, MESSAGE_FILES_BYTES + 1 } } };
    struct delivery d = { .topic = S("channel.test"),
                          .key = S("1"),
                          .title_zh = S("a"),
                          .title_en = S("a"),
                          .files = files,
                          .files_n = 1 };
    struct writing k = { .delivery = &d };
    CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), write_delivery, &k), E_TOO_LARGE);
    d.files_n = 6;
    CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), write_delivery, &k), E_TOO_LARGE);
    d.files_n = 0;
    d.title_en = S("a\r\nBcc: x@y.example");
    CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), write_delivery, &k), E_INVALID);
    d.title_en = S("a");
    d.data = S("{");
    CHECK_ERR(test_ctx(), store_write(test_store(), test_ctx(), write_delivery, &k), E_INVALID);
}
