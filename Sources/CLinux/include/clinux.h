// The few system calls Swift cannot say: those glibc has no wrapper for, the variadic ones, and the
// macros over `struct stat`. Every function returns a value of 0 or more, or a negated errno.
#ifndef GOALLEDGER_CLINUX_H
#define GOALLEDGER_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A descriptor that names a file without opening it.
#define GL_O_PATH 010000000

// openat2(2) with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS and RESOLVE_NO_XDEV:
// the path cannot leave the folder `dirfd`, whatever lies on the way. O_CLOEXEC is always added.
int gl_open_beneath(int dirfd, const char *path, int flags, mode_t mode);

// Whether this kernel has openat2 (Linux 5.6): 1 or a negated errno.
int gl_has_openat2(void);

// Makes orphaned descendants children of this process (PR_SET_CHILD_SUBREAPER).
int gl_become_subreaper(void);

// Whether this process is a child subreaper: 1 or 0.
int gl_is_subreaper(void);

// Has every thread of this process, and so those it starts later and its children, run as a batch job
// (SCHED_BATCH): one that wakes does not interrupt another that runs. Leaves threads alone whose policy
// is not the default. How many threads it changed, or a negated errno.
int gl_run_as_batch(void);

// Whether the child behind a pidfd has ended and waits to be reaped: 1 or 0. Reaps nothing.
int gl_child_ended(int pidfd);

// The same for a child named by its process id.
int gl_child_ended_pid(pid_t pid);

// Waits at most `milliseconds` for a pidfd to say that its process has ended: 1 or 0.
int gl_wait_for_end(int pidfd, int milliseconds);

// Reaps one child if it has ended: its pid, 0 if it has not, or a negated errno.
int gl_reap(pid_t pid);

// An anonymous file that holds `length` bytes, its offset at the start, closed on exec.
int gl_memory_file(const void *bytes, size_t length);

// What fstat says, without the types that differ between platforms.
struct gl_status {
  uint32_t mode;       // permission bits, 07777
  uint32_t kind;       // one of GL_KIND_*
  uint64_t links;
  int64_t size;
  uint64_t inode;
  uint64_t device;
};

enum {
  GL_KIND_OTHER = 0,
  GL_KIND_FILE = 1,
  GL_KIND_FOLDER = 2,
  GL_KIND_SYMLINK = 3,
  GL_KIND_FIFO = 4,
  GL_KIND_SOCKET = 5,
  GL_KIND_DEVICE = 6
};

// Status of an open descriptor.
int gl_status_of(int fd, struct gl_status *out);

// Status of a name in a folder; symbolic links are not followed.
int gl_status_at(int dirfd, const char *name, struct gl_status *out);

enum { GL_TURN_MISSED = 0, GL_TURN_TAKEN = 1, GL_TURN_WAITED_FOR = 2 };

// Takes the turn at an open file, which one of those who ask has at a time, whatever process they are
// in, and waits for it at most `milliseconds`: one of GL_TURN_*, or a negated errno. It ends with its
// process. The wait is ended by SIGRTMIN; where the program has another use for that, there are none.
int gl_take_turn(int fd, int milliseconds);

// Ends the turn, and wakes those who wait for it: 0 or a negated errno.
int gl_end_turn(int fd);

#endif
