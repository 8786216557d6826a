/* address_naive.c -- see address_naive.h. */
#include "support/address_naive.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

static const char *const closed4[] = {
    "0.0.0.0/8",        "10.0.0.0/8",         "100.64.0.0/10",      "127.0.0.0/8",
    "169.254.0.0/16",   "172.16.0.0/12",      "192.0.0.0/24",       "192.0.2.0/24",
    "192.88.99.0/24",   "192.168.0.0/16",     "198.18.0.0/15",      "198.51.100.0/24",
    "203.0.113.0/24",   "224.0.0.0/4",        "240.0.0.0/4",        "255.255.255.255/32",
    "168.63.129.16/32", "169.254.169.254/32", "100.100.100.200/32",
};
static const char *const closed6[] = {
    "::/128",    "::1/128",       "::/96",     "64:ff9b:1::/48", "100::/64", "2001::/23",
    "2001::/32", "2001:db8::/32", "3fff::/20", "5f00::/16",      "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8",      "4000::/2",  "8000::/1",       "100::/8",  "200::/7",
    "400::/6",   "800::/5",       "1000::/4",
};
/* Prefixes behind which an IPv4 address stands, and where. */
static const struct {
    const char *range;
    int from;
} carriers[] = {
    { "::ffff:0:0/96", 12 },
    { "::ffff:0:0:0/96", 12 },
    { "64:ff9b::/96", 12 },
    { "2002::/16", 2 },
};

static int bit(const u8 *at, int i) { return at[i / 8] >> (7 - i % 8) & 1; }

static int range_read(const char *text, int n, u8 at[16])
{
    char head[64];
    const char *slash = strchr(text, '/');
    memcpy(head, text, (size_t)(slash - text));
    head[slash - text] = 0;
    int fine = inet_pton(n == 4 ? AF_INET : AF_INET6, head, at);
    assert(fine == 1);
    int bits = 0;
    for (const char *p = slash + 1; *p; p++) bits = bits * 10 + (*p - '0');
    return bits;
}

static bool range_has(const char *text, const u8 *at, int n)
{
    u8 of[16];
    int bits = range_read(text, n, of);
    for (int i = 0; i < bits; i++)
        if (bit(at, i) != bit(of, i)) return false;
    return true;
}

bool naive_address_closed(const u8 *at, int n)
{
    if (n == 4) {
        for (i64 i = 0; i < COUNT(closed4); i++)
            if (range_has(closed4[i], at, 4)) return true;
        return false;
    }
    for (i64 i = 0; i < COUNT(carriers); i++)
        if (range_has(carriers[i].range, at, 16))
            return naive_address_closed(at + carriers[i].from, 4);
    for (i64 i = 0; i < COUNT(closed6); i++)
        if (range_has(closed6[i], at, 16)) return true;
    return at[0] == 0; /* 0000::/8 has nothing else that is given out */
}

void naive_address_make(u8 *at, int n, i64 (*next)(void *arg, i64 below), void *arg)
{
    for (int i = 0; i < n; i++) at[i] = (u8)next(arg, 256);
    i64 kind = next(arg, 8);
    if (kind == 0) return;
    if (n == 16 && kind < 5) {
        i64 row = next(arg, COUNT(carriers));
        u8 four[4];
        naive_address_make(four, 4, next, arg);
        range_read(carriers[row].range, 16, at);
        memcpy(at + carriers[row].from, four, 4);
        return;
    }
    /* one below a range, its first, one inside, its last, one above */
    const char *row =
        n == 4 ? closed4[next(arg, COUNT(closed4))] : closed6[next(arg, COUNT(closed6))];
    u8 of[16];
    int bits = range_read(row, n, of);
    i64 place = next(arg, 5);
    u8 fill = place == 0 ? 0xff : place == 1 ? 0 : 0xff;
    for (int i = bits; i < n * 8; i++) {
        u8 mask = (u8)(0x80 >> i % 8);
        u8 on = place == 2 ? (u8)next(arg, 256) : place == 4 ? 0 : fill;
        of[i / 8] = (u8)((of[i / 8] & ~mask) | (on & mask));
    }
    if (place == 0 || place == 4) { /* the range beside it */
        int carry = place == 4 ? 1 : -1;
        for (int i = bits - 1; i >= 0 && carry; i--) {
            u8 mask = (u8)(0x80 >> i % 8);
            bool was = of[i / 8] & mask;
            of[i / 8] ^= mask;
            if (was == (carry < 0)) carry = 0;
        }
    }
    memcpy(at, of, (size_t)n);
}

/* A number as inet_aton takes it. */
static void number(struct buf *b, u32 value, i64 (*next)(void *arg, i64 below), void *arg)
{
    switch (next(arg, 4)) {
    case 0: buf_fmt(b, "0%o", value); return;
    case 1: buf_fmt(b, next(arg, 2) ? "0x%x" : "0X%X", value); return;
    case 2: buf_fmt(b, "0x000%x", value); return;
    default: buf_fmt(b, "%u", value); return;
    }
}

static void spell4(struct buf *b, const u8 *at, i64 (*next)(void *arg, i64 below), void *arg)
{
    i64 parts = 1 + next(arg, 4);
    for (int i = 0; i < parts - 1; i++) {
        number(b, at[i], next, arg);
        buf_byte(b, '.');
    }
    u32 rest = 0;
    for (i64 i = parts - 1; i < 4; i++) rest = rest << 8 | at[i];
    number(b, rest, next, arg);
    if (next(arg, 8) == 0) buf_byte(b, '.');
}

static void spell6(struct buf *b, const u8 *at, i64 (*next)(void *arg, i64 below), void *arg)
{
    char text[INET6_ADDRSTRLEN];
    buf_byte(b, '[');
    switch (next(arg, 3)) {
    case 0:
        inet_ntop(AF_INET6, at, text, sizeof text);
        buf_add(b, str_of(text));
        break;
    case 1:
        for (int i = 0; i < 8; i++)
            buf_fmt(b, next(arg, 2) ? "%s%04X" : "%s%x", i ? ":" : "",
                    at[2 * i] << 8 | at[2 * i + 1]);
        break;
    default:
        for (int i = 0; i < 6; i++) buf_fmt(b, "%x:", at[2 * i] << 8 | at[2 * i + 1]);
        buf_fmt(b, "%d.%d.%d.%d", at[12], at[13], at[14], at[15]);
    }
    if (next(arg, 8) == 0) buf_add(b, S("%25eth0"));
    buf_byte(b, ']');
}

str naive_address_spelling(struct arena *a, const u8 *at, int n, i64 (*next)(void *arg, i64 below),
                           void *arg)
{
    struct buf plain = { .arena = a }, out = { .arena = a };
    if (n == 16) {
        spell6(&plain, at, next, arg);
        return buf_str(&plain);
    }
    spell4(&plain, at, next, arg);
    if (next(arg, 6)) return buf_str(&plain);
    for (i64 i = 0; i < plain.n; i++) { /* some of it as %31, which clients undo */
        if (next(arg, 3)) buf_byte(&out, plain.at[i]);
        else buf_fmt(&out, "%%%02x", (unsigned)(u8)plain.at[i]);
    }
    return buf_str(&out);
}
