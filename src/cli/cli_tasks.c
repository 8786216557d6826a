/* cli_tasks.c -- koi tasks list: what members are asked to do, through the same door as the
 * console.
 */
#include "cli/local.h"

static enum err run_list(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/tasks") };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_READS));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, "id code kind opened often zh en");
    return OK;
}

const struct verb task_verbs[] = {
    { "tasks list", NULL, "任务：种类、是否开放、多久一次", "tasks: kind, open or shut, how often",
      NULL, run_list, 0, 0 },
    { 0 },
};
