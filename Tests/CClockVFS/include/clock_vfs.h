// A VFS of SQLite's whose time is what a test says it is. Files are those of the default VFS.
#ifndef GOALLEDGER_CLOCK_VFS_H
#define GOALLEDGER_CLOCK_VFS_H
#include <stdint.h>

// A registered VFS and its time.
struct clock_vfs;

// Registers a VFS of this name, at so many milliseconds after the start of 1970; NULL where there is
// no memory. The name must be no other VFS's. It is there for as long as the process: a connection
// that is closed late still needs it.
struct clock_vfs *clock_vfs_open(const char *name, int64_t milliseconds);

// Sets its time, from any thread.
void clock_vfs_set(struct clock_vfs *vfs, int64_t milliseconds);

// Its time, in milliseconds after the start of 1970.
int64_t clock_vfs_get(const struct clock_vfs *vfs);
#endif
