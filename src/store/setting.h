/* setting.h -- what an operator can change: rows with kind, default, limits and words; values are
 * kept in the store.
 *
 * Promises
 *   - a setting that was never set reads its default.
 *   - a value that does not fit its row is refused with the limits in the message; nothing changes.
 *   - a_secret_is_not_shown: the value of a secret is read by its room alone.
 */
#pragma once

#include "store/store.h"

enum setting_kind {
    SETTING_TEXT,
    SETTING_I64,
    SETTING_MONEY,
    SETTING_FLAG,
    SETTING_CHOICE,
    SETTING_I64S,
    SETTING_MONEYS,
    SETTING_SECRET, /* a text that is never shown again: views say only whether there is one */
};

struct setting {
    const char *name; /* "rfm.recency_days" */
    enum setting_kind kind;
    const char *fallback; /* default, as text: "30,90" */
    const char *choices;  /* "fixed quantile mean" for SETTING_CHOICE */
    i64 min, max;         /* numbers, and each of a list; both 0: no limits */
    const char *zh, *en;  /* what it does */
    /* May refuse a value that the limits allow (an unknown time zone); must not act. */
    enum err (*check)(struct ctx *c, str value);
};
extern const struct setting *const
    *setting_tables; /* of all rooms, set by settings_register; ends with NULL */
void settings_register(const struct room *const *rooms);

#define FIELDS_OF_setting_view(X, N)                                             \
    X(str, name, REQUIRED, "Name", N)                                            \
    X(str, kind, ANY, "text, int, money, flag, choice, ints, moneys, secret", N) \
    X(str, value, ANY, "The value in force", N)                                  \
    X(str, fallback, ANY, "The default", N)                                      \
    X(strs, choices, ANY, "What may be chosen", N)                               \
    X(opt_i64, min, ANY, "At least", N)                                          \
    X(opt_i64, max, ANY, "At most", N)                                           \
    X(str, doc, ANY, "What it does", N)
SHAPE(setting_view);

/* name must be a row: an unknown one is our mistake (assert). */
enum err setting_text(struct ctx *c, const char *name, str *out);
enum err setting_i64(struct ctx *c, const char *name, i64 *out);
enum err setting_flag(struct ctx *c, const char *name, bool *out);
enum err setting_list(struct ctx *c, const char *name, ints *out); /* ints and moneys */
enum err setting_views(struct ctx *c, struct setting_view_list *out);
/* E_NOT_FOUND: no such setting; E_INVALID: does not fit. */
enum err setting_set(struct tx *t, str name, str value);
/* Its value is for its room alone: not for logs, answers, screens. */
bool setting_is_secret(str name);
enum err setting_parse(struct ctx *c, const struct setting *row, str value, ints *list_out);
