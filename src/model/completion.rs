//! Reads what servers send back, whatever their shape: only what is needed, nothing by type. Never shows a body in an error.

use serde_json::Value;

use super::ModelError;

/// Longest text of an error that is kept, in characters.
const DETAIL: usize = 200;

/// Text and tokens of a completion.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Completion {
    /// The reply; a refusal counts as one, an empty one too.
    pub(super) text: String,
    /// Tokens sent, when the server says so.
    pub(super) input_tokens: Option<u64>,
    /// Tokens received, when the server says so.
    pub(super) output_tokens: Option<u64>,
    /// Tokens sent that the server had in its cache; 0 when it says nothing.
    pub(super) cached_tokens: u64,
}

/// Reads the body of a successful answer.
pub(super) fn read(body: &Value) -> Result<Completion, ModelError> {
    if let Some(error) = body.get("error").filter(|error| !error.is_null()) {
        // Some gateways report failures under status 200.
        let code = error.get("code").or_else(|| error.get("status")).and_then(Value::as_u64);
        let status =
            code.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code)).unwrap_or(200);
        return Err(ModelError::Refused { status, detail: error_text(body), retry_after: None });
    }
    let Some(choice) = body.get("choices").and_then(Value::as_array).and_then(|choices| choices.first()) else {
        return Err(ModelError::Unusable(
            "it holds no completion; is the base URL that of an OpenAI-compatible API?".into(),
        ));
    };
    let message = choice.get("message");
    let content = message.and_then(|message| message.get("content")).or_else(|| choice.get("text"));
    let text = content
        .and_then(text_of)
        .or_else(|| message?.get("refusal").and_then(text_of))
        .or_else(|| message?.pointer("/tool_calls/0/function/arguments").and_then(text_of))
        .unwrap_or_default();
    let count = |paths: &[&str]| paths.iter().find_map(|path| body.get("usage")?.pointer(path).and_then(number));
    let cached =
        ["/prompt_tokens_details/cached_tokens", "/input_tokens_details/cached_tokens", "/prompt_cache_hit_tokens"];
    Ok(Completion {
        text,
        input_tokens: count(&["/prompt_tokens", "/input_tokens"]),
        output_tokens: count(&["/completion_tokens", "/output_tokens"]),
        cached_tokens: count(&cached).unwrap_or_default(),
    })
}

/// A count; some servers send it as a float.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|n| (0.0..1e15).contains(n)).map(|n| n as u64))
}

/// A string, a list of parts with texts, or an object that a server has parsed already.
fn text_of(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            Some(parts.iter().filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str())).collect())
        }
        Value::Object(_) => Some(content.to_string()),
        _ => None,
    }
}

/// The words of an error body, on one line and short. Bodies come as `{"error": {"message"}}`, `{"error": "…"}`,
/// `{"message"}`, `{"detail"}`.
pub(super) fn error_text(body: &Value) -> String {
    let error = body.get("error");
    let words = [error.and_then(|error| error.get("message")), error, body.get("message"), body.get("detail")];
    let words = words.into_iter().flatten().find_map(Value::as_str);
    words.map_or_else(|| "no reason given".into(), short)
}

/// The words of an error body that may not be JSON.
pub(super) fn error_text_of_bytes(bytes: &[u8], content_type: &str) -> String {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => error_text(&value),
        Err(_) if content_type.starts_with("text/plain") => short(&String::from_utf8_lossy(bytes)),
        Err(_) => "no reason given".into(),
    }
}

