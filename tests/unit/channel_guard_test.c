/* channel_guard_test.c -- no spelling of an inside address gets through, and the open internet
 * does. */
#include "channel/guard.h"
#include "support/address_naive.h"

#include <arpa/inet.h>
#include <netdb.h>

#include "channel/delivery.h"
#include "test.h"

static const char *kind_of(const char *text)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return guard_range((const struct sockaddr *)&v4);
    CHECK(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
    return guard_range((const struct sockaddr *)&v6);
}

static const struct {
    const char *address, *kind;
} rows[] = {
    { "0.0.0.0", "unspecified" },
    { "0.1.2.3", "unspecified" },
    { "10.0.0.1", "private" },
    { "10.255.255.255", "private" },
    { "11.0.0.0", NULL },
    { "9.255.255.255", NULL },
    { "100.63.255.255", NULL },
    { "100.64.0.0", "carrier" },
    { "100.100.100.200", "carrier" },
    { "100.127.255.255", "carrier" },
    { "100.128.0.0", NULL },
    { "127.0.0.1", "loopback" },
    { "127.255.255.254", "loopback" },
    { "128.0.0.1", NULL },
    { "168.63.129.16", "metadata" },
    { "168.63.129.17", NULL },
    { "169.254.169.254", "link-local" },
    { "169.253.255.255", NULL },
    { "172.15.255.255", NULL },
    { "172.16.0.0", "private" },
    { "172.31.255.255", "private" },
    { "172.32.0.0", NULL },
    { "192.0.0.1", "reserved" },
    { "192.0.1.1", NULL },
    { "192.0.2.1", "documentation" },
    { "192.168.1.1", "private" },
    { "192.169.0.0", NULL },
    { "198.17.255.255", NULL },
    { "198.18.0.1", "reserved" },
    { "198.19.255.255", "reserved" },
    { "198.20.0.0", NULL },
    { "223.255.255.255", NULL },
    { "224.0.0.1", "multicast" },
    { "239.255.255.255", "multicast" },
    { "240.0.0.1", "reserved" },
    { "255.255.255.255", "reserved" },
    { "8.8.8.8", NULL },
    { "::", "unspecified" },
    { "::1", "loopback" },
    { "::2", "reserved" },
    { "::127.0.0.1", "reserved" },
    { "::ffff:127.0.0.1", "loopback" },
    { "::ffff:10.1.2.3", "private" },
    { "::ffff:8.8.8.8", NULL },
    { "::ffff:0:127.0.0.1", "loopback" },
    { "64:ff9b::7f00:1", "loopback" },
    { "64:ff9b::a9fe:a9fe", "link-local" },
    { "64:ff9b::808:808", NULL },
    { "64:ff9b:1::1", "reserved" },
    { "100::1", "reserved" },
    { "2001::1", "reserved" },
    { "2001:db8::1", "documentation" },
    { "2002:7f00:1::", "loopback" },
    { "2002:c0a8:101::1", "private" },
    { "2002:808:808::1", NULL },
    { "2400:3200::1", NULL },
    { "3fff:1000::1", NULL },
    { "3fff:0:1::", "documentation" },
    { "fc00::1", "private" },
    { "fd00:ec2::254", "private" },
    { "fe80::1", "link-local" },
    { "fec0::1", "private" },
    { "ff02::1", "multicast" },
    { "4000::1", "reserved" },
};

TEST(only_the_open_internet)
{
    for (i64 i = 0; i < COUNT(rows); i++) {
        const char *kind = kind_of(rows[i].address);
        CHECK_STR(str_fmt(test_ctx()->arena, "%s %s", rows[i].address, kind ? kind : "open"),
                  str_fmt(test_ctx()->arena, "%s %s", rows[i].address,
                          rows[i].kind ? rows[i].kind : "open")
                      .at);
    }
    struct sockaddr unix_like = { .sa_family = AF_UNIX };
    CHECK(guard_range(&unix_like) != NULL);
    CHECK(!guard_may_call(&(struct guard){ 0 }, &unix_like));
}

/* Each is refused when it is written, or, where its host is taken for a name, leads a resolver to
 * an address that is refused when it is called. */
TEST(hostile_spellings)
{
    static const char *const hosts[] = {
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "a.localhost",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "10.1",
        "192.168.257",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "127。0。0。1",
        "ⓛocalhost",
        "[fe80::1%25lo]",
        "[fe80::1]",
        "user@8.8.8.8",
        "8.8.8.8@127.0.0.1",
        "8.8.8.8#@127.0.0.1",
        "127.0.0.1\\@8.8.8.8",
    };
    struct guard g = { .http = true };
    for (i64 i = 0; i < COUNT(hosts); i++) {
        str out, url = str_fmt(test_ctx()->arena, "http://%s/", hosts[i]);
        enum err e = guard_url(test_ctx(), &g, url, &out);
        if (e == OK && str_eq(out, S("http://8.8.8.8/"))) continue; /* the fragment is dropped */
        if (e == OK) print_error("let through: %s as %.*s\n", hosts[i], STR_ARG(out));
        CHECK_I64(e, E_INVALID);
    }
}

