#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared.h"

// One batch on its way. `left` and `failed` belong to the thread that polls while it is; `done` is under
// the lock.
typedef struct {
  int left;
  int failed;
  int done;
} batch_t;

// One message: its value, which begins with its key, and the headers that differ from message to message.
typedef struct {
  uint8_t *value;
  uint32_t number;
  char stamped[kafka_benchmark_header_count][kafka_benchmark_header_max];
} message_t;

typedef struct {
  const kafka_benchmark_work *work;
  rd_kafka_t *client;
  rd_kafka_topic_t *topic;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  atomic_int stop;
  batch_t *ring;
  int64_t produced;  // messages
  int64_t started;   // batches
  int64_t finished;  // batches
  rd_kafka_message_t *raw;
  message_t *messages;
  uint8_t *values;
  uint8_t *pattern;
  rd_kafka_resp_err_t error;
} producer_t;

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  producer_t *producer = opaque;
  batch_t *batch = message->_private;
  if (message->err) batch->failed++;
  if (--batch->left > 0) return;
  pthread_mutex_lock(&producer->lock);
  batch->done = 1;
  pthread_cond_signal(&producer->changed);
  pthread_mutex_unlock(&producer->lock);
}

static void *poll_reports(void *argument) {
  producer_t *producer = argument;
  while (!atomic_load(&producer->stop)) rd_kafka_poll(producer->client, 50);
  return NULL;
}

static void await_oldest(producer_t *producer) {
  batch_t *oldest = &producer->ring[producer->finished++ % producer->work->batches_in_flight];
  if (producer->work->one_thread) {
    while (!oldest->done) rd_kafka_poll(producer->client, 100);
  } else {
    pthread_mutex_lock(&producer->lock);
    while (!oldest->done) pthread_cond_wait(&producer->changed, &producer->lock);
    pthread_mutex_unlock(&producer->lock);
  }
  if (oldest->failed) producer->error = RD_KAFKA_RESP_ERR__FAIL;
}

static void make_message(producer_t *producer, message_t *message, uint32_t number) {
  message->number = number;
  memcpy(message->value, producer->pattern, producer->work->value_size);
  kafka_benchmark_stamp(message->value, kafka_benchmark_key_size, number);
  if (!producer->work->with_headers) return;
  for (int i = 0; i < kafka_benchmark_header_count; i++) {
    const kafka_benchmark_header *header = kafka_benchmark_header_at(i);
    if (header->stamp_width == 0) continue;
    memcpy(message->stamped[i], header->value, strlen(header->value));
    kafka_benchmark_stamp(
      (uint8_t *)message->stamped[i] + header->stamp_at, header->stamp_width, number);
  }
}

