#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared.h"

static void assign_from_the_beginning(rd_kafka_t *client, const kafka_benchmark_work *work) {
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(work->partitions);
  for (int32_t partition = 0; partition < work->partitions; partition++) {
    rd_kafka_topic_partition_list_add(list, work->topic, partition)->offset =
      RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
}

// Takes one batch, reads its values and frees it. Returns the messages, -1 on an error.
static int64_t take(
  rd_kafka_queue_t *queue, rd_kafka_message_t **batch, size_t limit,
  kafka_benchmark_result *result) {
  ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, batch, limit);
  for (ssize_t i = 0; i < count; i++) {
    rd_kafka_message_t *message = batch[i];
    if (message->err) {
      snprintf(result->error, sizeof(result->error), "%s", rd_kafka_message_errstr(message));
      return -1;
    }
    result->checksum += message->len + ((const uint8_t *)message->payload)[0];
    rd_kafka_message_destroy(message);
  }
  return count;
}

void kafka_benchmark_consume(const kafka_benchmark_work *work, kafka_benchmark_result *result) {
  memset(result, 0, sizeof(*result));
  rd_kafka_conf_t *conf = make_conf(work->properties, result);
  if (!conf) return;
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, result->error, sizeof(result->error));
  if (!client) return;
  rd_kafka_poll_set_consumer(client);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(client);
  rd_kafka_message_t **batch = calloc((size_t)work->batch, sizeof(*batch));

  // The first pass warms up. Each other is on the clock from its first batch to its last.
  for (int pass = 0; pass <= work->passes; pass++) {
    assign_from_the_beginning(client, work);
    kafka_benchmark_moment start = {0, 0};
    int64_t taken = 0, before = 0;
    while (taken < work->messages) {
      int64_t left = work->messages - taken;
      size_t limit = left < work->batch ? (size_t)left : (size_t)work->batch;
      int64_t count = take(queue, batch, limit, result);
      if (count < 0) return;
      taken += count;
      if (before == 0 && taken > 0) {
        start = kafka_benchmark_now();
        before = taken;
      }
    }
    kafka_benchmark_moment end = kafka_benchmark_now();
    if (pass == 0) continue;
    result->seconds += end.seconds - start.seconds;
    result->cpu_seconds += end.cpu_seconds - start.cpu_seconds;
    result->messages += taken - before;
  }
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  free(batch);
}
