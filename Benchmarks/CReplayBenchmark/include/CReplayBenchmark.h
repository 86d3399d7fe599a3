// The work of a replay in C on plain librdkafka: reads a topic from end to end and publishes every message again, with
// its headers and those of a replay.
#ifndef C_REPLAY_BENCHMARK_H
#define C_REPLAY_BENCHMARK_H

#include <stdint.h>

typedef struct {
  // librdkafka's, as name, value, name, value, ... NULL.
  const char *const *consumer;
  const char *const *producer;
  const char *source;
  const char *target;
  int32_t partitions;
  // Messages in the source.
  int64_t messages;
  int batch;
  // Added to each message's own headers: name, value, name, value, ... NULL.
  const char *const *headers;
} replay_benchmark_work;

typedef struct {
  // From before the clients are made until the last message is acknowledged.
  double seconds;
  double cpu_seconds;
  int64_t messages;
  // Empty when it succeeded.
  char error[256];
} replay_benchmark_result;

void replay_benchmark_run(const replay_benchmark_work *work, replay_benchmark_result *result);

#endif
