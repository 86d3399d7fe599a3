#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

#include "shared.h"

struct kafka_benchmark_broker {
  rd_kafka_t *client;
  rd_kafka_mock_cluster_t *cluster;
};

kafka_benchmark_broker *kafka_benchmark_broker_start(char *error, size_t error_size) {
  // This client only holds the cluster and connects to nothing: its warning about that is left out.
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "3", error, error_size);
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, error_size);
  if (!client) return NULL;
  kafka_benchmark_broker *broker = malloc(sizeof(*broker));
  broker->client = client;
  broker->cluster = rd_kafka_mock_cluster_new(client, 1);
  return broker;
}

const char *kafka_benchmark_broker_address(const kafka_benchmark_broker *broker) {
  return rd_kafka_mock_cluster_bootstraps(broker->cluster);
}

int kafka_benchmark_broker_create_topic(
  kafka_benchmark_broker *broker, const char *topic, int32_t partitions) {
  return (int)rd_kafka_mock_topic_create(broker->cluster, topic, partitions, 1);
}

void kafka_benchmark_broker_stop(kafka_benchmark_broker *broker) {
  rd_kafka_mock_cluster_destroy(broker->cluster);
  rd_kafka_destroy(broker->client);
  free(broker);
}
