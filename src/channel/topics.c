/* topics.c -- what messages are about: rows of all rooms. */
#include <assert.h>

#include "channel/inside.h"

SHAPE_DEFINE(topic_view);

#define TABLES_MAX 32

const struct topic channel_topics[] = {
    { "channel.endpoint_off", "推送地址因长期失败被停用",
      "An endpoint was switched off after failing for long" },
    { "channel.held", "推送过多，部分被拦下", "Too many messages: some were held back" },
    { "channel.test", "测试推送", "A test" },
    { 0 },
};

static const struct topic *tables[TABLES_MAX + 1];

const struct topic *topic_find(str name)
{
    for (const struct topic **t = tables; *t; t++)
        for (const struct topic *row = *t; row->name; row++)
            if (str_eq(str_of(row->name), name)) return row;
    return NULL;
}

void topics_register(const struct room *const *rooms)
{
    i64 n = 0;
    memset(tables, 0, sizeof tables);
    for (i64 i = 0; rooms[i]; i++) {
        if (!rooms[i]->topics) continue;
        assert(n < TABLES_MAX);
        tables[n++] = rooms[i]->topics;
    }
}

void topic_views(struct ctx *c, struct topic_view_list *out)
{
    *out = (struct topic_view_list){ 0 };
    for (const struct topic **t = tables; *t; t++)
        for (const struct topic *row = *t; row->name; row++)
            *PUSH(c->arena, out) =
                (struct topic_view){ str_of(row->name), say(c, str_of(row->zh), str_of(row->en)) };
}
