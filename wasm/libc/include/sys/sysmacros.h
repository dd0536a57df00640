/* Device numbers: major in the second byte, as the system has them. */
#pragma once

#define major(device) ((unsigned)((device) >> 8))
#define minor(device) ((unsigned)((device) & 0xff))
#define makedev(major, minor) ((dev_t)(major) << 8 | (minor))
