/* types.h -- the few value types every room speaks: numbers, strings, money, instants, optionals.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef double f64;
typedef bool flag;

/* A piece of UTF-8 text: not owned, not terminated. `at == NULL` means absent (SQL NULL). */
typedef struct str {
    const char *at;
    i64 n;
} str;

/* Money: ten-thousandths of the currency's unit (1.00 yuan = 10000), see docs/decisions/0002. */
typedef i64 money;
#define MONEY_UNIT ((money)10000)

/* A moment: milliseconds since 1970-01-01 UTC. */
typedef i64 instant;
#define SECOND_MS ((i64)1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

/* A calendar day of the programme: days since 1970-01-01. */
typedef i32 day;

/* A value that may be absent: SQL NULL, a missing JSON member. */
typedef struct opt_i64 {
    bool has;
    i64 value;
} opt_i64;
typedef opt_i64 opt_money;
typedef opt_i64 opt_instant;
typedef struct opt_f64 {
    bool has;
    f64 value;
} opt_f64;
typedef struct opt_flag {
    bool has;
    bool value;
} opt_flag;

#define SOME(x) ((opt_i64){ true, (x) })
#define NONE    ((opt_i64){ false, 0 })

/* Lists that cross doors: an array in somebody's arena. */
typedef struct strs {
    str *at;
    i64 n;
} strs;
typedef struct ints {
    i64 *at;
    i64 n;
} ints;

#define COUNT(array) ((i64)(sizeof(array) / sizeof((array)[0])))

/* Results that may not be ignored: clang honours it on the enum, gcc on functions. */
#ifdef __clang__
#define MUST_CHECK __attribute__((warn_unused_result))
#else
#define MUST_CHECK
#endif
#define FORMAT(fmt, first) __attribute__((format(printf, fmt, first)))
