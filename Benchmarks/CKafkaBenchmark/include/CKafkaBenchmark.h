// The same work as the Swift legs, in C on plain librdkafka; and what both sides share: the clock, the
// bytes of a message and the mock broker.
#ifndef C_KAFKA_BENCHMARK_H
#define C_KAFKA_BENCHMARK_H

#include <stddef.h>
#include <stdint.h>

// One leg's work. Properties are librdkafka's, as name, value, name, value, ... NULL.
typedef struct {
  const char *const *properties;
  const char *topic;
  int32_t partitions;
  // Messages within the clock, and before it. Consuming: messages in the topic, and times read.
  int64_t messages;
  int64_t warmup;
  int passes;
  size_t value_size;
  int batch;
  // Batches that may wait for their acknowledgement.
  int batches_in_flight;
  int with_headers;
  // Batches made beforehand and produced in turn; 0 makes each message anew, on the clock.
  int prepared_batches;
  // Produce and take the reports on one thread; else reports have a thread of their own, as in `Kafka`.
  int one_thread;
} kafka_benchmark_work;

typedef struct {
  double seconds;
  // All threads of the process.
  double cpu_seconds;
  int64_t messages;
  // Sum of value sizes and first bytes.
  uint64_t checksum;
  // Empty when the leg succeeded.
  char error[256];
} kafka_benchmark_result;

void kafka_benchmark_produce(const kafka_benchmark_work *work, kafka_benchmark_result *result);
void kafka_benchmark_consume(const kafka_benchmark_work *work, kafka_benchmark_result *result);

typedef struct {
  double seconds;
  double cpu_seconds;
} kafka_benchmark_moment;

// Monotonic time, and the processor time of all threads of this process.
kafka_benchmark_moment kafka_benchmark_now(void);

typedef struct {
  const char *name;
  const char *value;
  // Digits of the message's number are written there; none with width 0.
  int stamp_at;
  int stamp_width;
} kafka_benchmark_header;

// A message's key is the digits of its number, and its value begins with them.
enum {
  kafka_benchmark_key_size = 8,
  kafka_benchmark_header_count = 7,
  kafka_benchmark_header_max = 64
};

// The headers of the product's messages: CloudEvents' Kafka binding and W3C trace context.
const kafka_benchmark_header *kafka_benchmark_header_at(int index);

// Writes the last `width` decimal digits of `number`.
static inline void kafka_benchmark_stamp(uint8_t *place, int width, uint32_t number) {
  for (int i = width - 1; i >= 0; i--) {
    place[i] = (uint8_t)('0' + number % 10);
    number /= 10;
  }
}

// A mock cluster in this process; NULL with `error` filled when it does not start.
typedef struct kafka_benchmark_broker kafka_benchmark_broker;
kafka_benchmark_broker *kafka_benchmark_broker_start(char *error, size_t error_size);
const char *kafka_benchmark_broker_address(const kafka_benchmark_broker *broker);
int kafka_benchmark_broker_create_topic(
  kafka_benchmark_broker *broker, const char *topic, int32_t partitions);
void kafka_benchmark_broker_stop(kafka_benchmark_broker *broker);

#endif