pub(super) fn short(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    let shown: String = line.chars().filter(|c| !c.is_control()).take(DETAIL).collect();
    if shown.is_empty() {
        "no reason given".into()
    } else if line.chars().count() > DETAIL {
        format!("{shown}…")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let body: Value = serde_json::from_str(body).unwrap();
        let got = match read(&body) {
            Ok(done) => format!("{:?} {:?} {}", done.input_tokens, done.output_tokens, done.text),
            Err(error) => error.to_string(),
        };
        assert!(got.contains(expected), "{body}: {got}");
    }

    /// Twenty shapes of an answer that servers and gateways are known to send; a reader by OpenAI's types takes four of them.
    #[test]
    fn completions_of_many_servers_are_read() {
        let whole = |message: &str, more: &str| {
            format!(
                r#"{{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{{"index":0,"message":{message},
                "finish_reason":"stop"}}],"usage":{{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}{more}}}"#
            )
        };
        let hi = r#"{"role":"assistant","content":"hi"}"#;
        for (body, expected) in [
            // OpenAI, Ollama, vLLM and llama.cpp as they are.
            (whole(r#"{"role":"assistant","content":"hi","refusal":null,"annotations":[]}"#, ""), "Some(3) Some(1) hi"),
            (whole(hi, r#","system_fingerprint":"fp_ollama""#), "Some(3) Some(1) hi"),
            (
                whole(
                    r#"{"role":"assistant","content":"hi","reasoning_content":null,"tool_calls":[]}"#,
                    r#","prompt_logprobs":null"#,
                ),
                "hi",
            ),
            (whole(hi, r#","timings":{"prompt_n":3},"__verbose":{}"#), "hi"),
            // What departs from OpenAI's types.
            (whole(hi, r#","service_tier":"on_demand""#), "Some(3) Some(1) hi"),
            (whole(hi, "").replace(r#""stop""#, r#""""#), "hi"),
            (whole(hi, "").replace(r#""stop""#, r#""abort""#), "hi"),
            (whole(hi, "").replace(r#""stop""#, r#""error""#), "hi"),
            (whole(hi, "").replace(r#""created":1,"#, r#""created":1.5,"#), "hi"),
            (whole(hi, "").replace(r#""created":1,"#, ""), "hi"),
            (whole(hi, "").replace(r#""id":"c1","#, ""), "hi"),
            (whole(hi, "").replace(r#""object":"chat.completion","#, ""), "hi"),
            (whole(hi, "").replace(r#""index":0,"#, ""), "hi"),
            (whole(r#"{"content":"hi"}"#, ""), "hi"),
            (r#"{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":7.0}}"#.into(), "Some(7) None hi"),
            (r#"{"choices":[{"message":{"content":"hi"}}],"usage":{}}"#.into(), "None None hi"),
            (whole(r#"{"role":null,"content":[{"type":"text","text":"a"},"b",{"type":"image"}]}"#, ""), "ab"),
            (
                whole(
                    r#"{"content":null,"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}"#,
                    "",
                ),
                r#"{"a":1}"#,
            ),
            (whole(r#"{"content":null,"tool_calls":[{"id":"1","function":{"arguments":{"a":1}}}]}"#, ""), r#"{"a":1}"#),
            (r#"{"error":{"message":"overloaded","code":503}}"#.into(), "answered 503: overloaded"),
        ] {
            check(&body, expected);
        }
        // And what is rarer.
        check(r#"{"choices":[{"text":"old"}],"usage":{}}"#, "None None old");
        check(r#"{"choices":[{"message":{"content":null,"refusal":"I will not"}}]}"#, "I will not");
        check(r#"{"choices":[{"message":{"content":{"score":1}}}]}"#, r#"{"score":1}"#);
        check(
            r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}],"usage":{"input_tokens":7}}"#,
            "Some(7) None ",
        );
        check(r#"{"error":null,"choices":[{"message":{"content":"hi"}}]}"#, "hi");
        check(r#"{"choices":[{}]}"#, "None None ");
        check(r#"{"choices":[{"message":{"content":"hi"}}],"usage":null}"#, "None None hi");
    }

    #[test]
    fn tokens_of_the_cache_are_found_where_servers_say_them() {
        for (usage, expected) in [
            (r#"{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":4}}"#, 4),
            (r#"{"input_tokens":9,"input_tokens_details":{"cached_tokens":4}}"#, 4),
            (r#"{"prompt_tokens":9,"prompt_cache_hit_tokens":4}"#, 4),
            (r#"{"prompt_tokens":9,"prompt_tokens_details":null}"#, 0),
            (r#"{"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":-4}}"#, 0),
        ] {
            let body = format!(r#"{{"choices":[{{"message":{{"content":"hi"}}}}],"usage":{usage}}}"#);
            assert_eq!(read(&serde_json::from_str(&body).unwrap()).unwrap().cached_tokens, expected, "{usage}");
        }
    }

    #[test]
    fn what_is_no_completion_says_why() {
        check(r#"{"error":{"message":"overloaded","code":503}}"#, "answered 503: overloaded");
        check(r#"{"error":"model not found"}"#, "answered 200: model not found");
        check(r#"{"error":{"code":"rate_limit","message":"a\n b"}}"#, "answered 200: a b");
        check(r"{}", "holds no completion");
        check("[]", "holds no completion");
        check(r#"{"choices":[]}"#, "holds no completion");
    }

    #[test]
    fn error_bodies_become_one_short_line() {
        for (body, content_type, expected) in [
            (r#"{"error":{"message":"bad key","type":"auth"}}"#, "application/json", "bad key"),
            (r#"{"object":"error","message":"too long","code":40303}"#, "application/json", "too long"),
            (r#"{"detail":"Not Found"}"#, "application/json", "Not Found"),
            (r#"{"error":{"message":7}}"#, "application/json", "no reason given"),
            ("slow\tdown\u{7}\n", "text/plain; charset=utf-8", "slow down"),
            ("<html><h1>502</h1>", "text/html", "no reason given"),
            ("", "", "no reason given"),
        ] {
            assert_eq!(error_text_of_bytes(body.as_bytes(), content_type), expected, "{body}");
        }
        assert_eq!(short(&"é".repeat(500)).chars().count(), DETAIL + 1);
    }
}
