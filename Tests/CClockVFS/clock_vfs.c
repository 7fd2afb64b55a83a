// The default VFS, copied, but for the two functions that say what time it is. Its own functions
// look at nothing of the copy but what they have put there themselves (pAppData).
#include "clock_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// From the start of the Julian period, as SQLite counts, to the start of 1970, in milliseconds.
#define EPOCH 210866760000000LL

struct clock_vfs {
  sqlite3_vfs vfs;  // the first member: SQLite hands this one back
  _Atomic int64_t milliseconds;
  char name[];
};

static int current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *time) {
  *time = clock_vfs_get((struct clock_vfs *)vfs) + EPOCH;
  return SQLITE_OK;
}

static int current_time(sqlite3_vfs *vfs, double *days) {
  *days = (double)(clock_vfs_get((struct clock_vfs *)vfs) + EPOCH) / 86400000.0;
  return SQLITE_OK;
}

struct clock_vfs *clock_vfs_open(const char *name, int64_t milliseconds) {
  sqlite3_vfs *standard = sqlite3_vfs_find(NULL);
  if (standard == NULL || standard->iVersion < 2) return NULL;
  struct clock_vfs *made = malloc(sizeof *made + strlen(name) + 1);
  if (made == NULL) return NULL;
  made->vfs = *standard;
  strcpy(made->name, name);
  made->vfs.zName = made->name;
  made->vfs.pNext = NULL;
  made->vfs.xCurrentTime = current_time;
  made->vfs.xCurrentTimeInt64 = current_time_int64;
  atomic_init(&made->milliseconds, milliseconds);
  if (sqlite3_vfs_register(&made->vfs, 0) == SQLITE_OK) return made;
  free(made);
  return NULL;
}

void clock_vfs_set(struct clock_vfs *vfs, int64_t milliseconds) {
  atomic_store(&vfs->milliseconds, milliseconds);
}

int64_t clock_vfs_get(const struct clock_vfs *vfs) {
  return atomic_load(&((struct clock_vfs *)vfs)->milliseconds);
}
