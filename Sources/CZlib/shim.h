// zlib as Debian ships it.
#include <zlib.h>
