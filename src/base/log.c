/* log.c -- writes events as key=value lines, each with one write(2). */
#include "base/log.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char *const names[] = { "debug", "info", "warn", "error", "off" };
static _Atomic int threshold = LOG_INFO;

void log_level_set(enum log_level level) { threshold = (int)level; }

bool log_level_parse(str s, enum log_level *out)
{
    for (int i = 0; i < COUNT(names); i++)
        if (str_eq(s, str_of(names[i]))) return *out = (enum log_level)i, true;
    return false;
}

struct line {
    char at[2048];
    size_t n;
};

static void put(struct line *l, const char *at, size_t n)
{
    if (n > sizeof l->at - 1 - l->n) n = sizeof l->at - 1 - l->n;
    memcpy(l->at + l->n, at, n);
    l->n += n;
}

static void put_z(struct line *l, const char *z) { put(l, z, strlen(z)); }

static bool plain(str s)
{
    for (i64 i = 0; i < s.n; i++)
        if ((u8)s.at[i] <= ' ' || s.at[i] == '"' || s.at[i] == '=' || s.at[i] == '\\' ||
            s.at[i] == 127)
            return false;
    return s.n > 0;
}

static void put_text(struct line *l, str s)
{
    if (s.n > 200) s.n = 200;
    if (plain(s)) {
        put(l, s.at, (size_t)s.n);
        return;
    }
    put_z(l, "\"");
    for (i64 i = 0; i < s.n; i++) {
        u8 c = (u8)s.at[i];
        if (c == '"' || c == '\\') put_z(l, "\\");
        put(l, c < ' ' || c == 127 ? "?" : &s.at[i], 1);
    }
    put_z(l, "\"");
}

void log_write(enum log_level level, const char *event, const struct log_kv *kv, int n)
{
    if ((int)level < threshold) return;
    struct line l = { .n = 0 };
    struct timespec ts;
    struct tm tm;
    char number[64];
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    put(&l, number, strftime(number, sizeof number, "time=%Y-%m-%dT%H:%M:%SZ level=", &tm));
    put_z(&l, names[level]);
    put_z(&l, " event=");
    put_z(&l, event);
    for (int i = 0; i < n; i++) {
        put_z(&l, " ");
        put_z(&l, kv[i].key);
        put_z(&l, "=");
        if (kv[i].kind == LOG_STR) {
            put_text(&l, kv[i].s);
            continue;
        }
        int k = kv[i].kind == LOG_I64 ? snprintf(number, sizeof number, "%lld", (long long)kv[i].i)
                                      : snprintf(number, sizeof number, "%.6g", kv[i].f);
        put(&l, number, (size_t)k);
    }
    put_z(&l, "\n");
    ssize_t done = write(STDERR_FILENO, l.at, l.n);
    (void)done; /* a log that cannot be written must not stop the work */
}
