/* What of Linux's header this system has: ioctl_ficlonerange(2). */
#pragma once

#define FICLONE 0x40049409
