// The VFS itself: each method counts, fails if it is told to, and else does what the default does.
#include "faultvfs.h"
#include "disk.h"
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int64_t nth;
  int is_sync;
  uint64_t seed;
  char *path;
  int64_t committed, floor;
  int made; // 1 made, -1 failed
} planned_image;

typedef struct {
  sqlite3_vfs vfs; // first: SQLite hands this pointer back
  sqlite3_vfs *real;
  pthread_mutex_t mutex;
  char name[32];
  int open_files;
  int64_t counts[CFV_CLASSES];
  int armed; // the class that fails, or -1
  int64_t left;
  int code, is_sticky;
  int64_t fired;
  int is_recording, ignores_syncs;
  int64_t operations, syncs, committed, floor;
  char *main;
  disk disk;
  planned_image *planned;
  int planned_count;
} instance;

typedef struct {
  sqlite3_file file; // first
  instance *owner;
  char *path;        // of a file that is recorded, or NULL
  sqlite3_file *real;
} fault_file;

#define CFV_LIMIT 4096
static instance *instances[CFV_LIMIT];
static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;

static instance *at(int id) { return id >= 0 && id < CFV_LIMIT ? instances[id] : NULL; }

// With the mutex held: whether this operation fails, and with what; SQLITE_OK where it does not.
static int judge(instance *it, int class) {
  it->counts[class]++;
  if (it->armed != class) return SQLITE_OK;
  if (it->left > 0) it->left--;
  if (it->left > 0 || (it->fired && !it->is_sticky)) return SQLITE_OK;
  it->fired++;
  return it->code;
}

// With the mutex held: one more operation is about to be recorded; images planned for it are made.
static void advance(instance *it, int class) {
  it->operations++;
  if (class == CFV_SYNC) it->syncs++;
  for (int i = 0; i < it->planned_count; i++) {
    planned_image *image = &it->planned[i];
    if (image->made || (image->is_sync && class != CFV_SYNC)) continue;
    if (image->nth != (image->is_sync ? it->syncs : it->operations)) continue;
    image->committed = it->committed;
    image->floor = it->floor;
    image->made = it->main && !disk_image(&it->disk, it->main, image->seed, image->path) ? 1 : -1;
  }
}

static disk_file *recorded(fault_file *file) {
  return file->owner->is_recording && file->path ? disk_at(&file->owner->disk, file->path) : NULL;
}

static int file_close(sqlite3_file *f) {
  fault_file *file = (fault_file *)f;
  int code = file->real->pMethods ? file->real->pMethods->xClose(file->real) : SQLITE_OK;
  pthread_mutex_lock(&file->owner->mutex);
  file->owner->open_files--;
  pthread_mutex_unlock(&file->owner->mutex);
  free(file->path);
  file->path = NULL;
  return code;
}

static int file_read(sqlite3_file *f, void *to, int count, sqlite3_int64 offset) {
  sqlite3_file *real = ((fault_file *)f)->real;
  return real->pMethods->xRead(real, to, count, offset);
}

static int file_write(sqlite3_file *f, const void *bytes, int count, sqlite3_int64 offset) {
  fault_file *file = (fault_file *)f;
  instance *it = file->owner;
  pthread_mutex_lock(&it->mutex);
  disk_file *on_disk = recorded(file);
  if (on_disk) advance(it, CFV_WRITE);
  int failure = judge(it, CFV_WRITE);
  int part = failure ? count / 2 : count;
  int code = part ? file->real->pMethods->xWrite(file->real, bytes, part, offset) : SQLITE_OK;
  if (on_disk && code == SQLITE_OK && part) disk_write_bytes(on_disk, offset, bytes, part);
  pthread_mutex_unlock(&it->mutex);
  return failure ? failure : code;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size) {
  fault_file *file = (fault_file *)f;
  instance *it = file->owner;
  pthread_mutex_lock(&it->mutex);
  disk_file *on_disk = recorded(file);
  if (on_disk) advance(it, CFV_TRUNCATE);
  int code = judge(it, CFV_TRUNCATE);
  if (code == SQLITE_OK) {
    code = file->real->pMethods->xTruncate(file->real, size);
    if (on_disk && code == SQLITE_OK) disk_truncate(on_disk, size);
  }
  pthread_mutex_unlock(&it->mutex);
  return code;
}

