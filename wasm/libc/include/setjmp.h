/* setjmp(3), and sigsetjmp with the signal mask kept beside the jump buffer. The compiler knows only setjmp itself. */
#pragma once

#include_next <setjmp.h>

#ifdef __cplusplus
extern "C" {
#endif

void __tabos_sigsave(struct __jmp_buf_tag *, int);
void __tabos_sigrestore(struct __jmp_buf_tag *);

#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)
#define sigsetjmp(env, with_mask) (__tabos_sigsave(env, with_mask), setjmp(env))
#define siglongjmp(env, value) (__tabos_sigrestore(env), longjmp(env, value))

#ifdef __cplusplus
}
#endif
