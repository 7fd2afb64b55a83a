// What a disk with a volatile cache holds after a power cut.
//
// Sectors of 512 bytes reach the disk in any order or not at all; one that was being written is torn:
// a part of it new, or garbage. Bytes of a sector that a write did not name stay as they were, as
// SQLite assumes by default (SQLITE_IOCAP_POWERSAFE_OVERWRITE). A file's size is a thing of its own:
// it may have grown without the data, or not have grown with it. A new name is durable once its file
// was synced, since SQLite then syncs the folder as well.
#include "disk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_pending(disk_file *file) {
  for (int i = 0; i < file->count; i++) free(file->pending[i].bytes);
  file->count = 0;
}

disk_file *disk_at(disk *disk, const char *path) {
  for (int i = 0; i < disk->count; i++)
    if (!strcmp(disk->files[i].path, path)) return &disk->files[i];
  if (disk->count == disk->room) {
    int room = disk->room ? 2 * disk->room : 8;
    disk_file *files = realloc(disk->files, sizeof(disk_file) * (size_t)room);
    if (!files) return NULL;
    disk->files = files;
    disk->room = room;
  }
  disk_file *file = &disk->files[disk->count];
  memset(file, 0, sizeof *file);
  file->path = strdup(path);
  if (!file->path) return NULL;
  disk->count++;
  return file;
}

static void append(disk_file *file, disk_write write) {
  if (file->count == file->room) {
    int room = file->room ? 2 * file->room : 64;
    disk_write *pending = realloc(file->pending, sizeof(disk_write) * (size_t)room);
    if (!pending) abort();
    file->pending = pending;
    file->room = room;
  }
  file->pending[file->count++] = write;
}

void disk_write_bytes(disk_file *file, int64_t offset, const void *bytes, int64_t count) {
  disk_write write = {offset, count, malloc((size_t)count + 1)};
  if (!write.bytes) abort();
  memcpy(write.bytes, bytes, (size_t)count);
  append(file, write);
}

void disk_truncate(disk_file *file, int64_t size) {
  append(file, (disk_write){size, -1, NULL});
}

static void resize(unsigned char **bytes, int64_t *size, int64_t wanted) {
  unsigned char *grown = realloc(*bytes, (size_t)wanted + 1);
  if (!grown) abort();
  if (wanted > *size) memset(grown + *size, 0, (size_t)(wanted - *size));
  *bytes = grown;
  *size = wanted;
}

void disk_sync(disk_file *file) {
  for (int i = 0; i < file->count; i++) {
    disk_write *write = &file->pending[i];
    if (write->count < 0) {
      resize(&file->durable, &file->size, write->offset);
    } else {
      int64_t end = write->offset + write->count;
      if (end > file->size) resize(&file->durable, &file->size, end);
      memcpy(file->durable + write->offset, write->bytes, (size_t)write->count);
    }
  }
  clear_pending(file);
  file->is_there = 1;
}

void disk_create(disk_file *file) {
  clear_pending(file);
  file->size = 0;
  file->is_there = 0;
  file->is_deleted = 0;
}

void disk_delete(disk_file *file, int is_synced) {
  if (is_synced) {
    disk_create(file);
  } else {
    file->is_deleted = 1;
  }
}

void disk_forget(disk *disk) {
  for (int i = 0; i < disk->count; i++) {
    clear_pending(&disk->files[i]);
    free(disk->files[i].pending);
    free(disk->files[i].durable);
    free(disk->files[i].path);
  }
  free(disk->files);
  memset(disk, 0, sizeof *disk);
}

// SplitMix64.
static uint64_t next(uint64_t *state) {
  *state += 0x9E3779B97F4A7C15u;
  uint64_t mixed = *state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

typedef struct {
  unsigned char *bytes;
  int64_t size;
} image;

// One sector's part of a write: all of it, a part of it, or garbage. `odds` are the kept of 16, and
// the dropped that follow them; what is left is torn.
static void land(image *image, const disk_write *write, int64_t from, int64_t to, uint64_t *seed,
                 int kept, int dropped) {
  int fate = (int)(next(seed) % 16);
  if (fate >= kept && fate < kept + dropped) return;
  int64_t end = write->offset + to;
  if (end > image->size) resize(&image->bytes, &image->size, end);
  unsigned char *place = image->bytes + write->offset + from;
  if (fate < kept) {
    memcpy(place, write->bytes + from, (size_t)(to - from));
  } else if (next(seed) % 2) {
    int64_t part = (int64_t)(next(seed) % (uint64_t)(to - from + 1));
    memcpy(place, write->bytes + from, (size_t)part);
  } else {
    for (int64_t i = 0; i < to - from; i++) place[i] = (unsigned char)next(seed);
  }
}

static int image_file(const disk_file *file, uint64_t *seed, const char *path) {
  if (file->is_deleted && next(seed) % 2) return 0;
  if (!file->is_there && next(seed) % 2) return 0;
  image image = {NULL, 0};
  resize(&image.bytes, &image.size, file->size);
  if (file->size) memcpy(image.bytes, file->durable, (size_t)file->size);
  // Moods, so that a long list of writes does not always come out half of each: all kept, nearly all,
  // nearly none, none, and evenly mixed.
  static const int moods[][2] = {{16, 0}, {15, 0}, {1, 14}, {0, 16}, {7, 7}, {10, 3}};
  const int *mood = moods[next(seed) % 6];
  int64_t widest = image.size;
  for (int i = 0; i < file->count; i++) {
    const disk_write *write = &file->pending[i];
    if (write->count < 0) {
      if (next(seed) % 2) resize(&image.bytes, &image.size, write->offset);
      continue;
    }
    if (write->offset + write->count > widest) widest = write->offset + write->count;
    for (int64_t from = 0; from < write->count;) {
      int64_t to = (write->offset + from) / 512 * 512 + 512 - write->offset;
      if (to > write->count) to = write->count;
      land(&image, write, from, to, seed, mood[0], mood[1]);
      from = to;
    }
  }
  // The size: as the data came, as wide as it ever was, or somewhere between what was durable and that.
  uint64_t choice = next(seed) % 4;
  if (choice == 0 && widest > image.size) resize(&image.bytes, &image.size, widest);
  if (choice == 1 && widest > file->size) {
    int64_t sectors = (widest - file->size) / 512 + 1;
    int64_t size = file->size + 512 * (int64_t)(next(seed) % (uint64_t)sectors);
    resize(&image.bytes, &image.size, size);
  }
  FILE *out = fopen(path, "wb");
  size_t written = out ? fwrite(image.bytes, 1, (size_t)image.size, out) : 0;
  int failed = !out || (int64_t)written != image.size;
  if (out && fclose(out)) failed = 1;
  free(image.bytes);
  return failed ? -1 : 0;
}

int disk_image(const disk *disk, const char *main, uint64_t seed, const char *path) {
  size_t length = strlen(main);
  for (int i = 0; i < disk->count; i++) {
    const disk_file *file = &disk->files[i];
    if (strncmp(file->path, main, length)) continue;
    char name[4096];
    int count = snprintf(name, sizeof name, "%s%s", path, file->path + length);
    if (count < 0 || count >= (int)sizeof name) return -1;
    if (image_file(file, &seed, name)) return -1;
  }
  return 0;
}
