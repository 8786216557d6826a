/* event.c -- an event as people write it in a funnel: a name, perhaps with conditions: a did test.
 */
#include "audience/ask.h"
#include "audience/language/parse.h"

/* Product Viewed (category = "面膜"): the name ends at the parenthesis that the text closes with.
 */
static bool named_with_conditions(str text, str *name, str *conditions)
{
    i64 open = -1;
    for (i64 i = 0; i < text.n && open < 0; i++)
        if (text.at[i] == '(') open = i;
    if (open <= 0 || text.at[text.n - 1] != ')') return false;
    *name = str_trim(str_sub(text, 0, open));
    *conditions = str_trim(str_sub(text, open + 1, text.n - 1));
    return true;
}

/* did("…", …) as it would be written in a segment. */
static str event_as_test(struct ctx *c, str text)
{
    struct buf out = { .arena = c->arena };
    str name = text, conditions = NO_STR, low = str_lower(c->arena, text);
    if (str_starts(low, S("did("))) return text;
    bool open = named_with_conditions(text, &name, &conditions);
    bool quoted = name.n > 1 && name.at[0] == '"' && name.at[name.n - 1] == '"';
    buf_add(&out, S("did("));
    if (quoted) buf_add(&out, name);
    else segment_quote(&out, name);
    if (open && conditions.n) {
        buf_add(&out, S(", "));
        buf_add(&out, conditions);
    }
    buf_byte(&out, ')');
    return buf_str(&out);
}

enum err segment_parse_event(struct ctx *c, str text, struct segment_test *out)
{
    const struct segment_node *tree;
    text = str_trim(text);
    if (text.n == 0)
        return fail_at(c, E_INVALID, S("1:1"), "这里应当是一个行为，如 Product Viewed",
                       "expected an event such as Product Viewed");
    if (text.at[0] != '"' && text.at[text.n - 1] != ')' && str_find(text, S("(")) >= 0)
        return fail_at(c, E_INVALID, S("1:1"),
                       "“" STR_FMT "”的括号没有合上；名称里真有括号的，请加引号",
                       "\"" STR_FMT "\" opens a parenthesis that nothing closes; a name that has"
                       " one stands in quotes",
                       STR_ARG(text));
    TRY(segment_parse(c, event_as_test(c, text), &tree));
    bool event = tree->kind == NODE_TEST && tree->test.call && tree->test.call->id == CALL_DID &&
                 tree->test.op->id == OP_AT_LEAST && tree->test.operands.at[0].number == MONEY_UNIT;
    if (!event)
        return fail_at(c, E_INVALID, S("1:1"),
                       "这里只能是一个行为，如 Product Viewed (category = \"面膜\")",
                       "this is one event, such as Product Viewed (category = \"mask\")");
    *out = tree->test;
    return OK;
}
