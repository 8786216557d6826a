/* parse_test.c -- one test: which subject, which comparison, which operands fit them. */
#include <assert.h>

#include "audience/language/parse.h"
#include "worth/classes.h"

/* -- operands --------------------------------------------------------------------------------- */

/* Which operands a kind of subject takes: bits 1 << segment_operand_kind. */
static const struct {
    unsigned operands;
    const char *zh, *en;
} takes[FIELD_KINDS] = {
    [FIELD_IS_COUNT] = { 1u << OPERAND_NUMBER, "一个数", "a number" },
    [FIELD_IS_NUMBER] = { 1u << OPERAND_NUMBER, "一个数", "a number" },
    [FIELD_IS_MONEY] = { 1u << OPERAND_NUMBER, "一个金额，如 999 或 99.9",
                         "an amount such as 999 or 99.9" },
    [FIELD_IS_AGE] = { 1u << OPERAND_DURATION | 1u << OPERAND_DATE,
                       "一个时长（如 30d）或日期（如 2024-05-01）",
                       "a duration such as 30d, or a date such as 2024-05-01" },
    [FIELD_IS_DATE] = { 1u << OPERAND_DATE, "一个日期，如 2024-05-01",
                        "a date such as 2024-05-01" },
    [FIELD_IS_FLAG] = { 1u << OPERAND_FLAG, " true 或 false ", "true or false" },
    [FIELD_IS_TEXT] = { 1u << OPERAND_TEXT, "引号里的文字", "a text in quotes" },
    [FIELD_IS_CHOICE] = { 1u << OPERAND_TEXT, "引号里的文字", "a text in quotes" },
    [FIELD_IS_SET] = { 1u << OPERAND_TEXT, "引号里的文字", "a text in quotes" },
};

static bool operand_of_token(struct parser *p, struct segment_operand *out)
{
    const struct token *t = &p->token;
    *out = (struct segment_operand){ .number = t->number, .unit = t->unit };
    switch (t->kind) {
    case TOKEN_NUMBER: out->kind = OPERAND_NUMBER; return true;
    case TOKEN_DURATION: out->kind = OPERAND_DURATION; return true;
    case TOKEN_DATE: out->kind = OPERAND_DATE; return true;
    case TOKEN_TEXT:
        out->kind = OPERAND_TEXT;
        out->text = t->text;
        out->folded = str_fold(parse_ctx(p)->arena, t->text);
        return true;
    case TOKEN_NAME:
        out->kind = OPERAND_FLAG;
        out->number = parse_is_word(p, "true");
        return out->number || parse_is_word(p, "false");
    default: return false;
    }
}

static enum err operand(struct parser *p, unsigned kinds, const char *zh, const char *en,
                        struct segment_operands *out)
{
    struct segment_operand o;
    if (!operand_of_token(p, &o) || !(kinds >> o.kind & 1)) return parse_expected(p, zh, en);
    if (o.kind == OPERAND_TEXT && str_trim(o.text).n == 0)
        return segment_fail(
            &p->lexer, p->token.at, "引号里没有文字；要问有没有值，写 is unknown",
            "there is no text in the quotes; to ask whether there is a value, write is unknown");
    *PUSH(parse_ctx(p)->arena, out) = o;
    return parse_next(p);
}

/* Which of two of one kind is the larger: durations by their length. */
static bool larger(const struct segment_operand *a, const struct segment_operand *b)
{
    if (a->kind != OPERAND_DURATION) return a->number > b->number;
    return a->number * segment_unit_ms(a->unit) > b->number * segment_unit_ms(b->unit);
}

static enum err two_operands(struct parser *p, unsigned kinds, const char *zh, const char *en,
                             struct segment_operands *out)
{
    TRY(operand(p, kinds, zh, en, out));
    TRY(parse_take_word(p, "and"));
    i64 at = p->token.at;
    TRY(operand(p, 1u << out->at[0].kind, zh, en, out));
    if (larger(&out->at[0], &out->at[1]))
        return segment_fail(&p->lexer, at, "between 的第二个值应当不小于第一个",
                            "the second value of between must not be below the first");
    return OK;
}

