#define _GNU_SOURCE
#include "clinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Static_assert(GL_O_PATH == O_PATH, "O_PATH differs on this machine");

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int open_beneath(int dirfd, const char *path, int flags, mode_t mode) {
  struct open_how how = {
      .flags = (uint64_t)(flags | O_CLOEXEC),
      .mode = (flags & O_CREAT) ? mode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
  };
  // EAGAIN: the kernel could not prove that a ".." stayed beneath while something was renamed.
  for (int attempt = 0; attempt < 16; attempt++) {
    long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
    if (fd >= 0) return (int)fd;
    if (errno != EINTR && errno != EAGAIN) break;
  }
  return -errno;
}

int gl_open_beneath(int dirfd, const char *path, int flags, mode_t mode) {
  return open_beneath(dirfd, path, flags, mode);
}

int gl_has_openat2(void) {
  int fd = open_beneath(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
  if (fd < 0) return fd;
  close(fd);
  return 1;
}

int gl_become_subreaper(void) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

int gl_is_subreaper(void) {
  int is = 0;
  if (prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0) != 0) return 0;
  return is != 0;
}

// A pass over the threads that there are: how many it changed, or a negated errno.
static int change_to_batch(void) {
  DIR *threads = opendir("/proc/self/task");
  if (!threads) return -errno;
  int changed = 0, error = 0;
  for (struct dirent *entry; (entry = readdir(threads));) {
    pid_t thread = atoi(entry->d_name);
    if (thread <= 0 || sched_getscheduler(thread) != SCHED_OTHER) continue;
    struct sched_param none = {0};
    if (sched_setscheduler(thread, SCHED_BATCH, &none) == 0) {
      changed++;
    } else if (errno != ESRCH) {
      error = -errno;
    }
  }
  closedir(threads);
  return error ? error : changed;
}

int gl_run_as_batch(void) {
  // Until a pass finds nothing, since a thread that was not changed yet may have started another; not for
  // ever, since there are systems that only say that they did it.
  int changed = 0;
  for (int pass = 0; pass < 8; pass++) {
    int more = change_to_batch();
    if (more < 0) return more;
    if (more == 0) break;
    changed += more;
  }
  return changed;
}

static int ended(idtype_t type, id_t id) {
  siginfo_t info = {0};
  if (waitid(type, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return errno == ECHILD ? 1 : 0;
  }
  return info.si_pid != 0;
}

int gl_child_ended(int pidfd) { return ended((idtype_t)P_PIDFD, (id_t)pidfd); }

int gl_child_ended_pid(pid_t pid) { return ended(P_PID, (id_t)pid); }

int gl_wait_for_end(int pidfd, int milliseconds) {
  struct pollfd watched = {.fd = pidfd, .events = POLLIN};
  return poll(&watched, 1, milliseconds) == 1;
}

int gl_reap(pid_t pid) {
  int status;
  pid_t got = waitpid(pid, &status, WNOHANG);
  return got >= 0 ? got : -errno;
}

int gl_memory_file(const void *bytes, size_t length) {
  int fd = (int)syscall(SYS_memfd_create, "goalledger", MFD_CLOEXEC);
  if (fd < 0) return -errno;
  size_t done = 0;
  while (done < length) {
    ssize_t n = write(fd, (const char *)bytes + done, length - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      int failure = -errno;
      close(fd);
      return failure;
    }
    done += (size_t)n;
  }
  if (lseek(fd, 0, SEEK_SET) != 0) {
    int failure = -errno;
    close(fd);
    return failure;
  }
  return fd;
}

static void fill(struct gl_status *out, const struct stat *s) {
  out->mode = s->st_mode & 07777;
  out->links = (uint64_t)s->st_nlink;
  out->size = (int64_t)s->st_size;
  out->inode = (uint64_t)s->st_ino;
  out->device = (uint64_t)s->st_dev;
  if (S_ISREG(s->st_mode)) out->kind = GL_KIND_FILE;
  else if (S_ISDIR(s->st_mode)) out->kind = GL_KIND_FOLDER;
  else if (S_ISLNK(s->st_mode)) out->kind = GL_KIND_SYMLINK;
  else if (S_ISFIFO(s->st_mode)) out->kind = GL_KIND_FIFO;
  else if (S_ISSOCK(s->st_mode)) out->kind = GL_KIND_SOCKET;
  else if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode)) out->kind = GL_KIND_DEVICE;
  else out->kind = GL_KIND_OTHER;
}

int gl_status_of(int fd, struct gl_status *out) {
  struct stat s;
  if (fstat(fd, &s) != 0) return -errno;
  fill(out, &s);
  return 0;
}

int gl_status_at(int dirfd, const char *name, struct gl_status *out) {
  struct stat s;
  if (fstatat(dirfd, name, &s, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  fill(out, &s);
  return 0;
}

// Turns: a lock of the open file description on a byte that no file has, so that it hinders neither the
// process's other locks nor those who know nothing of it. The system wakes those who wait at once, which
// no loop of sleeps does; a timer's signal ends the wait.

#define TURN_BYTE ((off_t)1 << 40)

static void end_wait(int signal) { (void)signal; }

// Whether the signal is ours: without its handler it would end the process.
static int can_end_wait = 0;

static void install_end_of_wait(void) {
  struct sigaction action = {.sa_handler = end_wait}, before;
  if (sigaction(SIGRTMIN, NULL, &before) != 0 || before.sa_handler != SIG_DFL) return;
  can_end_wait = sigaction(SIGRTMIN, &action, NULL) == 0;
}

static int64_t monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int gl_take_turn(int fd, int milliseconds) {
  struct flock turn = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = TURN_BYTE, .l_len = 1};
  if (fcntl(fd, F_OFD_SETLK, &turn) == 0) return GL_TURN_TAKEN;
  if (errno != EAGAIN && errno != EACCES) return -errno;
  if (milliseconds <= 0) return GL_TURN_MISSED;

  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install_end_of_wait);
  if (!can_end_wait) return -EBUSY;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN};
  event._sigev_un._tid = gettid();
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -errno;
  sigset_t mine, before;
  sigemptyset(&mine);
  sigaddset(&mine, SIGRTMIN);
  pthread_sigmask(SIG_UNBLOCK, &mine, &before);
  // It goes on ringing, since the first ring may come before the wait begins.
  struct itimerspec when = {
      .it_value = {milliseconds / 1000, (milliseconds % 1000) * 1000000L},
      .it_interval = {0, 1000000},
  };
  int64_t end = monotonic_ns() + (int64_t)milliseconds * 1000000;
  int result = timer_settime(timer, 0, &when, NULL) == 0 ? -EINTR : -errno;
  while (result == -EINTR && monotonic_ns() < end) {
    result = fcntl(fd, F_OFD_SETLKW, &turn) == 0 ? GL_TURN_WAITED_FOR : -errno;
  }
  timer_delete(timer);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result == -EINTR ? GL_TURN_MISSED : result;
}

int gl_end_turn(int fd) {
  struct flock turn = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = TURN_BYTE, .l_len = 1};
  return fcntl(fd, F_OFD_SETLK, &turn) == 0 ? 0 : -errno;
}
