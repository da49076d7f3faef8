/* Loaded before the C library: one sync of a file with a certain ending fails, and the ones after it succeed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int has_ending(int fd, const char *ending) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < (ssize_t)strlen(ending)) return 0;
    path[length] = 0;
    return strcmp(path + length - strlen(ending), ending) == 0;
}

static int fails(int fd) {
    static atomic_int calls;
    const char *ending = getenv("CRASH_SYNC_ENDING"), *after = getenv("CRASH_SYNC_AFTER");
    if (!ending || !after || !has_ending(fd, ending)) return 0;
    return atomic_fetch_add(&calls, 1) == atoi(after);
}

static int sync_as(const char *name, int fd) {
    if (fails(fd)) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

int fsync(int fd) { return sync_as("fsync", fd); }

int fdatasync(int fd) { return sync_as("fdatasync", fd); }