static enum err some_operands(struct parser *p, unsigned kinds, const char *zh, const char *en,
                              struct segment_operands *out)
{
    TRY(parse_take(p, TOKEN_OPEN, "左括号：in (…, …)", "a parenthesis: in (…, …)"));
    TRY(operand(p, kinds, zh, en, out));
    while (p->token.kind == TOKEN_COMMA) {
        TRY(parse_next(p));
        TRY(operand(p, kinds, zh, en, out));
    }
    return parse_take(p, TOKEN_CLOSE, "逗号或右括号", "a comma or a closing parenthesis");
}

static enum err operands_of(struct parser *p, enum field_kind kind,
                            const struct segment_operator *op, struct segment_operands *out)
{
    if (op->id == OP_KNOWN || op->id == OP_UNKNOWN) return OK;
    if (op->id == OP_WITHIN_NEXT) {
        i64 at = p->token.at;
        TRY(operand(p, 1u << OPERAND_DURATION, "一个时长，如 7d", "a duration such as 7d", out));
        i64 ms = out->at[0].number * segment_unit_ms(out->at[0].unit);
        if (ms % DAY_MS == 0 && ms <= 366 * DAY_MS) return OK;
        return segment_fail(&p->lexer, at, "这里应当是 1 到 366 天", "this is 1 to 366 days");
    }
    const char *zh = takes[kind].zh, *en = takes[kind].en;
    if (op->id == OP_BETWEEN) return two_operands(p, takes[kind].operands, zh, en, out);
    if (op->id == OP_IN) return some_operands(p, takes[kind].operands, zh, en, out);
    return operand(p, takes[kind].operands, zh, en, out);
}

/* -- operators -------------------------------------------------------------------------------- */

/* "in", "within next", "is known": the words are taken one by one. NULL: no operator stands here.
 */
static enum err operator_words(struct parser *p, const struct segment_operator **out)
{
    *out = NULL;
    if (p->token.kind >= TOKEN_IS && p->token.kind <= TOKEN_AT_LEAST) {
        *out = &segment_operators[OP_IS + (p->token.kind - TOKEN_IS)];
        return parse_next(p);
    }
    if (parse_is_word(p, "is")) {
        TRY(parse_next(p));
        if (!parse_is_word(p, "known") && !parse_is_word(p, "unknown"))
            return parse_expected(p, " known 或 unknown ", "known or unknown");
        *out = &segment_operators[parse_is_word(p, "known") ? OP_KNOWN : OP_UNKNOWN];
        return parse_next(p);
    }
    for (i64 i = OP_BETWEEN; i <= OP_WITHIN_NEXT; i++) {
        str first, rest = str_cut(str_of(segment_operators[i].name), ' ', &first);
        if (p->token.kind != TOKEN_NAME || !str_eq_nocase(p->token.text, first)) continue;
        *out = &segment_operators[i];
        TRY(parse_next(p));
        return rest.at ? parse_take_word(p, rest.at) : OK;
    }
    return OK;
}

static str operators_of(struct ctx *c, enum field_kind kind)
{
    struct buf out = { .arena = c->arena };
    for (i64 i = 0; i < OP_HOLDS; i++) {
        if (!operator_accepts(&segment_operators[i], kind)) continue;
        buf_fmt(&out, "%s%s", out.n ? ", " : "", segment_operators[i].name);
    }
    return buf_str(&out);
}

static enum err operator_of(struct parser *p, enum field_kind kind,
                            const struct segment_operator **out)
{
    struct token before = p->token;
    TRY(operator_words(p, out));
    if (*out && operator_accepts(*out, kind)) return OK;
    struct ctx *c = parse_ctx(p);
    str allowed = operators_of(c, kind);
    if (!*out)
        return parse_expected(p, str_fmt(c->arena, "比较（%.*s）", STR_ARG(allowed)).at,
                              str_fmt(c->arena, "a comparison (%.*s)", STR_ARG(allowed)).at);
    if ((*out)->id == OP_IS_NOT && kind == FIELD_IS_SET)
        return segment_fail(&p->lexer, before.at, "有多个值的字段请写 not (… = …)",
                            "of a field with several values write not (… = …)");
    return segment_fail(&p->lexer, before.at, "这个字段不能用 %s；可以用：%.*s",
                        "%s cannot be asked of this; what can: %.*s", (*out)->name,
                        STR_ARG(allowed));
}

/* -- subjects --------------------------------------------------------------------------------- */

