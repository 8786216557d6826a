/* lock.c -- one server per data folder: an flock on koi.lock, with a line that says who holds it.
 */
#include "app/serve.h"

#include "base/clock.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The lock ends with the process, however it ends: the file stays and means nothing by itself. */
static void unlock(void *arg) { close((int)(intptr_t)arg); }

static enum err refuse_second(struct ctx *c, str data, int fd)
{
    char text[96] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    str since, pid;
    since = str_cut(str_trim((str){ text, n > 0 ? n : 0 }), ' ', &pid);
    instant at;
    if (instant_parse(c->zone, since, false, &at)) since = instant_text(c->arena, c->zone, at);
    close(fd);
    return fail(c, E_CONFLICT,
                "数据目录 " STR_FMT " 正被另一个服务使用（进程 " STR_FMT "，自 " STR_FMT
                " 起）：请先停止它，或用 --data 指定别的目录",
                "the data folder " STR_FMT " is held by another server (process " STR_FMT
                ", since " STR_FMT "): stop it first, or name another folder with --data",
                STR_ARG(data), STR_ARG(str_or(pid, S("?"))), STR_ARG(str_or(since, S("?"))));
}

enum err folder_lock(struct ctx *c, str data)
{
    const char *folder = str_z(c->arena, data);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(c, E_STORE, "不能建立数据目录 %s：%s", "cannot make the data folder %s: %s",
                    folder, strerror(errno));
    const char *path = str_fmt(c->arena, "%s/koi.lock%c", folder, 0).at;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(c, E_STORE, "不能打开 %s：%s", "cannot open %s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) return refuse_second(c, data, fd);
    arena_defer(c->arena, unlock, (void *)(intptr_t)fd);
    str line = str_fmt(c->arena, "%lld " STR_FMT "\n", (long long)getpid(),
                       STR_ARG(instant_iso(c->arena, c->now)));
    if (ftruncate(fd, 0) != 0 || pwrite(fd, line.at, (size_t)line.n, 0) != line.n)
        return fail(c, E_STORE, "不能写入 %s：%s", "cannot write %s: %s", path, strerror(errno));
    return OK;
}
