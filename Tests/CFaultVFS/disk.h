// The model of a disk that has a volatile cache: for each file what is durable, and what is not yet.
#ifndef GOALLEDGER_FAULT_DISK_H
#define GOALLEDGER_FAULT_DISK_H
#include <stdint.h>

typedef struct {
  int64_t offset;
  int64_t count;        // bytes; -1 cuts the file to `offset`
  unsigned char *bytes;
} disk_write;

typedef struct {
  char *path;
  unsigned char *durable;
  int64_t size;
  int is_there;         // whether the name itself is durable
  int is_deleted;       // deleted since, and the folder not synced yet
  disk_write *pending;
  int count, room;
} disk_file;

typedef struct {
  disk_file *files;
  int count, room;
} disk;

// The file of that path, made where it is missing; NULL where there is no memory.
disk_file *disk_at(disk *disk, const char *path);
void disk_write_bytes(disk_file *file, int64_t offset, const void *bytes, int64_t count);
void disk_truncate(disk_file *file, int64_t size);
void disk_sync(disk_file *file);
void disk_delete(disk_file *file, int is_synced);
// The file begins anew: it was opened, and was not there.
void disk_create(disk_file *file);
void disk_forget(disk *disk);
// Writes what a power cut now could leave of the database `main` and its log, under another name.
// Each 512-byte sector of each write that is not durable is kept, dropped or torn by the seed.
int disk_image(const disk *disk, const char *main, uint64_t seed, const char *path);
#endif