static i64 roll(void *dice, i64 below) { return dice_below(dice, below); }

/* The same verdict as the registries read bit by bit, and no spelling of a closed address gets
 * through. */
TEST(a_second_opinion)
{
    struct guard g = { .http = true };
    i64 closed = 0;
    for (u64 seed = 1; seed <= 20000; seed++) {
        struct dice dice = { seed };
        struct arena_mark mark = arena_mark(test_ctx()->arena);
        int n = seed & 1 ? 4 : 16;
        u8 at[16];
        struct sockaddr_in v4 = { .sin_family = AF_INET };
        struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
        naive_address_make(at, n, roll, &dice);
        memcpy(n == 4 ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr, at, (size_t)n);
        const struct sockaddr *address =
            n == 4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
        str host = naive_address_spelling(test_ctx()->arena, at, n, roll, &dice), out;
        bool want = naive_address_closed(at, n), got = guard_range(address) != NULL;
        enum err e = guard_url(
            test_ctx(), &g, str_fmt(test_ctx()->arena, "http://" STR_FMT "/", STR_ARG(host)), &out);
        if (want != got || (want && e == OK))
            print_error("seed %lu: " STR_FMT " (" STR_FMT ")\n", (unsigned long)seed, STR_ARG(host),
                        STR_ARG(guard_address_text(test_ctx()->arena, address)));
        CHECK_I64(got, want);
        CHECK(!want || e == E_INVALID);
        closed += want;
        arena_rewind(test_ctx()->arena, mark);
    }
    CHECK(closed > 5000 && closed < 19000);
}

TEST(forms_of_urls)
{
    struct guard closed = { 0 }, open = { .http = true };
    static const struct {
        const char *url;
        bool http, fine;
    } forms[] = {
        { "https://example.com/in?token=1", false, true },
        { "HTTPS://Example.com", false, true },
        { "https://example.com:8443/x", false, true },
        { "http://example.com/", false, false },
        { "http://example.com/", true, true },
        { "https://example.com:25/", false, false },
        { "https://example.com:0/", false, false },
        { "https://example.com:65536/", false, false },
        { "https://u:p@example.com/", false, false },
        { "https://:p@example.com/", false, false },
        { "ftp://example.com/", true, false },
        { "file:///etc/passwd", true, false },
        { "gopher://example.com/", true, false },
        { "//example.com/", true, false },
        { "https://", false, false },
        { "", false, false },
        { "https://example.com/a\r\nX: y", false, false },
        { "https://xn--fsqu00a.example/", false, true },
        { "https://8.8.8.8/", false, true },
        { "https://[2400:3200::1]/", false, true },
    };
    for (i64 i = 0; i < COUNT(forms); i++) {
        str out;
        enum err e =
            guard_url(test_ctx(), forms[i].http ? &open : &closed, str_of(forms[i].url), &out);
        if ((e == OK) != forms[i].fine) print_error("%s\n", forms[i].url);
        CHECK((e == OK) == forms[i].fine);
    }
}

TEST(the_address_called_is_the_one_checked)
{
    str names[] = { S("127.0.0.1:8080"), S("[::1]:25") };
    struct guard g = { .allowed = { names, COUNT(names) } };
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(8080) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(25) };
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v6.sin6_addr = in6addr_loopback;
    CHECK(guard_may_call(&g, (const struct sockaddr *)&v4));
    CHECK(guard_may_call(&g, (const struct sockaddr *)&v6));
    v4.sin_port = htons(8081); /* another door of the same house */
    v6.sin6_port = htons(26);
    CHECK(!guard_may_call(&g, (const struct sockaddr *)&v4));
    CHECK(!guard_may_call(&g, (const struct sockaddr *)&v6));
    v4.sin_addr.s_addr = htonl(0x08080808);
    CHECK(guard_may_call(&g, (const struct sockaddr *)&v4));
}

TEST(exceptions_are_read)
{
    struct sockaddr_storage out;
    static const char *const bad[] = { "",       ":80",         "127.0.0.1",   "127.0.0.1:",
                                       "a:80",   "127.0.0.1:0", "[::1]",       "[::1]:65536",
                                       "::1:80", "[]:1",        "127.0.0.1:x", "[::1:80" };
    CHECK(guard_allow_parse(S(" 127.0.0.1:80 "), &out) && out.ss_family == AF_INET);
    CHECK(guard_allow_parse(S("[::1]:443"), &out) && out.ss_family == AF_INET6);
    for (i64 i = 0; i < COUNT(bad); i++) {
        bool read = guard_allow_parse(str_of(bad[i]), &out);
        if (read) print_error("%s\n", bad[i]);
        CHECK(!read);
    }
}
