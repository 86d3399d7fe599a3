// hiredis as Debian ships it; used for the wire format only, never for its sockets.
#include <hiredis/hiredis.h>
