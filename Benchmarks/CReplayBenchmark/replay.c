#include "CReplayBenchmark.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
  const replay_benchmark_work *work;
  replay_benchmark_result *result;
  rd_kafka_t *consumer;
  rd_kafka_t *producer;
  rd_kafka_topic_t *target;
  atomic_int_fast64_t acknowledged;
  atomic_int_fast64_t failed;
  atomic_int stop;
} replay_t;

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  replay_t *replay = opaque;
  atomic_fetch_add(message->err ? &replay->failed : &replay->acknowledged, 1);
}

static void *poll_reports(void *argument) {
  replay_t *replay = argument;
  while (!atomic_load(&replay->stop)) rd_kafka_poll(replay->producer, 50);
  return NULL;
}

static rd_kafka_t *make(replay_t *replay, rd_kafka_type_t type, const char *const *properties) {
  replay_benchmark_result *result = replay->result;
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  for (; properties[0]; properties += 2) {
    if (rd_kafka_conf_set(
          conf, properties[0], properties[1], result->error, sizeof(result->error))
        != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return NULL;
    }
  }
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_opaque(conf, replay);
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  }
  rd_kafka_t *client = rd_kafka_new(type, conf, result->error, sizeof(result->error));
  // Written to for topic properties too, although they are taken.
  if (client) result->error[0] = 0;
  return client;
}

static void assign_from_the_beginning(replay_t *replay) {
  const replay_benchmark_work *work = replay->work;
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(work->partitions);
  for (int32_t partition = 0; partition < work->partitions; partition++) {
    rd_kafka_topic_partition_list_add(list, work->source, partition)->offset =
      RD_KAFKA_OFFSET_BEGINNING;
  }
  rd_kafka_assign(replay->consumer, list);
  rd_kafka_topic_partition_list_destroy(list);
}

// Publishes the message again. Its headers move over, so that only the added ones are made.
static rd_kafka_resp_err_t publish(replay_t *replay, rd_kafka_message_t *message) {
  rd_kafka_headers_t *headers = NULL;
  if (rd_kafka_message_detach_headers(message, &headers)) headers = rd_kafka_headers_new(4);
  for (const char *const *added = replay->work->headers; added[0]; added += 2) {
    rd_kafka_header_add(headers, added[0], -1, added[1], -1);
  }
  while (1) {
    rd_kafka_vu_t arguments[6] = {
      {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = replay->target},
      {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = RD_KAFKA_PARTITION_UA},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
      {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {message->payload, message->len}},
      {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {message->key, message->key_len}},
      {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *error = rd_kafka_produceva(replay->producer, arguments, 6);
    if (!error) return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_headers_destroy(headers);
      return code;
    }
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
}

static void fail(replay_t *replay, const char *words) {
  snprintf(replay->result->error, sizeof(replay->result->error), "%s", words);
}

static void read_and_publish(replay_t *replay) {
  const replay_benchmark_work *work = replay->work;
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(replay->consumer);
  rd_kafka_message_t **batch = calloc((size_t)work->batch, sizeof(*batch));
  assign_from_the_beginning(replay);
  int64_t taken = 0;
  while (taken < work->messages && !replay->result->error[0]) {
    ssize_t count = rd_kafka_consume_batch_queue(queue, 1000, batch, (size_t)work->batch);
    for (ssize_t i = 0; i < count; i++) {
      if (batch[i]->err) fail(replay, rd_kafka_message_errstr(batch[i]));
      rd_kafka_resp_err_t code = batch[i]->err ? 0 : publish(replay, batch[i]);
      if (code) fail(replay, rd_kafka_err2str(code));
      rd_kafka_message_destroy(batch[i]);
    }
    taken += count > 0 ? count : 0;
  }
  rd_kafka_flush(replay->producer, 60000);
  replay->result->messages = taken;
  free(batch);
  rd_kafka_queue_destroy(queue);
}

void replay_benchmark_run(const replay_benchmark_work *work, replay_benchmark_result *result) {
  memset(result, 0, sizeof(*result));
  double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  replay_t replay = {.work = work, .result = result};
  replay.producer = make(&replay, RD_KAFKA_PRODUCER, work->producer);
  if (!replay.producer) return;
  replay.consumer = make(&replay, RD_KAFKA_CONSUMER, work->consumer);
  if (!replay.consumer) return;
  rd_kafka_poll_set_consumer(replay.consumer);
  replay.target = rd_kafka_topic_new(replay.producer, work->target, NULL);
  pthread_t thread;
  pthread_create(&thread, NULL, poll_reports, &replay);
  read_and_publish(&replay);
  result->seconds = seconds(CLOCK_MONOTONIC) - start;
  result->cpu_seconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  atomic_store(&replay.stop, 1);
  pthread_join(thread, NULL);
  int64_t acknowledged = atomic_load(&replay.acknowledged);
  if (!result->error[0] && acknowledged != result->messages) {
    snprintf(
      result->error, sizeof(result->error), "%lld of %lld messages were acknowledged, %lld failed",
      (long long)acknowledged, (long long)result->messages,
      (long long)atomic_load(&replay.failed));
  }
  rd_kafka_topic_destroy(replay.target);
  rd_kafka_consumer_close(replay.consumer);
  rd_kafka_destroy(replay.consumer);
  rd_kafka_destroy(replay.producer);
}
