#include "shared.h"

#include <time.h>

kafka_benchmark_moment kafka_benchmark_now(void) {
  struct timespec wall, cpu;
  clock_gettime(CLOCK_MONOTONIC, &wall);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return (kafka_benchmark_moment){
    (double)wall.tv_sec + (double)wall.tv_nsec / 1e9,
    (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9};
}

static const kafka_benchmark_header headers[kafka_benchmark_header_count] = {
  {"content-type", "application/protobuf", 0, 0},
  {"ce_specversion", "1.0", 0, 0},
  {"ce_id", "0193a7f0-6c1e-7b2a-9d4f-000000000000", 28, 8},
  {"ce_type", "highlights.v1.SearchQuery", 0, 0},
  {"ce_source", "/search/frontend", 0, 0},
  {"ce_time", "2025-01-01T00:00:00.000Z", 20, 3},
  {"traceparent", "00-4bf92f3577b34da6a3ce929d00000000-00f067aa0ba902b7-01", 27, 8},
};

const kafka_benchmark_header *kafka_benchmark_header_at(int index) { return &headers[index]; }

rd_kafka_conf_t *make_conf(const char *const *properties, kafka_benchmark_result *result) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  for (; properties[0]; properties += 2) {
    if (rd_kafka_conf_set(
          conf, properties[0], properties[1], result->error, sizeof(result->error))
        != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return NULL;
    }
  }
  // Written to for topic properties too, although they are taken.
  result->error[0] = 0;
  return conf;
}
