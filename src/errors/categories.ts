/** What went wrong, coarsely enough to count by and finely enough to act on. */
export const ERROR_CATEGORIES = [
  /** Nobody answered in time. */
  "timeout",
  /** Too many requests or tokens, or the account's quota is used up. */
  "rate_limit",
  /** The credentials are missing, wrong, or not allowed to do this. */
  "auth",
  /** The request, an argument or an answer did not have the shape it had to have. */
  "validation",
  /** A safety system of the provider refused the input or the output. */
  "content_filter",
  /** The prompt and the answer together do not fit into the model. */
  "context_length",
  /** A tool that an agent called failed. */
  "tool",
  /** The model does not exist, or gave an answer that cannot be used. */
  "model",
  /** No connection, or it broke. */
  "network",
  /** The other side answered with an error of its own. */
  "api",
  /** The program or its user called it off. */
  "cancelled",
  /** A budget of the program is spent: the call was stopped before it went out. */
  "budget",
  /** A mistake in the program itself. */
  "internal",
  "unknown",
] as const;

export type ErrorCategory = (typeof ERROR_CATEGORIES)[number];

/**
 * Words that name an error exactly, lower-cased: codes and types in the bodies of providers, codes of Node and undici, gRPC
 * statuses, OTel `error.type` values. Sources: the API references of the providers, nodejs.org/api/errors, undici's errors.
 */
const WORDS: Readonly<Record<ErrorCategory, string>> = {
  timeout: `timeout timed_out request_timeout timeout_error deadline_exceeded gateway_timeout etimedout esockettimedout
    und_err_connect_timeout und_err_headers_timeout und_err_body_timeout err_http_request_timeout`,
  rate_limit: `rate_limit rate_limited rate_limit_exceeded rate_limit_error ratelimitreached too_many_requests
    insufficient_quota quota_exceeded billing_hard_limit_reached billing_not_active billing_error tokens requests
    resource_exhausted throttled throttling`,
  auth: `auth authentication_error invalid_authentication invalid_api_key incorrect_api_key api_key_invalid no_api_key
    missing_api_key invalid_organization permission_error permission_denied unauthorized unauthenticated forbidden
    access_denied account_deactivated unsupported_country_region_territory`,
  validation: `validation validation_error invalid_request invalid_request_error invalid_argument invalid_value
    invalid_parameter invalid_type invalid_prompt invalid_json missing_required_parameter unknown_parameter unsupported_parameter
    unsupported_value bad_request unprocessable_entity failed_precondition out_of_range request_too_large
    string_above_max_length array_above_max_length integer_above_max_value json_schema_invalid
    string_too_long err_invalid_url`,
  content_filter: `content_filter content_policy_violation responsibleaipolicyviolation moderation_blocked safety
    prohibited_content blocklist recitation refusal spii jailbreak content_filtered guardrail_intervened`,
  context_length: `context_length context_length_exceeded context_window_exceeded max_tokens_exceeded
    model_context_window_exceeded input_too_long prompt_too_long`,
  tool: `tool tool_error tool_use_failed tool_call_error tool_execution_error`,
  model: `model model_not_found model_error deploymentnotfound model_not_available model_not_ready no_such_model
    malformed_function_call json_validate_failed invalid_model model_decommissioned`,
  network: `network connection_error connection_reset econnrefused econnreset econnaborted enotfound eai_again epipe ehostunreach
    enetunreach enetdown ehostdown err_socket_closed err_socket_connection_timeout und_err_socket und_err_connect
    err_stream_premature_close err_tls_cert_altname_invalid cert_has_expired self_signed_cert_in_chain
    depth_zero_self_signed_cert unable_to_verify_leaf_signature unable_to_get_issuer_cert_locally err_ssl_wrong_version_number
    err_http2_goaway_session err_http2_stream_error hpe_invalid_constant`,
  api: `api api_error server_error internal_server_error overloaded overloaded_error service_unavailable unavailable not_found
    not_found_error conflict engine_overloaded bad_gateway server_overloaded aborted data_loss unimplemented
    rpc_error already_exists`,
  cancelled: `cancelled canceled aborterror abort_err abort err_aborted und_err_aborted user_abort client_closed_request
    err_canceled`,
  budget: "budget budget_exceeded ao_budget_exceeded",
  internal: `internal err_invalid_arg_type err_invalid_arg_value err_assertion`,
  unknown: "",
};

