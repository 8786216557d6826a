/* merge.c -- what was done follows its member into a merge, and comes back. Nothing is given for
 * what both had done, nor for a streak that both together make: the next day sees to that. */
#include "loyalty/tasks/inside.h"

QUERY(q_done_numbers, one_i64, "SELECT number AS value FROM task_done WHERE member = $1");
CHANGE(c_done_all, "UPDATE task_done SET member = $2 WHERE member = $1");
CHANGE(c_done_back, "UPDATE task_done SET member = $2 WHERE member = $1 AND number = $3");
QUERY(q_had_numbers, one_i64, "SELECT number AS value FROM task_milestone_had WHERE member = $1");
CHANGE(c_had_all, "UPDATE task_milestone_had SET member = $2 WHERE member = $1");
CHANGE(c_had_back, "UPDATE task_milestone_had SET member = $2 WHERE member = $1 AND number = $3");
QUERY(q_proof_numbers, one_i64, "SELECT number AS value FROM task_proof WHERE member = $1");
CHANGE(c_proof_all, "UPDATE task_proof SET member = $2 WHERE member = $1");
CHANGE(c_proof_back, "UPDATE task_proof SET member = $2 WHERE member = $1 AND number = $3");
QUERY(q_device_numbers, one_i64, "SELECT number AS value FROM task_device WHERE member = $1");
CHANGE(c_device_all, "UPDATE task_device SET member = $2 WHERE member = $1");
CHANGE(c_device_back, "UPDATE task_device SET member = $2 WHERE member = $1 AND number = $3");
QUERY(q_lock_numbers, one_i64, "SELECT number AS value FROM birthday_lock WHERE member = $1");
CHANGE(c_lock_all, "UPDATE birthday_lock SET member = $2 WHERE member = $1");
CHANGE(c_lock_back, "UPDATE birthday_lock SET member = $2 WHERE member = $1 AND number = $3");
CHANGE(c_device_forget, "DELETE FROM task_device WHERE member = $1");
CHANGE(c_proof_forget, "UPDATE task_proof SET url = NULL, text = NULL, note = NULL, decided_at ="
                       " COALESCE(decided_at, $2), state = CASE WHEN state = 'waiting' THEN"
                       " 'rejected' ELSE state END WHERE member = $1");

/* Tables whose rows go along; a note is number * TABLES + table. */
static const struct {
    struct query *numbers, *all, *back;
} tables[] = {
    { &q_done_numbers, &c_done_all, &c_done_back },
    { &q_had_numbers, &c_had_all, &c_had_back },
    { &q_proof_numbers, &c_proof_all, &c_proof_back },
    { &q_device_numbers, &c_device_all, &c_device_back },
    { &q_lock_numbers, &c_lock_all, &c_lock_back },
};
enum { NOTE_TABLES = 8 };

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    for (i64 k = 0; k < COUNT(tables); k++) {
        struct one_i64_list rows = { 0 };
        TRY(db_all(t->c, tables[k].numbers, &rows, ARGS(loser)));
        for (i64 i = 0; i < rows.n; i++)
            TRY(merge_note(t, merge, "tasks", rows.at[i].value * NOTE_TABLES + k));
        if (rows.n) TRY(tx_change(t, tables[k].all, ARGS(loser, winner)));
    }
    return OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++)
        TRY(tx_change(t, tables[noted.at[i] % NOTE_TABLES].back,
                      ARGS(winner, loser, noted.at[i] / NOTE_TABLES)));
    return OK;
}

static enum err erased(struct tx *t, i64 living, ints ids)
{
    (void)ids; /* their rows are his */
    TRY(tx_change(t, &c_device_forget, ARGS(living)));
    return tx_change(t, &c_proof_forget, ARGS(living, t->c->now));
}

static enum err known(struct ctx *c, i64 living, struct person_part_list *out)
{
    struct task_proof_view_list proofs = { 0 };
    TRY(task_proofs_of(c, living, &proofs));
    person_tell(c, out, "proofs", &task_proof_view_shape, proofs.at, proofs.n);
    return OK;
}

const struct merge_listener task_merges = {
    .room = "tasks", .moved = moved, .parted = parted, .erased = erased, .known = known
};
