//! What an endpoint understands: servers differ in how they take a schema, a limit, a system message. Steps down where one
//! refuses, and never up again.

use serde_json::{Value, json};

use crate::critique::Ask;

/// What is sent, whoever asks.
pub(super) struct Prompt<'a> {
    pub(super) system: &'a str,
    pub(super) user: &'a str,
    pub(super) schema_name: &'a str,
    pub(super) schema: &'a Value,
    /// Most tokens of the reply.
    pub(super) max_tokens: u32,
}

impl<'a> Prompt<'a> {
    pub(super) fn of(ask: &'a Ask) -> Self {
        Self {
            system: &ask.system,
            user: &ask.user,
            schema_name: &ask.schema_name,
            schema: &ask.schema,
            max_tokens: ask.max_tokens,
        }
    }
}

/// How a request is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    format: Format,
    limit: Limit,
    temperature: bool,
    system: bool,
}

/// How the reply is bound to its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// The server enforces the schema.
    Schema,
    /// The server enforces JSON; the instructions show the schema.
    Object,
    /// Nothing is enforced; the instructions show the schema.
    Plain,
}

/// The field that limits the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Completion,
    Tokens,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { format: Format::Schema, limit: Limit::Completion, temperature: true, system: true }
    }
}

impl Dialect {
    /// The body of a request.
    pub(super) fn body(self, model: &str, ask: &Prompt<'_>) -> Value {
        let mut system = ask.system.to_owned();
        if self.format != Format::Schema {
            system.push_str("\n\nThe JSON Schema of the reply:\n");
            system.push_str(&ask.schema.to_string());
        }
        let messages = if self.system {
            json!([{ "role": "system", "content": system }, { "role": "user", "content": ask.user }])
        } else {
            json!([{ "role": "user", "content": format!("{system}\n\n{}", ask.user) }])
        };
        let mut body = json!({ "model": model, "messages": messages, "stream": false });
        if let Some(fields) = body.as_object_mut() {
            fields.insert(self.limit().into(), json!(ask.max_tokens));
            if self.temperature {
                fields.insert("temperature".into(), json!(0));
            }
            let format = match self.format {
                Format::Schema => Some(json!({
                    "type": "json_schema",
                    "json_schema": { "name": ask.schema_name, "schema": ask.schema, "strict": true },
                })),
                Format::Object => Some(json!({ "type": "json_object" })),
                Format::Plain => None,
            };
            if let Some(format) = format {
                fields.insert("response_format".into(), format);
            }
        }
        body
    }

    /// The same without a temperature.
    pub(super) fn without_temperature(self) -> Self {
        Self { temperature: false, ..self }
    }

    /// The same for a server that takes a schema, or the wish for JSON, without a word and answers as it likes.
    pub(super) fn unbound(self) -> Self {
        Self { format: Format::Plain, ..self }
    }

    /// How the reply is bound to its schema, for people.
    pub(super) fn format(self) -> &'static str {
        match self.format {
            Format::Schema => "json_schema",
            Format::Object => "json_object",
            Format::Plain => "none",
        }
    }

    /// A system message is understood.
    pub(super) fn has_system(self) -> bool {
        self.system
    }

    /// A temperature is taken.
    pub(super) fn has_temperature(self) -> bool {
        self.temperature
    }

    /// Name of the field that limits the reply.
    pub(super) fn limit(self) -> &'static str {
        match self.limit {
            Limit::Completion => "max_completion_tokens",
            Limit::Tokens => "max_tokens",
        }
    }

    /// The next thing to try after the endpoint refused this one with `detail`; none when nothing is left. What the text names
    /// is changed first; a text that names nothing is taken to mean the schema.
    pub(super) fn after(self, detail: &str) -> Option<Self> {
        let detail = detail.to_lowercase();
        if detail.contains("context length") || detail.contains("context_length") || detail.contains("context window") {
            return None;
        }
        if self.temperature && detail.contains("temperature") {
            return Some(Self { temperature: false, ..self });
        }
        if self.limit == Limit::Completion
            && (detail.contains("max_completion_tokens") || detail.contains("max_tokens"))
        {
            return Some(Self { limit: Limit::Tokens, ..self });
        }
        let names_role = detail.contains("system") && (detail.contains("role") || detail.contains("message"));
        if self.system && names_role {
            return Some(Self { system: false, ..self });
        }
        match self.format {
            Format::Schema => Some(Self { format: Format::Object, ..self }),
            Format::Object => Some(Self { format: Format::Plain, ..self }),
            Format::Plain => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Dialect =
        Dialect { format: Format::Schema, limit: Limit::Completion, temperature: true, system: true };
    const OBJECT: Dialect = Dialect { format: Format::Object, ..SCHEMA };
    const PLAIN: Dialect = Dialect { format: Format::Plain, ..SCHEMA };

    #[test]
    fn each_refusal_takes_one_step_down() {
        for (from, detail, expected) in [
            (SCHEMA, "response_format json_schema is not supported", Some(OBJECT)),
            (SCHEMA, "Bad Request", Some(OBJECT)),
            (OBJECT, "unknown response_format", Some(PLAIN)),
            (PLAIN, "Bad Request", None),
            (
                SCHEMA,
                "Unsupported value: 'temperature' does not support 0",
                Some(Dialect { temperature: false, ..SCHEMA }),
            ),
            (SCHEMA, "unknown field max_completion_tokens", Some(Dialect { limit: Limit::Tokens, ..SCHEMA })),
            (SCHEMA, "System role not supported", Some(Dialect { system: false, ..SCHEMA })),
            (SCHEMA, "This model's maximum context length is 4096 tokens", None),
        ] {
            assert_eq!(from.after(detail), expected, "{detail}");
        }
    }

    #[test]
    fn every_way_down_ends() {
        for detail in ["", "temperature", "max_tokens", "system role", "temperature max_tokens system role schema"] {
            let mut steps = 0;
            let mut at = Some(SCHEMA);
            while let Some(dialect) = at {
                steps += 1;
                at = dialect.after(detail);
            }
            assert!(steps <= 6, "{detail}: {steps}");
        }
    }
}
