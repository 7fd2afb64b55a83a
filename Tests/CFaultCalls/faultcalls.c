// The calls in front of the C library's. While nothing is armed they cost one atomic load.
#define _GNU_SOURCE
#include "faultcalls.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int is_armed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char prefix[PATH_MAX];
static int64_t left, count, fired;
static int failure, is_lasting;
static char what[PATH_MAX + 64];

void cfc_arm(const char *below, int64_t nth, int number, int lasting) {
  pthread_mutex_lock(&mutex);
  snprintf(prefix, sizeof prefix, "%s/", below);
  left = nth;
  failure = number;
  is_lasting = lasting;
  count = fired = 0;
  what[0] = 0;
  pthread_mutex_unlock(&mutex);
  atomic_store(&is_armed, 1);
}

void cfc_disarm(void) { atomic_store(&is_armed, 0); }

int64_t cfc_count(void) {
  pthread_mutex_lock(&mutex);
  int64_t value = count;
  pthread_mutex_unlock(&mutex);
  return value;
}

int64_t cfc_fired(void) {
  pthread_mutex_lock(&mutex);
  int64_t value = fired;
  pthread_mutex_unlock(&mutex);
  return value;
}

const char *cfc_what(void) { return what; }

// Whether this call fails; sets errno where it does. A full disk fails what needs room alone.
static int fails(const char *call, int needs_room, int folder, const char *name) {
  if (!atomic_load(&is_armed) || (failure == ENOSPC && !needs_room)) return 0;
  int before = errno;
  char path[2 * PATH_MAX], link[64];
  size_t length = 0;
  if (name && name[0] == '/') {
    snprintf(path, sizeof path, "%s", name);
  } else if (folder != AT_FDCWD) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    if (size > 0) length = (size_t)size;
    snprintf(path + length, sizeof path - length, "%s%s", name ? "/" : "", name ? name : "");
  } else {
    path[0] = 0;
  }
  errno = before;
  int is_failing = 0;
  pthread_mutex_lock(&mutex);
  if (atomic_load(&is_armed) && !strncmp(path, prefix, strlen(prefix))) {
    count++;
    if (left > 0 && (count == left || (is_lasting && count > left))) {
      if (!fired++) snprintf(what, sizeof what, "%s %.*s", call, PATH_MAX, path + strlen(prefix));
      is_failing = 1;
    }
  }
  int number = failure;
  pthread_mutex_unlock(&mutex);
  if (is_failing) errno = number;
  return is_failing;
}

ssize_t write(int file, const void *bytes, size_t size) {
  if (fails("write", 1, file, NULL)) {
    // What fits is written: a full disk takes a part.
    int number = errno;
    if (size > 1) (void)!syscall(SYS_write, file, bytes, size / 2);
    errno = number;
    return -1;
  }
  return syscall(SYS_write, file, bytes, size);
}

int renameat(int from, const char *old, int to, const char *new) {
  if (fails("rename", 1, to, new)) return -1;
  return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}

int rename(const char *old, const char *new) {
  if (fails("rename", 1, AT_FDCWD, new)) return -1;
  return (int)syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0);
}

int mkdirat(int folder, const char *name, mode_t mode) {
  if (fails("mkdir", 1, folder, name)) return -1;
  return (int)syscall(SYS_mkdirat, folder, name, mode);
}

int mkdir(const char *name, mode_t mode) {
  if (fails("mkdir", 1, AT_FDCWD, name)) return -1;
  return (int)syscall(SYS_mkdirat, AT_FDCWD, name, mode);
}

int fchmod(int file, mode_t mode) {
  if (fails("chmod", 0, file, NULL)) return -1;
  return (int)syscall(SYS_fchmod, file, mode);
}

int unlinkat(int folder, const char *name, int flags) {
  if (fails("unlink", 0, folder, name)) return -1;
  return (int)syscall(SYS_unlinkat, folder, name, flags);
}

int rmdir(const char *name) {
  if (fails("rmdir", 0, AT_FDCWD, name)) return -1;
  return (int)syscall(SYS_unlinkat, AT_FDCWD, name, AT_REMOVEDIR);
}
