/* tree.c -- reads JSON of any form within bounds, and asks it for texts, ids, moments and money. */
#include "track/tree.h"

#include <stdio.h>

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

static void drop(void *tree) { json_decref(tree); }

enum err tree_read(struct ctx *c, str text, const json_t **out)
{
    if (too_much(text))
        return fail(c, E_INVALID, "JSON 嵌套超过 %d 层，或多于 %lld 个值",
                    "the JSON is nested more than %d deep, or has more than %lld values",
                    TREE_DEPTH_MAX, (long long)TREE_VALUES_MAX);
    json_error_t why;
    json_t *tree = json_loadb(text.at ? text.at : "", (size_t)text.n, 0, &why);
    /* A whole number of 20 digits is JSON too: it only does not fit one of ours. */
    if (!tree && json_error_code(&why) == json_error_numeric_overflow)
        tree = json_loadb(text.at, (size_t)text.n, JSON_DECODE_INT_AS_REAL, &why);
    if (!tree)
        return fail(c, E_INVALID, "不是有效的 JSON（第 %d 行第 %d 列）",
                    "this is not valid JSON (line %d, column %d)", why.line, why.column);
    arena_defer(c->arena, drop, tree);
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
        return *out > -(i64)1e15 && *out < (i64)1e15;
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