static int file_sync(sqlite3_file *f, int flags) {
  fault_file *file = (fault_file *)f;
  instance *it = file->owner;
  pthread_mutex_lock(&it->mutex);
  disk_file *on_disk = recorded(file);
  if (on_disk) advance(it, CFV_SYNC);
  int code = judge(it, CFV_SYNC);
  // What a test asks of the real disk is its content, not that it keeps it: the model does that.
  if (on_disk && code == SQLITE_OK && !it->ignores_syncs) disk_sync(on_disk);
  (void)flags;
  pthread_mutex_unlock(&it->mutex);
  return code;
}

#define PASS(type, method, declared, given)                                   \
  static type file_##method declared {                                        \
    sqlite3_file *real = ((fault_file *)f)->real;                              \
    return real->pMethods->method given;                                      \
  }
PASS(int, xFileSize, (sqlite3_file *f, sqlite3_int64 *size), (real, size))
PASS(int, xLock, (sqlite3_file *f, int level), (real, level))
PASS(int, xUnlock, (sqlite3_file *f, int level), (real, level))
PASS(int, xCheckReservedLock, (sqlite3_file *f, int *out), (real, out))
PASS(int, xFileControl, (sqlite3_file *f, int op, void *arg), (real, op, arg))
PASS(int, xSectorSize, (sqlite3_file *f), (real))
PASS(int, xDeviceCharacteristics, (sqlite3_file *f), (real))
PASS(int, xShmMap, (sqlite3_file *f, int page, int size, int extend, void volatile **out),
     (real, page, size, extend, out))
PASS(int, xShmLock, (sqlite3_file *f, int offset, int n, int flags), (real, offset, n, flags))
static void file_xShmBarrier(sqlite3_file *f) {
  sqlite3_file *real = ((fault_file *)f)->real;
  real->pMethods->xShmBarrier(real);
}
PASS(int, xShmUnmap, (sqlite3_file *f, int delete), (real, delete))

// Version 2: no memory-mapped reads, so that every byte passes here.
static const sqlite3_io_methods methods = {
  2, file_close, file_read, file_write, file_truncate, file_sync, file_xFileSize, file_xLock,
  file_xUnlock, file_xCheckReservedLock, file_xFileControl, file_xSectorSize,
  file_xDeviceCharacteristics, file_xShmMap, file_xShmLock, file_xShmBarrier, file_xShmUnmap,
  NULL, NULL,
};

// With the mutex held: what a file holds when it is first opened is durable.
static void take_in(instance *it, fault_file *file) {
  int is_known = 0;
  for (int i = 0; i < it->disk.count; i++)
    is_known |= !strcmp(it->disk.files[i].path, file->path);
  disk_file *on_disk = disk_at(&it->disk, file->path);
  if (!on_disk) return;
  if (on_disk->is_deleted) disk_create(on_disk);
  sqlite3_int64 size = 0;
  if (is_known || file->real->pMethods->xFileSize(file->real, &size) || size == 0) return;
  unsigned char *bytes = malloc((size_t)size);
  if (bytes && file->real->pMethods->xRead(file->real, bytes, (int)size, 0) == SQLITE_OK) {
    disk_write_bytes(on_disk, 0, bytes, size);
    disk_sync(on_disk);
  }
  free(bytes);
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
  instance *it = (instance *)vfs;
  fault_file *file = (fault_file *)f;
  memset(file, 0, sizeof *file);
  file->owner = it;
  file->real = (sqlite3_file *)(file + 1);
  pthread_mutex_lock(&it->mutex);
  int code = judge(it, CFV_OPEN);
  if (code == SQLITE_OK) code = it->real->xOpen(it->real, name, file->real, flags, out);
  if (code == SQLITE_OK) {
    file->file.pMethods = &methods;
    it->open_files++;
    int lasting = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    if (name && (flags & lasting)) {
      file->path = strdup(name);
      if (!it->main && (flags & SQLITE_OPEN_MAIN_DB)) it->main = strdup(name);
      if (it->is_recording && file->path) take_in(it, file);
    }
  } else if (file->real->pMethods) {
    file->real->pMethods->xClose(file->real);
  }
  pthread_mutex_unlock(&it->mutex);
  return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync) {
  instance *it = (instance *)vfs;
  pthread_mutex_lock(&it->mutex);
  if (it->is_recording) advance(it, CFV_DELETE);
  int code = judge(it, CFV_DELETE);
  if (code == SQLITE_OK) {
    code = it->real->xDelete(it->real, name, 0);
    if (code == SQLITE_OK && it->is_recording) {
      disk_file *file = disk_at(&it->disk, name);
      if (file) disk_delete(file, sync && !it->ignores_syncs);
    }
  }
  pthread_mutex_unlock(&it->mutex);
  return code;
}

