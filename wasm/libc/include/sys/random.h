/* wasi-libc's header with both functions. */
#pragma once

#include_next <sys/random.h>

#ifdef __cplusplus
extern "C" {
#endif

int getentropy(void *, size_t);

#ifdef __cplusplus
}
#endif
