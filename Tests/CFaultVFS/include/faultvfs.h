// A SQLite VFS over the default one, for tests, that fails chosen operations and models a power cut.
//
// It counts what is written, synced, truncated, opened and deleted, and can fail the Nth of a class.
// While it records, it keeps for each file what was last synced and the writes since, in order; at
// chosen operations it writes out what a power cut there could have left. Shared memory passes
// through: it is no part of what survives. Every function may be called from any thread.
#ifndef GOALLEDGER_FAULTVFS_H
#define GOALLEDGER_FAULTVFS_H
#include <stdint.h>

// The classes of operations.
enum { CFV_WRITE, CFV_SYNC, CFV_TRUNCATE, CFV_OPEN, CFV_DELETE, CFV_CLASSES };

// Makes an instance and registers it as the VFS "fault-ID"; its ID, or -1.
int cfv_new(void);
// Unregisters an instance whose files are all closed, and forgets what it recorded; 0, or -1 where
// a file is still open.
int cfv_free(int id);
// The number of its open files.
int cfv_open_files(int id);

// Fails the `nth` operation of a class from now (1 is the next) with a result code; all later ones
// of the class as well where `sticky`. A write that fails has first written half of its bytes.
void cfv_arm(int id, int class, int64_t nth, int code, int sticky);
// Fails nothing any more.
void cfv_disarm(int id);
// How many operations it has failed since it was last armed.
int64_t cfv_fired(int id);
// How many operations of a class there were.
int64_t cfv_count(int id, int class);

// Begins to record, with an empty disk; with `ignore_syncs`, a sync makes nothing durable.
void cfv_record(int id, int ignore_syncs);
// How many writes, syncs, truncations and deletions were recorded; with `is_sync`, how many syncs.
int64_t cfv_operations(int id, int is_sync);
// Says what the caller knows to be committed, and what to be durable in any case; an image carries
// both as they were when it was made.
void cfv_note(int id, int64_t committed, int64_t floor);
// Plans an image of the disk just before the `nth` recorded operation, from 1; with `is_sync`, just
// before the `nth` sync. It is written to `path` and `path`-wal and so on. Its number, or -1.
int cfv_plan(int id, int is_sync, int64_t nth, uint64_t seed, const char *path);
// What was noted when a planned image was made; 0 where it was not made yet, 1 where it was, -1
// where it could not be written.
int cfv_planned(int id, int number, int64_t *committed, int64_t *floor);
#endif
