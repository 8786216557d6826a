/* classes.c -- which class and which scene tags what a member did makes. */
#include "worth/classes.h"

#include "store/setting.h"

const struct class_row class_rows[CLASSES] = {
    { "A", "a", true, 0, 0 },
    { "B", "b", false, 1, 1 },
    { "C", "c", false, 2, INT64_MAX },
};

const struct class_row *class_find(str name)
{
    for (int i = 0; i < CLASSES; i++)
        if (str_eq(name, str_of(class_rows[i].name))) return &class_rows[i];
    return NULL;
}

const struct class_row *class_fitting(i64 purchases, bool community)
{
    for (int i = 0; i < CLASSES; i++) {
        const struct class_row *row = &class_rows[i];
        if (purchases >= row->least && purchases <= row->most && (community || !row->community))
            return row;
    }
    return NULL;
}

const struct field_choice scene_choices[] = { { SCENE_NEW, "new" },
                                              { SCENE_ACTIVE, "active" },
                                              { SCENE_DORMANT, "dormant" },
                                              { SCENE_HIGH, "high_value" },
                                              { 0 } };

static enum err term_read(struct ctx *c, const char *setting, instant at, struct scene_term *out)
{
    TRY(setting_i64(c, setting, &out->days));
    out->from = at - out->days * DAY_MS;
    return OK;
}

enum err scene_terms_read(struct ctx *c, instant at, struct scene_terms *out)
{
    out->at = at;
    TRY(term_read(c, "scene.new_days", at, &out->new));
    TRY(term_read(c, "scene.active_days", at, &out->active));
    return term_read(c, "scene.dormant_days", at, &out->dormant);
}

void marks_of(const struct scene_terms *t, const struct standing *s, bool mark[MARKS])
{
    const struct class_row *class = class_fitting(s->purchases, s->community);
    for (int i = 0; i < CLASSES; i++) mark[MARK_A + i] = class == &class_rows[i];
    mark[MARK_NEW] = s->purchases > 0 && s->first_bought >= t->new.from;
    mark[MARK_ACTIVE] = s->last_act >= t->active.from;
    mark[MARK_DORMANT] = s->last_act < t->dormant.from;
    mark[MARK_HIGH] = s->high_value;
}
