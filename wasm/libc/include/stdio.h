/* wasi-libc's header with the usual BUFSIZ. Streams have buffers of their own size. */
#pragma once

#include_next <stdio.h>

#undef BUFSIZ
#define BUFSIZ 8192

#ifdef __cplusplus
extern "C" {
#endif

int renameat2(int, const char *, int, const char *, unsigned);

#ifdef __cplusplus
}
#endif
