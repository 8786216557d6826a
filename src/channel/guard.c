/* guard.c -- the table of closed addresses, and the rules for URLs that others give us.
 *
 * A URL is checked twice: when it is written, for words at once; and at the moment of connecting,
 * with the very address, for safety.
 */
#include "channel/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <curl/curl.h>

#include "base/num.h"
#include "store/setting.h"

#define URL_MAX 2000

/* -- addresses --------------------------------------------------------------------------------- */

struct range {
    u8 at[16];
    int bits;
    const char *kind;
};

/* RFC 6890 and its registries: what is not globally reachable, and a metadata server that is. */
static const struct range closed4[] = {
    { { 0 }, 8, "unspecified" },
    { { 10 }, 8, "private" },
    { { 100, 64 }, 10, "carrier" }, /* 100.100.100.200 too: metadata */
    { { 127 }, 8, "loopback" },
    { { 168, 63, 129, 16 }, 32, "metadata" },
    { { 169, 254 }, 16, "link-local" }, /* 169.254.169.254 too: metadata */
    { { 172, 16 }, 12, "private" },
    { { 192, 0, 0 }, 24, "reserved" },
    { { 192, 0, 2 }, 24, "documentation" },
    { { 192, 88, 99 }, 24, "reserved" },
    { { 192, 168 }, 16, "private" },
    { { 198, 18 }, 15, "reserved" },
    { { 198, 51, 100 }, 24, "documentation" },
    { { 203, 0, 113 }, 24, "documentation" },
    { { 224 }, 4, "multicast" },
    { { 240 }, 4, "reserved" },
};
static const struct range closed6[] = {
    { { 0x20, 0x01 }, 23, "reserved" }, /* Teredo and others */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
    { { 0x3f, 0xff }, 20, "documentation" },
    { { 0xfc }, 7, "private" },
    { { 0xfe, 0x80 }, 10, "link-local" },
    { { 0xfe, 0xc0 }, 10, "private" },
    { { 0xff }, 8, "multicast" },
};
static const u8 loopback6[16] = { [15] = 1 };

static bool inside(const u8 *at, const u8 *of, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(at, of, (size_t)whole) != 0) return false;
    if (!rest) return true;
    u8 mask = (u8)(0xff << (8 - rest));
    return (at[whole] & mask) == (of[whole] & mask);
}

static const char *range_of(const struct range *rows, i64 n, const u8 *at)
{
    for (i64 i = 0; i < n; i++)
        if (inside(at, rows[i].at, rows[i].bits)) return rows[i].kind;
    return NULL;
}

/* Where an IPv6 address holds an IPv4 one. */
static const struct {
    u8 at[16];
    int bits, from;
} carriers[] = {
    { { [10] = 0xff, [11] = 0xff }, 96, 12 }, /* mapped */
    { { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },   /* NAT64 */
    { { 0x20, 0x02 }, 16, 2 },                /* 6to4 */
    { { [8] = 0xff, [9] = 0xff }, 96, 12 },   /* translated (RFC 2765) */
};

static const char *range6(const u8 *at)
{
    static const u8 none[16];
    if (memcmp(at, none, 16) == 0) return "unspecified";
    if (memcmp(at, loopback6, 16) == 0) return "loopback";
    for (i64 i = 0; i < COUNT(carriers); i++)
        if (inside(at, carriers[i].at, carriers[i].bits))
            return range_of(closed4, COUNT(closed4), at + carriers[i].from);
    const char *kind = range_of(closed6, COUNT(closed6), at);
    if (kind) return kind;
    return (at[0] & 0xe0) == 0x20 ? NULL : "reserved"; /* 2000::/3 is all that is given out */
}

const char *guard_range(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in a;
        memcpy(&a, address, sizeof a);
        return range_of(closed4, COUNT(closed4), (const u8 *)&a.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 a;
        memcpy(&a, address, sizeof a);
        return range6((const u8 *)&a.sin6_addr);
    }
    return "of another kind";
}

str guard_address_text(struct arena *a, const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "?";
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
    }
    return str_copy(a, str_of(text));
}

static bool address_parse(str host, i64 port, struct sockaddr_storage *out)
{
    char text[64] = { 0 };
    if (host.n < 2 || host.n >= (i64)sizeof text || port < 1 || port > 65535) return false;
    memcpy(text, host.at, (size_t)host.n);
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
    memset(out, 0, sizeof *out);
    if (text[0] == '[' && text[host.n - 1] == ']') {
        text[host.n - 1] = 0;
        if (inet_pton(AF_INET6, text + 1, &v6.sin6_addr) != 1) return false;
        memcpy(out, &v6, sizeof v6);
        return true;
    }
    /* any spelling of IPv4 that a resolver would take: 127.1, 0x7f000001, 2130706433, 017700000001
     */
    if (inet_aton(text, &v4.sin_addr) != 1) return false;
    memcpy(out, &v4, sizeof v4);
    return true;
}

