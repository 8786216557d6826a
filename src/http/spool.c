/* spool.c -- bodies that are files: written to the data folder piece by piece, never by an event
 * loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "http/engine.h"

static void write_out(struct request *r)
{
    if (r->spool_fd < 0 && !r->spool_errno) {
        char *path = str_z(r->c.arena, str_fmt(r->c.arena, "%s/upload-XXXXXX", r->http->tmp));
        r->spool_fd = mkostemp(path, O_CLOEXEC);
        if (r->spool_fd < 0) r->spool_errno = errno;
        else r->spool_path = str_of(path);
    }
    for (i64 at = 0; at < r->body.n && !r->spool_errno;) {
        ssize_t n = write(r->spool_fd, r->body.at + at, (size_t)(r->body.n - at));
        if (n >= 0) at += n;
        else if (errno != EINTR) r->spool_errno = errno;
    }
    r->spool_n += r->body.n;
    r->body.n = 0;
}

static void write_piece(struct task *t)
{
    struct request *r = request_of_task(t);
    write_out(r);
    engine_resume(r);
}

enum body_step spool_take(struct request *r, const char *at, i64 n)
{
    if (r->body.n && r->body.n + n > SPOOL_CHUNK) {
        r->task.run = write_piece;
        engine_suspend(r);
        workers_push(r->http->writers, &r->task);
        return BODY_LATER;
    }
    i64 length = SPOOL_CHUNK;
    if (i64_parse(r->headers[H_CONTENT_LENGTH], &length) && length > SPOOL_CHUNK)
        length = SPOOL_CHUNK;
    if (!r->body.room) buf_space(&r->body, length > n ? length : n);
    buf_add(&r->body, (str){ at, n });
    return BODY_TAKEN;
}

enum err spool_finish(struct request *r)
{
    write_out(r);
    if (r->spool_fd >= 0) close(r->spool_fd);
    r->spool_fd = -1;
    if (!r->spool_errno) return OK;
    return fail(&r->c, r->spool_errno == ENOSPC || r->spool_errno == EDQUOT ? E_FULL : E_STORE,
                "上传的文件无法写入磁盘", "the uploaded file cannot be written to disk");
}

void spool_remove(struct request *r)
{
    if (r->spool_fd >= 0) close(r->spool_fd);
    r->spool_fd = -1;
    if (r->spool_path.n && !r->spool_kept) unlink(r->spool_path.at);
}

str upload_path(struct request *r) { return r->spool_path; }
i64 upload_size(struct request *r) { return r->spool_n; }

str upload_keep(struct request *r, str to)
{
    if (rename(r->spool_path.at, str_z(r->c.arena, to)) != 0) return NO_STR;
    r->spool_kept = true;
    return r->spool_path = str_copy(r->c.arena, to);
}

enum err reply_place(struct request *r, str *path)
{
    char *at = str_z(r->c.arena, str_fmt(r->c.arena, "%s/reply-XXXXXX", r->http->tmp));
    int fd = mkostemp(at, O_CLOEXEC);
    if (fd < 0)
        return fail(&r->c, errno == ENOSPC || errno == EDQUOT ? E_FULL : E_STORE,
                    "无法在数据目录里建立临时文件", "cannot make a file in the data folder");
    close(fd);
    *path = str_of(at);
    return OK;
}
