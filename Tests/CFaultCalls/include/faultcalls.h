// System calls of this process that fail when a test says so.
//
// The test program defines `write`, `rename`, `mkdir` and the like itself, in front of the C library's,
// and passes them on to the kernel. So a full or broken disk can be had below one folder, in any
// container, without privileges and without a word in the code that is tested. Children are not
// touched, nor is SQLite, which writes with `pwrite`.
#ifndef GOALLEDGER_FAULTCALLS_H
#define GOALLEDGER_FAULTCALLS_H
#include <stdint.h>

// Counts the calls that change anything below `prefix`, from 1; the `nth` fails with `number`, an
// errno, and all later ones where `lasting`. 0 fails none.
void cfc_arm(const char *prefix, int64_t nth, int number, int lasting);
// Passes everything on again.
void cfc_disarm(void);
// How many calls there were since it was armed, and how many of them failed.
int64_t cfc_count(void);
int64_t cfc_fired(void);
// The first call that failed and its path; "" where none did. Valid until armed again.
const char *cfc_what(void);
#endif
