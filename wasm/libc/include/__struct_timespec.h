/* One definition of each type: the POSIX side of wasi-libc's headers has it in <bits/alltypes.h>. */
#define __NEED_time_t
#define __NEED_struct_timespec
#include <bits/alltypes.h>
