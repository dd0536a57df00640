/* A set of signals: 64 bits, signal N is bit N-1. */
#pragma once

typedef struct __sigset_t {
	unsigned long __bits[2];
} sigset_t;
