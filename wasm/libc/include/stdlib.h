/* wasi-libc's header, and what it only declares when it is not musl's. */
#pragma once

#include_next <stdlib.h>

#if defined(_GNU_SOURCE) || defined(_BSD_SOURCE) || defined(_DEFAULT_SOURCE)
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint32_t arc4random(void);
void arc4random_buf(void *, size_t);
uint32_t arc4random_uniform(uint32_t);

#ifdef __cplusplus
}
#endif
#endif
