/* Error numbers: those of WASI, which wasi-libc was compiled with. */
#pragma once

#include <features.h>
#include <bits/errno.h>

#ifdef __cplusplus
extern "C" {
#endif

extern _Thread_local int errno;
#define errno errno

#ifdef _GNU_SOURCE
extern char *program_invocation_short_name, *program_invocation_name;
#endif

#ifdef __cplusplus
}
#endif