static const struct field *field_named(struct parser *p, str name)
{
    str low = str_fold(parse_ctx(p)->arena, name);
    for (i64 i = 0; i < p->fields.n; i++) {
        const struct field *f = &p->fields.at[i];
        if (str_eq(low, str_of(f->name))) return f;
    }
    if ((u8)name.at[0] < 0x80) return NULL;
    if (!p->zh) { /* as Chinese readers call it */
        p->zh = NEWS(parse_ctx(p)->arena, str, p->fields.n);
        for (i64 i = 0; i < p->fields.n; i++)
            p->zh[i] = str_fold(parse_ctx(p)->arena, str_of(p->fields.at[i].zh));
    }
    for (i64 i = 0; i < p->fields.n; i++)
        if (str_eq(low, p->zh[i])) return &p->fields.at[i];
    return NULL;
}

static enum err unknown_name(struct parser *p, str name, i64 at, bool call)
{
    struct ctx *c = parse_ctx(p);
    strs names = { NEWS(c->arena, str, p->fields.n + CALLS), 0 };
    for (i64 i = 0; i < p->fields.n && !call; i++)
        names.at[names.n++] = str_of(p->fields.at[i].name);
    for (i64 i = 0; i < CALLS; i++) names.at[names.n++] = str_of(segment_calls[i].name);
    str near = name_nearest(c->arena, name, names);
    name = parse_clip(name);
    if (!near.at)
        return segment_fail(&p->lexer, at, "没有“%.*s”这个字段或函数",
                            "there is no field or call \"%.*s\"", STR_ARG(name));
    return segment_fail(&p->lexer, at, "没有“%.*s”这个字段或函数；是不是 %.*s？",
                        "there is no field or call \"%.*s\"; did you mean %.*s?", STR_ARG(name),
                        STR_ARG(near));
}

static enum err field_in_quotes(struct parser *p, struct segment_test *t)
{
    TRY(parse_next(p));
    TRY(parse_take(p, TOKEN_OPEN, "左括号：field(\"…\")", "a parenthesis: field(\"…\")"));
    struct token name = p->token;
    TRY(parse_take(p, TOKEN_TEXT, "引号里的字段名", "a field's name in quotes"));
    t->field = field_named(p, name.text);
    if (!t->field) return unknown_name(p, name.text, name.at, false);
    return parse_take(p, TOKEN_CLOSE, "右括号", "a closing parenthesis");
}

static const struct segment_call *call_named(str name)
{
    for (i64 i = 0; i < CALLS; i++)
        if (str_eq_nocase(name, str_of(segment_calls[i].name))) return &segment_calls[i];
    return NULL;
}

/* -- arguments of calls ----------------------------------------------------------------------- */

static enum err prop_name(struct parser *p, str *out)
{
    if (p->token.kind != TOKEN_NAME && p->token.kind != TOKEN_TEXT)
        return parse_expected(p, "时长（如 7d）或属性名（如 category = \"面膜\"）",
                              "a duration such as 7d, or a property such as category = \"mask\"");
    *out = p->token.text;
    if (out->n == 0 || out->n > 100 || str_has(*out, '"') || str_has(*out, '\\'))
        return segment_fail(&p->lexer, p->token.at,
                            "属性名应当有 1 到 100 个字节，不含引号和反斜线",
                            "a property's name has 1 to 100 bytes without quotes and backslashes");
    return parse_next(p);
}

static enum err prop(struct parser *p, struct segment_test *t)
{
    static const enum field_kind kind_of[] = { [OPERAND_NUMBER] = FIELD_IS_NUMBER,
                                               [OPERAND_TEXT] = FIELD_IS_TEXT,
                                               [OPERAND_FLAG] = FIELD_IS_FLAG };
    struct segment_prop one = { 0 };
    struct segment_operand o;
    TRY(prop_name(p, &one.name));
    i64 at = p->token.at;
    TRY(operator_words(p, &one.op));
    if (!one.op || one.op->id == OP_KNOWN || one.op->id == OP_UNKNOWN ||
        one.op->id == OP_WITHIN_NEXT)
        return segment_fail(&p->lexer, at,
                            "属性名后面应当是比较：= != < <= > >= between in contains starts with",
                            "after a property's name comes a comparison: = != < <= > >= between in "
                            "contains starts with");
    struct token value = p->token;
    struct lexer saved = p->lexer;
    if (one.op->id == OP_IN && value.kind == TOKEN_OPEN)
        TRY(parse_next(p)); /* the kind of the first decides */
    bool known = operand_of_token(p, &o) && o.kind <= OPERAND_FLAG && o.kind != OPERAND_DURATION &&
                 o.kind != OPERAND_DATE;
    if (!known)
        return parse_expected(p, "文字（加引号）、数、true 或 false",
                              "a text in quotes, a number, true or false");
    p->lexer = saved;
    p->token = value;
    enum field_kind kind = kind_of[o.kind];
    if (!operator_accepts(one.op, kind))
        return segment_fail(&p->lexer, at, "%s 不能与这样的值比较",
                            "%s does not go with such a value", one.op->name);
    TRY(operands_of(p, kind, one.op, &one.operands));
    *PUSH(parse_ctx(p)->arena, &t->props) = one;
    return OK;
}

