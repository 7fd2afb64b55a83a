// Every firing of a trigger takes a frame of some kilobytes and gives it back, forty times for a goal
// that does nothing. What malloc keeps for a thread ends at a kilobyte; beyond that it searches, splits
// and merges. Here a freed block of up to 160 KiB stays with its thread, by size, for the next request.
//
// What must stay true: a block carries its size in front of it, so that any thread may free it; a
// thread keeps no more than a limit, and gives all of it back as it ends.
#include "csqlitememory.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
  HEADER = 16,          // keeps what malloc aligned aligned
  LARGEST = 160 * 1024,  // the journal of one statement; what is larger comes rarely
  CLASSES = 48,
  LIMIT = 1024 * 1024,  // bytes a thread keeps
};

struct block {
  size_t size;         // usable, a class's size up to LARGEST
  struct block *next;  // while it is kept
};

struct pool {
  struct block *kept[CLASSES];
  size_t bytes;
  int isRegistered;
};

static _Thread_local struct pool pool;
static pthread_key_t at_end;

// Four sizes to each power of two from 64 on: 64, 80, 96, 112, 128, 160, ...
static int class_of(size_t size) {
  if (size <= 64) return 0;
  int power = 63 - __builtin_clzll(size - 1);
  return (power - 6) * 4 + (int)((size - 1) >> (power - 2)) - 3;
}

static size_t size_of(int class) {
  int power = class / 4 + 6;
  return ((size_t)1 << power) + (size_t)(class % 4) * ((size_t)1 << (power - 2));
}

static void give_back(void *of_thread) {
  struct pool *pool = of_thread;
  for (int class = 0; class < CLASSES; class++) {
    while (pool->kept[class]) {
      struct block *block = pool->kept[class];
      pool->kept[class] = block->next;
      free(block);
    }
  }
  pool->bytes = 0;
  pool->isRegistered = 0;
}

static struct block *of(void *memory) { return (struct block *)((char *)memory - HEADER); }

static void *take(int bytes) {
  size_t size = (size_t)bytes;
  struct block *block;
  if (size <= LARGEST) {
    int class = class_of(size);
    block = pool.kept[class];
    if (block) {
      pool.kept[class] = block->next;
      pool.bytes -= block->size;
      return (char *)block + HEADER;
    }
    size = size_of(class);
  }
  block = malloc(HEADER + size);
  if (!block) return 0;
  block->size = size;
  return (char *)block + HEADER;
}

static void drop(void *memory) {
  struct block *block = of(memory);
  if (block->size > LARGEST || pool.bytes + block->size > LIMIT) {
    free(block);
    return;
  }
  if (!pool.isRegistered) {
    // A thread that cannot be told of its end keeps nothing.
    if (pthread_setspecific(at_end, &pool) != 0) {
      free(block);
      return;
    }
    pool.isRegistered = 1;
  }
  int class = class_of(block->size);
  block->next = pool.kept[class];
  pool.kept[class] = block;
  pool.bytes += block->size;
}

static void *resize(void *memory, int bytes) {
  size_t size = (size_t)bytes;
  struct block *block = of(memory);
  if (size <= block->size && (block->size <= LARGEST || size > LARGEST)) return memory;
  if (block->size > LARGEST && size > LARGEST) {
    block = realloc(block, HEADER + size);
    if (!block) return 0;
    block->size = size;
    return (char *)block + HEADER;
  }
  void *other = take(bytes);
  if (!other) return 0;
  memcpy(other, memory, size < block->size ? size : block->size);
  drop(memory);
  return other;
}

static int size_in_use(void *memory) { return memory ? (int)of(memory)->size : 0; }

static int round_up(int bytes) {
  size_t size = (size_t)bytes;
  return size <= LARGEST ? (int)size_of(class_of(size)) : (int)((size + 7) & ~(size_t)7);
}

static int begin(void *context) {
  (void)context;
  return pthread_key_create(&at_end, give_back) == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

static void end(void *context) {
  (void)context;
  give_back(&pool);
  pthread_key_delete(at_end);
}

int csqlite_keep_freed_memory(void) {
  static const sqlite3_mem_methods methods = {
      take, drop, resize, size_in_use, round_up, begin, end, 0,
  };
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
