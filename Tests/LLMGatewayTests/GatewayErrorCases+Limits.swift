import Testing

@testable import LLMGateway

// What each kind of gateway says when a limit, capacity, a quota or a budget is met.
extension ErrorCase {
  static let openAILimits: [ErrorCase] = [
    ErrorCase(
      "OpenAI token limit", 429,
      #"{"error":{"message":"Rate limit reached for gpt-4o in organization o on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
      .rateLimited(.ownLimit), .hold, of: .tokens, wait: .seconds(2)),
    ErrorCase(
      "OpenAI request limit, with headers", 429,
      #"{"error":{"message":"Rate limit reached for gpt-4o in organization o on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
      .rateLimited(.ownLimit), .hold, of: .requests, wait: .seconds(19.5),
      headers: [
        ("x-ratelimit-limit-requests", "3"), ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "19.5s"), ("x-ratelimit-remaining-tokens", "29000"),
        ("x-ratelimit-reset-tokens", "6m0s"),
      ]),
    ErrorCase(
      "OpenAI limit by the code alone", 429, #"{"error":{"code":"rate_limit_exceeded"}}"#,
      .rateLimited(.ownLimit), .hold),
    ErrorCase(
      "OpenAI request above the limit", 429,
      #"{"error":{"message":"Request too large for gpt-4o in organization o on tokens per min (TPM): Limit 30000, Requested 40000.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
      .contextLengthExceeded, .final),
    ErrorCase(
      "OpenAI overloaded engine", 429,
      #"{"error":{"message":"The engine is currently overloaded, please try again later","type":"server_error","param":null,"code":null}}"#,
      .rateLimited(.sharedCapacity), .hold),
    ErrorCase(
      "OpenAI quota", 429,
      #"{"error":{"message":"You exceeded your current quota, please check your plan.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
      .quotaExhausted, .hold),
    ErrorCase(
      "both limits exhausted", 429, "", .rateLimited(.ownLimit), .hold, wait: .seconds(2),
      headers: [
        ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "2s"),
      ]),
  ]

  static let azureLimits: [ErrorCase] = [
    ErrorCase(
      "Azure token limit", 429,
      #"{"error":{"code":"429","message":"Requests have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 6 seconds."}}"#,
      .rateLimited(.ownLimit), .hold, of: .tokens, wait: .seconds(6)),
    ErrorCase(
      "Azure call limit", 429,
      #"{"error":{"code":"429","message":"Requests have exceeded call rate limit of your current OpenAI S0 pricing tier."}}"#,
      .rateLimited(.ownLimit), .hold, of: .requests, wait: .seconds(1),
      headers: [("retry-after", "1")]),
    ErrorCase(
      "Azure reset in whole seconds", 429, "", .rateLimited(.ownLimit), .hold, of: .tokens,
      wait: .seconds(17),
      headers: [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "17")]),
    ErrorCase(
      "Azure high demand", 429,
      #"{"error":{"code":"429","message":"The system is experiencing high demand."}}"#,
      .rateLimited(.sharedCapacity), .hold),
    ErrorCase(
      "Azure provisioned deployment at 100 %", 429, #"{"error":{"code":"429"}}"#,
      .rateLimited(.unknown), .hold, wait: .milliseconds(334),
      headers: [("retry-after-ms", "334"), ("retry-after", "1")]),
    ErrorCase(
      "Azure, refused by the deployment it spilled to", 429,
      #"{"error":{"code":"429","message":"Requests have exceeded token rate limit."}}"#,
      .rateLimited(.sharedCapacity), .hold, wait: .seconds(3),
      headers: [
        ("x-ms-spillover-from-deployment", "ptu"), ("x-ms-deployment-name", "standard"),
        ("x-ratelimit-remaining-tokens", "0"), ("retry-after", "3"),
      ]),
    ErrorCase(
      "Azure API Management call limit", 429,
      #"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 20 seconds."}"#,
      .rateLimited(.ownLimit), .hold, wait: .seconds(20)),
    ErrorCase(
      "Azure API Management token limit", 429,
      #"{"statusCode":429,"message":"Token limit is exceeded. Try again in 2 seconds."}"#,
      .rateLimited(.ownLimit), .hold, of: .tokens, wait: .seconds(2)),
    ErrorCase(
      "Azure API Management quota", 403,
      #"{"statusCode":403,"message":"Out of call volume quota."}"#, .gatewayBudget, .hold),
  ]

  static let liteLLMLimits: [ErrorCase] = [
    ErrorCase(
      "LiteLLM upstream limit, headers dropped", 429,
      #"{"error":{"message":"litellm.RateLimitError: OpenAIException - Rate limit reached for gpt-4o on tokens per min (TPM): Limit 3, Used 3, Requested 1. Please try again in 1m30s.","type":"throttling_error","param":null,"code":"429"}}"#,
      .rateLimited(.ownLimit), .hold, of: .tokens, wait: .seconds(90)),
    ErrorCase(
      "LiteLLM upstream quota", 429,
      #"{"error":{"message":"litellm.RateLimitError: OpenAIException - You exceeded your current quota, please check your plan and billing details.","type":"throttling_error","param":null,"code":"429"}}"#,
      .quotaExhausted, .hold),
    ErrorCase(
      "LiteLLM key limit", 429,
      #"{"error":{"message":"Rate limit exceeded for api_key: 88dc. Limit type: requests. Current limit: 60, Remaining: 0","type":"None","param":"None","code":"429"}}"#,
      .rateLimited(.ownLimit), .hold, of: .requests, wait: .seconds(60),
      headers: [("retry-after", "60")]),
    ErrorCase(
      "LiteLLM key limit by its header", 429, "", .rateLimited(.ownLimit), .hold, of: .tokens,
      wait: .seconds(60), headers: [("retry-after", "60"), ("rate_limit_type", "tokens")]),
    ErrorCase(
      "LiteLLM key limit by what is left", 429, "", .rateLimited(.ownLimit), .hold, of: .tokens,
      headers: [
        ("x-ratelimit-remaining-tokens", "9000"), ("x-ratelimit-api_key-remaining-tokens", "0"),
      ]),
    ErrorCase(
      "LiteLLM limit of calls at once", 429,
      #"{"error":{"message":"Rate limit exceeded for api_key: 88dc. Limit type: max_parallel_requests. Current limit: 2, Remaining: 0","type":"None","param":"None","code":"429"}}"#,
      .rateLimited(.sharedCapacity), .hold),
    ErrorCase(
      "LiteLLM limit of a deployment", 429,
      #"{"error":{"message":"litellm.RateLimitError: Deployment over defined rpm limit=2. current usage=2","type":null,"param":null,"code":429}}"#,
      .rateLimited(.ownLimit), .hold, of: .requests),
    ErrorCase(
      "LiteLLM limit that does not say which", 429,
      #"{"error":{"message":"Crossed TPM / RPM / Max Parallel Request Limit","type":"None","code":"429"}}"#,
      .rateLimited(.ownLimit), .hold),
    ErrorCase(
      "LiteLLM cooldown without Retry-After", 429,
      #"{"error":{"message":"No deployments available for selected model, Try again in 5 seconds.","type":"None","param":"None","code":"429"}}"#,
      .rateLimited(.sharedCapacity), .hold, wait: .seconds(5)),
  ]

  static let liteLLMBudgets: [ErrorCase] = [
    ErrorCase(
      "LiteLLM budget", 400,
      #"{"error":{"message":"Budget has been exceeded! Current cost: 2, Max budget: 1","type":"budget_exceeded","param":null,"code":"400"}}"#,
      .gatewayBudget, .hold),
    ErrorCase(
      "LiteLLM budget with a message of its own", 429,
      #"{"error":{"message":"Ask your administrator.","type":"budget_exceeded","param":null,"code":"429"}}"#,
      .gatewayBudget, .hold),
    ErrorCase(
      "LiteLLM budget of a user", 401,
      #"{"error":{"message":"Authentication Error, ExceededBudget: User=u over budget. Spend=0.2, Budget=0.1","type":"auth_error","param":"None","code":401}}"#,
      .gatewayBudget, .hold),
    ErrorCase(
      "LiteLLM budget of a model", 429,
      #"{"error":{"message":"LiteLLM User: e, exceeded budget for model=m","type":"None","param":null,"code":"429"}}"#,
      .gatewayBudget, .hold),
    ErrorCase(
      "LiteLLM budget of all deployments", 429,
      #"{"error":{"message":"No deployments available - crossed budget: Exceeded budget for deployment model_name: m: 0.36 >= 0.3","type":"None","code":"429"}}"#,
      .gatewayBudget, .hold),
  ]
}