/** Names of error classes of Node, Python, the provider SDKs and the agent frameworks, lower-cased and without their module. */
const CLASSES: Readonly<Record<ErrorCategory, string>> = {
  timeout: `timeouterror apiconnectiontimeouterror connecttimeouterror headerstimeouterror bodytimeouterror requesttimeouterror
    modeltimeoutexception requesttimeout requesttimeoutexception
    apitimeouterror readtimeout writetimeout pooltimeout connecttimeout timeoutexception deadlineexceeded`,
  rate_limit: `ratelimiterror ratelimitexceedederror toomanyrequestserror toomanyrequestsexception throttlingexception
    throttledexception servicequotaexceededexception limitexceededexception resourceexhausted toomanyrequests`,
  auth: `authenticationerror permissiondeniederror unauthorizederror forbiddenerror accessdeniedexception
    expiredtokenexception unrecognizedclientexception invalidsignatureexception credentialsprovidererror ai_loadapikeyerror`,
  validation: `badrequesterror unprocessableentityerror validationerror validationexception zoderror valierror
    ai_typevalidationerror ai_invalidprompterror ai_invalidargumenterror ai_invalidmessageroleerror
    ai_unsupportedfunctionalityerror jsonschemavalidationerror`,
  content_filter: "contentfilterfinishreasonerror inputguardrailtripwiretriggered outputguardrailtripwiretriggered",
  context_length: "lengthfinishreasonerror contextoverflowerror",
  tool: `toolexecutionerror toolerror toolinputparsingexception toolcallerror toolinvocationerror ai_toolexecutionerror
    ai_nosuchtoolerror ai_invalidtoolargumentserror ai_invalidtoolinputerror ai_toolcallrepairerror
    toolinputguardrailtripwiretriggered tooloutputguardrailtripwiretriggered mcperror`,
  model: `outputparserexception modelbehaviorerror modelerrorexception modelnotreadyexception modelstreamerrorexception
    ai_noobjectgeneratederror ai_nosuchmodelerror ai_nocontentgeneratederror ai_nooutputgeneratederror
    ai_emptyresponsebodyerror`,
  network: `apiconnectionerror fetcherror socketerror connectionerror connecterror connectionreseterror
    connectionrefusederror readerror writeerror networkerror sslerror`,
  api: `apierror apistatuserror ai_apicallerror internalservererror notfounderror conflicterror internalserverexception
    serviceunavailableexception resourcenotfoundexception httperror responseerror ai_retryerror ai_jsonparseerror`,
  cancelled: "aborterror apiuseraborterror cancelederror cancellederror graphinterrupt nodeinterrupt",
  budget: "budgetexceedederror",
  internal: `typeerror referenceerror rangeerror syntaxerror evalerror urierror assertionerror graphrecursionerror
    maxturnsexceedederror maxturnsexceeded keyerror valueerror attributeerror indexerror nameerror zerodivisionerror
    notimplementederror runtimeerror recursionerror`,
  unknown: "",
};

const STATUSES: Readonly<Record<number, ErrorCategory>> = {
  400: "validation",
  401: "auth",
  // Payment required: the same thing to do as for a used-up quota.
  402: "rate_limit",
  403: "auth",
  404: "api",
  408: "timeout",
  409: "api",
  413: "validation",
  422: "validation",
  429: "rate_limit",
  // nginx: the client closed the connection.
  499: "cancelled",
  504: "timeout",
  // Cloudflare: the origin did not answer in time; Anthropic: overloaded.
  524: "timeout",
  529: "api",
};

function index(table: Readonly<Record<ErrorCategory, string>>): ReadonlyMap<string, ErrorCategory> {
  const byWord = new Map<string, ErrorCategory>();
  for (const category of ERROR_CATEGORIES) {
    for (const word of table[category].split(/\s+/)) if (word !== "") byWord.set(word, category);
  }
  return byWord;
}

