#ifndef KAFKA_BENCHMARK_SHARED_H
#define KAFKA_BENCHMARK_SHARED_H

#include <librdkafka/rdkafka.h>

#include "CKafkaBenchmark.h"

// A configuration with these properties; NULL with the result's error filled.
rd_kafka_conf_t *make_conf(const char *const *properties, kafka_benchmark_result *result);

#endif
