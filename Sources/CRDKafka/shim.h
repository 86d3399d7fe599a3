// librdkafka as Debian ships it, its mock cluster included.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// glibc shows this one only under _GNU_SOURCE.
#include <pthread.h>
extern int pthread_setname_np(pthread_t thread, const char *name);