const BY_WORD = index(WORDS);
const BY_CLASS = index(CLASSES);

/** The category of a code, a type or a class name; undefined where no table has it. */
export function categoryOfWord(word: string): ErrorCategory | undefined {
  const lower = word.trim().toLowerCase();
  const direct = BY_WORD.get(lower) ?? BY_CLASS.get(lower);
  if (direct !== undefined) return direct;
  // gRPC statuses and AWS codes come as `Status.UNAVAILABLE`, `com.amazon#ThrottlingException`, `rate-limit-exceeded`.
  const last = lower.slice(Math.max(lower.lastIndexOf("."), lower.lastIndexOf("#"), lower.lastIndexOf("/")) + 1);
  const plain = last.replaceAll("-", "_").replaceAll(" ", "_");
  return BY_WORD.get(plain) ?? BY_CLASS.get(plain);
}

/** The category of an HTTP status; undefined for one that is no error. */
export function categoryOfStatus(status: number): ErrorCategory | undefined {
  return STATUSES[status] ?? (status >= 400 && status < 600 ? "api" : undefined);
}

type MessageRule = {
  readonly pattern: RegExp;
  readonly category: ErrorCategory;
  /** The message outweighs these categories where a code, a status or a class name gave them; it always outweighs nothing. */
  readonly over: readonly ErrorCategory[];
};

/** What providers say only in prose: the first rule that matches counts. */
const MESSAGES: readonly MessageRule[] = [
  {
    pattern:
      /maximum context length|context (?:length|window)|prompt is too long|input is too long|too many (?:input )?tokens|exceeds? the (?:maximum|max) (?:number of )?tokens|reduce the length of the (?:messages|prompt)/i,
    category: "context_length",
    over: ["validation", "api", "internal"],
  },
  {
    pattern:
      /content (?:management )?policy|content[ _]filter|content was filtered|safety system|flagged as (?:potentially )?violating/i,
    category: "content_filter",
    over: ["validation", "api", "internal"],
  },
  {
    pattern:
      /model [`'"]?[\w.:/-]+[`'"]? (?:does not exist|not found|is not found|has been (?:deprecated|decommissioned))|no such model|unknown model|model not found/i,
    category: "model",
    over: ["validation", "api"],
  },
  {
    pattern: /fetch failed|socket hang up|network error|connection (?:error|refused|reset|closed)|getaddrinfo/i,
    category: "network",
    over: ["internal"],
  },
  { pattern: /\b(?:timed?[ -]?out|timeout|deadline exceeded)\b/i, category: "timeout", over: [] },
  { pattern: /rate[ -]?limit|too many requests|quota|throttl/i, category: "rate_limit", over: [] },
  {
    pattern: /api[ _-]?key|unauthori[sz]ed|forbidden|permission denied|access denied|authentication failed/i,
    category: "auth",
    over: [],
  },
  { pattern: /\baborted\b|\bcancel(?:l?ed|ation)\b/i, category: "cancelled", over: [] },
  { pattern: /\btool\b.{0,60}\b(?:failed|error|not found|threw)\b/i, category: "tool", over: [] },
  { pattern: /overloaded|service unavailable|internal server error|bad gateway/i, category: "api", over: [] },
  { pattern: /\binvalid\b|\bmust be\b|\bexpected\b|\brequired\b|validation/i, category: "validation", over: [] },
];

/** Long messages carry the payload at their end, not the reason. */
const READ_CHARACTERS = 2000;

/** The category that a message tells, where `known` (from a code, status or class name) is not more exact already. */
export function categoryOfMessage(message: string, known: ErrorCategory | undefined): ErrorCategory | undefined {
  const head = message.length > READ_CHARACTERS ? message.slice(0, READ_CHARACTERS) : message;
  for (const { pattern, category, over } of MESSAGES) {
    if ((known === undefined || over.includes(known)) && pattern.test(head)) return category;
  }
  return undefined;
}