static enum err call_window(struct parser *p, struct segment_test *t)
{
    struct segment_operands o = { 0 };
    TRY(operand(p, 1u << OPERAND_DURATION, "一个时长，如 30d", "a duration such as 30d", &o));
    t->window = o.at[0];
    return OK;
}

static enum err call_name(struct parser *p, struct segment_test *t)
{
    i64 at = p->token.at;
    t->name = p->token.text;
    TRY(parse_take(p, TOKEN_TEXT, "引号里的名称", "a name in quotes"));
    t->folded = str_fold(parse_ctx(p)->arena, str_trim(t->name));
    if (t->folded.n == 0)
        return segment_fail(&p->lexer, at, "引号里没有名称", "there is no name in the quotes");
    return t->call->id == CALL_IN_SEGMENT ? parse_saved(p, t, at) : OK;
}

static enum err call_arguments(struct parser *p, struct segment_test *t)
{
    const struct segment_call *call = t->call;
    TRY(parse_take(p, TOKEN_OPEN, "左括号", "a parenthesis"));
    if (call->named) TRY(call_name(p, t));
    if (call->window && !call->named) TRY(call_window(p, t));
    while (p->token.kind == TOKEN_COMMA && call->props) {
        TRY(parse_next(p));
        if (p->token.kind == TOKEN_DURATION && !t->window.number && !t->props.n)
            TRY(call_window(p, t));
        else TRY(prop(p, t));
    }
    if (call->props)
        return parse_take(p, TOKEN_CLOSE, "逗号或右括号", "a comma or a closing parenthesis");
    return parse_take(p, TOKEN_CLOSE, "右括号", "a closing parenthesis");
}

static enum err subject(struct parser *p, struct segment_test *t)
{
    struct token name = p->token;
    if (name.kind != TOKEN_NAME)
        return parse_expected(p, "条件，如 orders(30d) >= 2 或 city = \"上海\"",
                              "a condition such as orders(30d) >= 2 or city = \"Shanghai\"");
    if (parse_is_word(p, "field")) return field_in_quotes(p, t);
    const struct segment_call *call = call_named(name.text);
    bool word = segment_word(name.text) && !call;
    if (word)
        return parse_expected(p, "条件，这是语言自己的词",
                              "a condition; this is a word of the language");
    TRY(parse_next(p));
    bool open = p->token.kind == TOKEN_OPEN;
    t->field = call && (call->alone || open) ? NULL : field_named(p, name.text);
    if (t->field && open)
        return segment_fail(&p->lexer, p->token.at, "%s 后面不带括号", "%s takes no parentheses",
                            t->field->name);
    if (t->field) return OK;
    if (!call) return unknown_name(p, name.text, name.at, open);
    t->call = call;
    if (call->alone && open)
        return segment_fail(&p->lexer, p->token.at, "%s 后面不带括号", "%s takes no parentheses",
                            call->name);
    return call->alone ? OK : call_arguments(p, t);
}

/* -- whole tests ------------------------------------------------------------------------------ */

static enum err class_check(struct parser *p, const struct segment_test *t, i64 at)
{
    for (i64 i = 0; i < t->operands.n; i++) {
        bool known = false;
        for (int k = 0; k < CLASSES; k++)
            known |= str_eq(t->operands.at[i].folded, str_of(class_rows[k].folded));
        if (known) continue;
        if (t->op->id == OP_IS || t->op->id == OP_IS_NOT || t->op->id == OP_IN)
            return segment_fail(&p->lexer, at, "class 只有 \"A\"、\"B\"、\"C\"",
                                "class is \"A\", \"B\" or \"C\"");
    }
    return OK;
}

