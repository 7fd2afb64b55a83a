// The few system calls Swift cannot say.
#ifndef GOALLEDGER_CLINUX_H
#define GOALLEDGER_CLINUX_H
#endif
