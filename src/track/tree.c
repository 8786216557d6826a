/* tree.c -- reads JSON of any form within bounds, and asks it for texts, ids, moments and money. */
#include "track/tree.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"

/* jansson recurses, and each value costs it many times its text: both are looked at before it
 * reads. */
static bool too_much(str text)
{
    i64 depth = 0, values = 0;
    bool quoted = false;
    for (i64 i = 0; i < text.n; i++) {
        char ch = text.at[i];
        if (quoted) {
            if (ch == '\\') i++;
            else if (ch == '"') quoted = false;
        } else if (ch == '"') {
            quoted = true;
        } else if (ch == '{' || ch == '[') {
            if (++depth > TREE_DEPTH_MAX) return true;
        } else if (ch == ',') {
            if (++values > TREE_VALUES_MAX) return true;
        } else if (ch == '}' || ch == ']') {
            depth--;
        }
    }
    return false;
}

/* While a thread reads, the tree is made in its arena: thousands of small pieces that end together.
 * Such a tree is never released, and what jansson makes at other times is released as ever. */
static _Thread_local struct arena *making;

static void *piece_make(size_t n) { return making ? arena_alloc(making, 1, (i64)n) : malloc(n); }
static void piece_free(void *piece)
{
    if (!making) free(piece);
}
static void pieces_set(void) { json_set_alloc_funcs(piece_make, piece_free); }

static json_t *load(struct arena *a, str text, size_t flags, json_error_t *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, pieces_set);
    making = a;
    json_t *tree = json_loadb(text.at ? text.at : "", (size_t)text.n, flags, why);
    making = NULL;
    return tree;
}

enum err tree_read(struct ctx *c, str text, const json_t **out)
{
    if (too_much(text))
        return fail(c, E_INVALID, "JSON 嵌套超过 %d 层，或多于 %lld 个值",
                    "the JSON is nested more than %d deep, or has more than %lld values",
                    TREE_DEPTH_MAX, (long long)TREE_VALUES_MAX);
    json_error_t why;
    json_t *tree = load(c->arena, text, 0, &why);
    /* A whole number of 20 digits is JSON too: it only does not fit one of ours. */
    if (!tree && json_error_code(&why) == json_error_numeric_overflow)
        tree = load(c->arena, text, JSON_DECODE_INT_AS_REAL, &why);
    if (!tree)
        return fail(c, E_INVALID, "不是有效的 JSON（第 %d 行第 %d 列）",
                    "this is not valid JSON (line %d, column %d)", why.line, why.column);
    *out = tree;
    return OK;
}

static str text_of(const json_t *value)
{
    if (!json_is_string(value) || json_string_length(value) == 0) return NO_STR;
    return (str){ json_string_value(value), (i64)json_string_length(value) };
}

str tree_str(const json_t *object, const char *name)
{
    return str_trim(text_of(json_object_get(object, name)));
}

str tree_scalar(struct arena *a, const json_t *value)
{
    if (json_is_integer(value)) return str_fmt(a, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value)) return str_fmt(a, "%.15g", json_real_value(value));
    if (json_is_boolean(value)) return json_is_true(value) ? S("true") : S("false");
    return str_trim(text_of(value));
}

str tree_id(struct arena *a, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_boolean(value) ? NO_STR : tree_scalar(a, value);
}

bool tree_instant(struct ctx *c, const json_t *object, const char *name, instant *out)
{
    const json_t *value = json_object_get(object, name);
    if (json_is_integer(value)) {
        *out = json_integer_value(value);
        return *out >= INSTANT_FIRST && *out <= INSTANT_LAST;
    }
    return json_is_string(value) && instant_parse(c->zone, text_of(value), false, out);
}

/* Amounts are decimals: what a double holds of one is rounded back to the four places money has. */
bool tree_money(const json_t *value, money *out)
{
    char text[64];
    if (json_is_integer(value)) {
        i64 whole = json_integer_value(value);
        return money_times(MONEY_UNIT, whole, out);
    }
    if (json_is_real(value)) {
        f64 number = json_real_value(value);
        if (!(number > -1e13 && number < 1e13)) return false;
        int n = snprintf(text, sizeof text, "%.4f", number);
        return money_parse((str){ text, n }, out);
    }
    str told = text_of(value);
    return told.n && money_parse_loose(told, out);
}

i64 tree_size(const json_t *value)
{
    return (i64)json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
}
