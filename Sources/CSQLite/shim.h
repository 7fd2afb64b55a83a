// libsqlite3 for Swift: the header, and the variadic and macro parts Swift cannot say.
#ifndef GOALLEDGER_CSQLITE_SHIM_H
#define GOALLEDGER_CSQLITE_SHIM_H
#include <pthread.h>
#include <sqlite3.h>

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
// SQLITE_TRANSIENT is a cast Swift does not import: "copy the bytes before returning".
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

// glibc declares this for _GNU_SOURCE only, which Swift does not define.
extern int pthread_setname_np(pthread_t thread, const char *name);
static inline int csqlite_name_thread(const char *name) {
  return pthread_setname_np(pthread_self(), name);
}
#endif
