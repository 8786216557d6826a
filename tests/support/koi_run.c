/* koi_run.c -- a command in a child, its words in a file. */
#include "support/koi_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/rooms.h"
#include "cli/cli.h"

str koi_run(struct ctx *c, int want, const char *const *words)
{
    char *argv[32] = { str_z(c->arena, S("koi")) };
    int argc = 1, status;
    for (; words[argc - 1]; argc++) argv[argc] = str_z(c->arena, str_of(words[argc - 1]));
    argv[argc++] = str_z(c->arena, test_store_is_pg() ? S("--store") : S("--data"));
    argv[argc++] = str_z(c->arena, test_store_options().where);
    char *path = str_z(c->arena, str_fmt(c->arena, "%s/said", test_folder()));
    fflush(stdout);
    test_store_close();
    pid_t child = fork();
    if (child == 0) {
        int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (file < 0 || dup2(file, 1) < 0 || !freopen("/dev/null", "w", stderr)) _exit(99);
        app_wire();
        int code = cli_main(argc, argv);
        fflush(stdout);
        _exit(code);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK_I64(WEXITSTATUS(status), want);
    CHECK(test_reader() == c);
    struct buf said = { .arena = c->arena };
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    for (int byte; (byte = fgetc(f)) != EOF;) buf_byte(&said, (char)byte);
    fclose(f);
    return buf_str(&said);
}
