/* Only login_tty: nobody logs in, so no records are kept. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

int login_tty(int);

#ifdef __cplusplus
}
#endif