static rd_kafka_resp_err_t produce_with_headers(
  producer_t *producer, message_t *message, batch_t *batch) {
  rd_kafka_vu_t arguments[6 + kafka_benchmark_header_count];
  int count = 0;
  arguments[count].vtype = RD_KAFKA_VTYPE_RKT;
  arguments[count++].u.rkt = producer->topic;
  arguments[count].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[count++].u.i32 = RD_KAFKA_PARTITION_UA;
  arguments[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[count++].u.i = RD_KAFKA_MSG_F_COPY;
  arguments[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[count++].u.ptr = batch;
  arguments[count].vtype = RD_KAFKA_VTYPE_VALUE;
  arguments[count].u.mem.ptr = message->value;
  arguments[count++].u.mem.size = producer->work->value_size;
  arguments[count].vtype = RD_KAFKA_VTYPE_KEY;
  arguments[count].u.mem.ptr = message->value;
  arguments[count++].u.mem.size = kafka_benchmark_key_size;
  for (int i = 0; i < kafka_benchmark_header_count; i++) {
    const kafka_benchmark_header *header = kafka_benchmark_header_at(i);
    const char *text = header->stamp_width > 0 ? message->stamped[i] : header->value;
    arguments[count].vtype = RD_KAFKA_VTYPE_HEADER;
    arguments[count].u.header.name = header->name;
    arguments[count].u.header.val = text;
    arguments[count++].u.header.size = (ssize_t)strlen(header->value);
  }
  rd_kafka_error_t *error = rd_kafka_produceva(producer->client, arguments, (size_t)count);
  if (!error) return RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

static void produce_batch(producer_t *producer, int count) {
  const kafka_benchmark_work *work = producer->work;
  if (producer->started - producer->finished == work->batches_in_flight) await_oldest(producer);
  batch_t *batch = &producer->ring[producer->started++ % work->batches_in_flight];
  *batch = (batch_t){.left = count};
  int64_t slot = work->prepared_batches > 0 ? producer->started % work->prepared_batches : 0;
  message_t *messages = producer->messages + slot * work->batch;
  for (int i = 0; i < count; i++) {
    message_t *message = &messages[i];
    if (work->prepared_batches == 0) make_message(producer, message, (uint32_t)producer->produced);
    producer->produced++;
    if (work->with_headers) {
      rd_kafka_resp_err_t code = produce_with_headers(producer, message, batch);
      if (code) producer->error = code;
    } else {
      producer->raw[i] = (rd_kafka_message_t){
        .payload = message->value,
        .len = work->value_size,
        .key = message->value,
        .key_len = kafka_benchmark_key_size,
        ._private = batch};
    }
  }
  if (work->with_headers) return;
  int taken = rd_kafka_produce_batch(
    producer->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, producer->raw, count);
  if (taken != count) producer->error = RD_KAFKA_RESP_ERR__QUEUE_FULL;
}

static void produce_all(producer_t *producer, int64_t messages) {
  while (messages > 0 && !producer->error) {
    int count = messages < producer->work->batch ? (int)messages : producer->work->batch;
    produce_batch(producer, count);
    if (producer->work->one_thread) rd_kafka_poll(producer->client, 0);
    messages -= count;
  }
  while (producer->finished < producer->started && !producer->error) await_oldest(producer);
}

static void prepare(producer_t *producer) {
  const kafka_benchmark_work *work = producer->work;
  size_t batches = work->prepared_batches > 0 ? (size_t)work->prepared_batches : 1;
  size_t count = batches * (size_t)work->batch;
  producer->messages = calloc(count, sizeof(message_t));
  producer->values = malloc(count * work->value_size);
  producer->pattern = malloc(work->value_size);
  memset(producer->pattern, 'v', work->value_size);
  for (size_t i = 0; i < count; i++) {
    producer->messages[i].value = producer->values + i * work->value_size;
    make_message(producer, &producer->messages[i], (uint32_t)i);
  }
}

void kafka_benchmark_produce(const kafka_benchmark_work *work, kafka_benchmark_result *result) {
  memset(result, 0, sizeof(*result));
  producer_t producer = {
    .work = work,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
    .ring = calloc((size_t)work->batches_in_flight, sizeof(batch_t)),
    .raw = calloc((size_t)work->batch, sizeof(rd_kafka_message_t)),
  };
  prepare(&producer);
  rd_kafka_conf_t *conf = make_conf(work->properties, result);
  if (!conf) return;
  rd_kafka_conf_set_opaque(conf, &producer);
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  producer.client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, result->error, sizeof(result->error));
  if (!producer.client) return;
  producer.topic = rd_kafka_topic_new(producer.client, work->topic, NULL);
  pthread_t thread;
  if (!work->one_thread) pthread_create(&thread, NULL, poll_reports, &producer);

  produce_all(&producer, work->warmup);
  kafka_benchmark_moment start = kafka_benchmark_now();
  produce_all(&producer, work->messages);
  kafka_benchmark_moment end = kafka_benchmark_now();

  // The process ends with this leg, so nothing is freed after a failure: messages may be on their way.
  if (producer.error) {
    snprintf(result->error, sizeof(result->error), "%s", rd_kafka_err2str(producer.error));
    return;
  }
  atomic_store(&producer.stop, 1);
  if (!work->one_thread) pthread_join(thread, NULL);
  rd_kafka_topic_destroy(producer.topic);
  rd_kafka_destroy(producer.client);
  free(producer.ring);
  free(producer.raw);
  free(producer.messages);
  free(producer.values);
  free(producer.pattern);
  result->seconds = end.seconds - start.seconds;
  result->cpu_seconds = end.cpu_seconds - start.cpu_seconds;
  result->messages = work->messages;
}
