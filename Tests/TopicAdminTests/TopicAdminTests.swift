// TopicAdmin
