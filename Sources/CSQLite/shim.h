// libsqlite3 for Swift: the header, and the variadic and macro parts Swift cannot say.
#ifndef GOALLEDGER_CSQLITE_SHIM_H
#define GOALLEDGER_CSQLITE_SHIM_H
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <time.h>

// sqlite3_db_config is variadic; the options used here all take one switch.
static inline int csqlite_config_flag(sqlite3 *db, int op, int value) {
  return sqlite3_db_config(db, op, value, (int *)0);
}
// The small blocks a connection serves itself from before it asks malloc: `count` of `size` bytes.
static inline int csqlite_lookaside(sqlite3 *db, int size, int count) {
  return sqlite3_db_config(db, SQLITE_DBCONFIG_LOOKASIDE, (void *)0, size, count);
}
// Without statistics, which nothing here asks for, an allocation takes no mutex. Only before the
// library is first used.
static inline int csqlite_keep_no_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
// How much of what a statement changes is kept in memory, to undo it alone, before it goes to a
// temporary file: `bytes`, taken as one piece, and at most 131,071: SQLite's write takes no more at
// once, and calls the disk full. Only before the library is first used.
static inline int csqlite_keep_undo_in_memory(int bytes) {
  return sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, bytes);
}
// How a connection waits for another's lock: short naps of random length, until the patience is over.
// SQLite's own handler sleeps up to 100 ms at a time, in which several others come and go: whoever
// waits among busy writers would starve.
struct csqlite_patience {
  int64_t limit_ns;
  int64_t began_ns;
  uint32_t random;
  uint32_t waits;
};
static inline int64_t csqlite_monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
static inline int csqlite_wait(void *context, int count) {
  struct csqlite_patience *patience = (struct csqlite_patience *)context;
  int64_t now = csqlite_monotonic_ns();
  if (count == 0) {
    patience->began_ns = now;
    patience->waits += 1;
  }
  if (now - patience->began_ns >= patience->limit_ns) return 0;
  patience->random = patience->random * 1664525u + 1013904223u;
  // From 0.1 ms, twice as long each time, to 0.4 ms, and to 3.2 ms once nobody who is busy but briefly
  // can be what it waits for; a random half to the whole of it.
  int longest = now - patience->began_ns < 200000000 ? 2 : 5;
  int64_t nap = 100000LL << (count < longest ? count : longest);
  nap = nap / 2 + (int64_t)(patience->random >> 8) * (nap / 2) / (1 << 24);
  struct timespec pause = {0, (long)nap};
  nanosleep(&pause, 0);
  return 1;
}
static inline int csqlite_be_patient(sqlite3 *db, struct csqlite_patience *patience) {
  return sqlite3_busy_handler(db, csqlite_wait, patience);
}
// SQLITE_TRANSIENT is a cast Swift does not import: "copy the bytes before returning".
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

// glibc declares this for _GNU_SOURCE only, which Swift does not define.
extern int pthread_setname_np(pthread_t thread, const char *name);
static inline int csqlite_name_thread(const char *name) {
  return pthread_setname_np(pthread_self(), name);
}
#endif