/* "沉睡" and "dormant" are one value: it is asked for as it is kept. */
static enum err choices_check(struct parser *p, struct segment_test *t, i64 at)
{
    struct ctx *c = parse_ctx(p);
    bool whole = t->op->id == OP_IS || t->op->id == OP_IS_NOT || t->op->id == OP_IN;
    for (i64 i = 0; i < t->operands.n && whole; i++) {
        struct segment_operand *o = &t->operands.at[i];
        const struct field_choice *choice = field_choice_named(c->arena, t->field, o->folded);
        if (!choice) {
            struct buf names = { .arena = c->arena };
            for (choice = t->field->choices; choice->value; choice++)
                buf_fmt(&names, "%s\"%s\"", names.n ? ", " : "",
                        c->locale == ZH ? choice->value : choice->en);
            return segment_fail(&p->lexer, at, "%s 没有“%.*s”这个值；有：%.*s",
                                "%s is never \"%.*s\"; it is one of: %.*s", t->field->name,
                                STR_ARG(parse_clip(o->text)), STR_ARG(buf_str(&names)));
        }
        o->folded = str_fold(c->arena, str_of(choice->value));
    }
    return OK;
}

static bool stands_ordered(const struct parser *p)
{
    const struct segment_operator *op = segment_operators;
    if (parse_is_word(p, "between")) return true;
    for (i64 i = OP_BELOW; i <= OP_AT_LEAST; i++)
        if (p->token.kind == TOKEN_IS + (op[i].id - OP_IS)) return true;
    return false;
}

/* tier >= "达人": the same as tier_rank >= 3, whatever the ladder says when it is read. */
static enum err ranked_test(struct parser *p, struct segment_test *t)
{
    const char *zh = takes[FIELD_IS_TEXT].zh, *en = takes[FIELD_IS_TEXT].en;
    const struct field *f = t->field;
    struct segment_operands words = { 0 };
    i64 at[2];
    TRY(operator_words(p, &t->op));
    at[0] = p->token.at;
    TRY(operand(p, 1u << OPERAND_TEXT, zh, en, &words));
    if (t->op->id == OP_BETWEEN) {
        TRY(parse_take_word(p, "and"));
        at[1] = p->token.at;
        TRY(operand(p, 1u << OPERAND_TEXT, zh, en, &words));
    }
    t->field = field_named(p, str_of(f->ranked));
    assert(t->field && t->field->kind == FIELD_IS_COUNT);
    for (i64 i = 0; i < words.n; i++) {
        i64 rank;
        enum err e = f->rank(parse_ctx(p), words.at[i].text, &rank);
        if (e == E_NOT_FOUND)
            return segment_fail(&p->lexer, at[i], "%s 没有“%.*s”这个值", "%s is never \"%.*s\"",
                                f->name, STR_ARG(parse_clip(words.at[i].text)));
        TRY(e);
        *PUSH(parse_ctx(p)->arena, &t->operands) =
            (struct segment_operand){ .kind = OPERAND_NUMBER, .number = rank * MONEY_UNIT };
    }
    if (words.n == 2 && larger(&t->operands.at[0], &t->operands.at[1]))
        return segment_fail(&p->lexer, at[1], "between 的第二个值应当不小于第一个",
                            "the second value of between must not be below the first");
    return OK;
}

enum err parse_test(struct parser *p, struct segment_test *t)
{
    TRY(subject(p, t));
    if (t->field && t->field->rank && stands_ordered(p)) return ranked_test(p, t);
    enum field_kind kind = segment_test_kind(t);
    bool compared = p->token.kind >= TOKEN_IS || parse_is_word(p, "between") ||
                    parse_is_word(p, "in") || parse_is_word(p, "is");
    t->op = &segment_operators[OP_HOLDS];
    if (kind == FIELD_KINDS) return OK;
    if (t->call && t->call->named && !compared) { /* did("…") alone: at least once */
        t->op = &segment_operators[OP_AT_LEAST];
        *PUSH(parse_ctx(p)->arena, &t->operands) =
            (struct segment_operand){ .kind = OPERAND_NUMBER, .number = MONEY_UNIT };
        return OK;
    }
    TRY(operator_of(p, kind, &t->op));
    i64 at = p->token.at;
    TRY(operands_of(p, kind, t->op, &t->operands));
    for (i64 i = 0; i < t->operands.n; i++) t->operands.at[i].place = t->field && t->field->place;
    if (t->field && t->field->choices) return choices_check(p, t, at);
    return t->call && t->call->id == CALL_CLASS ? class_check(p, t, at) : OK;
}
