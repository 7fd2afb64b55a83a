// Memory for SQLite: blocks that were freed are kept by the thread that freed them.
#ifndef GOALLEDGER_CSQLITEMEMORY_H
#define GOALLEDGER_CSQLITEMEMORY_H

// Has SQLite take its memory from here; returns SQLite's result code. Only before it is first used.
int csqlite_keep_freed_memory(void);

#endif
