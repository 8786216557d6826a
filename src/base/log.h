/* log.h -- one line per event to standard error: level=info event=room.past_tense key=value …
 *
 * Personal data never goes into a log: ids, counts and names of things only. Values are quoted
 * where needed and cut at 200 bytes. Threads: any; a line is written whole.
 */
#pragma once

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };

struct log_kv {
    const char *key;
    enum { LOG_I64, LOG_F64, LOG_STR } kind;
    i64 i;
    f64 f;
    str s;
};

static inline struct log_kv log_i64_(const char *k, i64 v)
{
    return (struct log_kv){ .key = k, .kind = LOG_I64, .i = v };
}
static inline struct log_kv log_f64_(const char *k, f64 v)
{
    return (struct log_kv){ .key = k, .kind = LOG_F64, .f = v };
}
static inline struct log_kv log_str_(const char *k, str v)
{
    return (struct log_kv){ .key = k, .kind = LOG_STR, .s = v };
}
static inline struct log_kv log_z_(const char *k, const char *v)
{
    return (struct log_kv){ .key = k, .kind = LOG_STR, .s = { v, v ? (i64)strlen(v) : 0 } };
}
#define KV(key, value) \
    _Generic((value), str: log_str_, char *: log_z_, const char *: log_z_, double: log_f64_,       \
        default: log_i64_)(key, value)

#define LOG(level, event, ...)                                      \
    log_write(LOG_##level, event, (struct log_kv[]){ __VA_ARGS__ }, \
              (int)(sizeof((struct log_kv[]){ __VA_ARGS__ }) / sizeof(struct log_kv)))

void log_write(enum log_level level, const char *event, const struct log_kv *kv, int n);
void log_level_set(enum log_level level);
bool log_level_parse(str s, enum log_level *out);