int cfv_new(void) {
  sqlite3_vfs *real = sqlite3_vfs_find(NULL);
  instance *it = real ? calloc(1, sizeof *it) : NULL;
  if (!it) return -1;
  pthread_mutex_lock(&registry);
  int id = 0;
  while (id < CFV_LIMIT && instances[id]) id++;
  if (id == CFV_LIMIT) {
    pthread_mutex_unlock(&registry);
    free(it);
    return -1;
  }
  it->vfs = *real;
  it->real = real;
  it->armed = -1;
  pthread_mutex_init(&it->mutex, NULL);
  snprintf(it->name, sizeof it->name, "fault-%d", id);
  it->vfs.pNext = NULL;
  it->vfs.zName = it->name;
  it->vfs.szOsFile = (int)sizeof(fault_file) + real->szOsFile;
  it->vfs.xOpen = vfs_open;
  it->vfs.xDelete = vfs_delete;
  instances[id] = it;
  int code = sqlite3_vfs_register(&it->vfs, 0);
  pthread_mutex_unlock(&registry);
  return code == SQLITE_OK ? id : -1;
}

int cfv_free(int id) {
  pthread_mutex_lock(&registry);
  instance *it = at(id);
  if (!it || it->open_files) {
    pthread_mutex_unlock(&registry);
    return -1;
  }
  instances[id] = NULL;
  sqlite3_vfs_unregister(&it->vfs);
  pthread_mutex_unlock(&registry);
  disk_forget(&it->disk);
  for (int i = 0; i < it->planned_count; i++) free(it->planned[i].path);
  free(it->planned);
  free(it->main);
  pthread_mutex_destroy(&it->mutex);
  free(it);
  return 0;
}

#define LOCKED(id, ...)                      \
  do {                                       \
    instance *it = at(id);                   \
    if (!it) break;                          \
    pthread_mutex_lock(&it->mutex);          \
    __VA_ARGS__                              \
    pthread_mutex_unlock(&it->mutex);        \
  } while (0)

int cfv_open_files(int id) {
  int count = 0;
  LOCKED(id, count = it->open_files;);
  return count;
}

void cfv_arm(int id, int class, int64_t nth, int code, int sticky) {
  LOCKED(id, {
    it->armed = class;
    it->left = nth;
    it->code = code;
    it->is_sticky = sticky;
    it->fired = 0;
  });
}

void cfv_disarm(int id) { LOCKED(id, it->armed = -1;); }

int64_t cfv_fired(int id) {
  int64_t count = 0;
  LOCKED(id, count = it->fired;);
  return count;
}

int64_t cfv_count(int id, int class) {
  int64_t count = 0;
  LOCKED(id, if (class >= 0 && class < CFV_CLASSES) count = it->counts[class];);
  return count;
}

void cfv_record(int id, int ignore_syncs) {
  LOCKED(id, {
    disk_forget(&it->disk);
    it->is_recording = 1;
    it->ignores_syncs = ignore_syncs;
    it->operations = it->syncs = 0;
  });
}

int64_t cfv_operations(int id, int is_sync) {
  int64_t count = 0;
  LOCKED(id, count = is_sync ? it->syncs : it->operations;);
  return count;
}

void cfv_note(int id, int64_t committed, int64_t floor) {
  LOCKED(id, {
    it->committed = committed;
    it->floor = floor;
  });
}

int cfv_plan(int id, int is_sync, int64_t nth, uint64_t seed, const char *path) {
  int number = -1;
  LOCKED(id, {
    size_t size = sizeof(planned_image) * (size_t)(it->planned_count + 1);
    planned_image *planned = realloc(it->planned, size);
    if (planned) {
      it->planned = planned;
      number = it->planned_count++;
      planned[number] = (planned_image){nth, is_sync, seed, strdup(path), 0, 0, 0};
    }
  });
  return number;
}

int cfv_planned(int id, int number, int64_t *committed, int64_t *floor) {
  int made = 0;
  LOCKED(id, {
    if (number >= 0 && number < it->planned_count) {
      *committed = it->planned[number].committed;
      *floor = it->planned[number].floor;
      made = it->planned[number].made;
    }
  });
  return made;
}