bool guard_allow_parse(str text, struct sockaddr_storage *out)
{
    text = str_trim(text);
    i64 at = text.n;
    while (at > 0 && text.at[at - 1] != ':') at--;
    i64 port;
    if (at < 2 || !i64_parse(str_sub(text, at, text.n), &port)) return false;
    return address_parse(str_sub(text, 0, at - 1), port, out);
}

static bool same_address(const struct sockaddr *a, const struct sockaddr_storage *b)
{
    if (a->sa_family != b->ss_family) return false;
    if (a->sa_family == AF_INET) {
        struct sockaddr_in x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.sin_port == y.sin_port && x.sin_addr.s_addr == y.sin_addr.s_addr;
    }
    struct sockaddr_in6 x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x.sin6_port == y.sin6_port && memcmp(&x.sin6_addr, &y.sin6_addr, 16) == 0;
}

bool guard_may_call(const struct guard *g, const struct sockaddr *address)
{
    if (address->sa_family != AF_INET && address->sa_family != AF_INET6) return false;
    if (!guard_range(address)) return true;
    for (i64 i = 0; i < g->allowed.n; i++) {
        struct sockaddr_storage one;
        if (guard_allow_parse(g->allowed.at[i], &one) && same_address(address, &one)) return true;
    }
    return false;
}

/* -- URLs -------------------------------------------------------------------------------------- */

enum err guard_read(struct ctx *c, struct guard *out)
{
    str allowed;
    TRY(setting_flag(c, "channel.allow_http", &out->http));
    TRY(setting_text(c, "channel.allow_private", &allowed));
    out->allowed = str_split(c->arena, allowed, ',');
    return OK;
}

#define REFUSE(zh, en, ...) fail_at(c, E_INVALID, S("target"), zh, en, ##__VA_ARGS__)

static void url_free(void *url) { curl_url_cleanup(url); }
static void part_free(void *part) { curl_free(part); }

static str part_of(struct ctx *c, CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return NO_STR;
    arena_defer(c->arena, part_free, text);
    return str_of(text);
}

/* The port of a name is another service's door as soon as it is not one of the web's. */
static bool port_is_fit(i64 port) { return port == 80 || port == 443 || port >= 1024; }

static enum err host_check(struct ctx *c, const struct guard *g, str host, i64 port)
{
    while (host.n && host.at[host.n - 1] == '.') host.n--;
    struct sockaddr_storage literal;
    if (address_parse(host, port, &literal)) {
        const struct sockaddr *address = (const struct sockaddr *)&literal;
        if (guard_may_call(g, address)) return OK;
        str text = guard_address_text(c->arena, address);
        return REFUSE("不允许访问 " STR_FMT
                      "：属于内部或保留地址（%s）；确需访问请由管理员加入设置 "
                      "channel.allow_private",
                      STR_FMT " must not be called: an address of the inside (%s); where it is "
                              "meant, the setting channel.allow_private names it",
                      STR_ARG(text), guard_range(address));
    }
    if (str_eq_nocase(host, S("localhost")) || str_ends(host, S(".localhost")))
        return REFUSE("不允许访问本机 " STR_FMT "，请写公网地址",
                      STR_FMT " is this machine itself: write a public address", STR_ARG(host));
    for (i64 i = 0; i < host.n; i++)
        if ((u8)host.at[i] >= 0x80)
            return REFUSE("域名请用 punycode（xn--…）书写", "write the name as punycode (xn--…)");
    return OK;
}

enum err guard_url(struct ctx *c, const struct guard *g, str text, str *out)
{
    if (text.n > URL_MAX || !str_is_line(text) || str_has(text, ' '))
        return REFUSE("网址应是一行、不超过 %d 字节、没有空格",
                      "a URL is one line of at most %d bytes without blanks", URL_MAX);
    CURLU *url = curl_url();
    if (!url) return fail(c, E_INTERNAL, "libcurl 无法启动", "libcurl did not start");
    arena_defer(c->arena, url_free, url);
    if (curl_url_set(url, CURLUPART_URL, str_z(c->arena, text), 0) != CURLUE_OK)
        return REFUSE("这不是网址，应以 https:// 开头", "this is no URL: it begins with https://");
    str scheme = part_of(c, url, CURLUPART_SCHEME, 0);
    bool secure = str_eq(scheme, S("https"));
    if (!secure && !(g->http && str_eq(scheme, S("http"))))
        return REFUSE("网址应以 https:// 开头", "a URL begins with https://");
    if (part_of(c, url, CURLUPART_USER, 0).at || part_of(c, url, CURLUPART_PASSWORD, 0).at)
        return REFUSE("网址里不能带用户名和密码", "a URL holds neither user nor password");
    i64 port = 0;
    if (!i64_parse(part_of(c, url, CURLUPART_PORT, CURLU_DEFAULT_PORT), &port) ||
        !port_is_fit(port))
        return REFUSE("端口应是 80、443 或 1024 以上", "the port is 80, 443, or 1024 and above");
    TRY(host_check(c, g, part_of(c, url, CURLUPART_HOST, 0), port));
    curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
    *out = part_of(c, url, CURLUPART_URL, 0);
    return OK;
}
