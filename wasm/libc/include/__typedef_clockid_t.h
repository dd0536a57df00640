/* Clocks are numbers, as POSIX programs have them, not the pointers of wasi-libc. */
#pragma once

typedef int clockid_t;
