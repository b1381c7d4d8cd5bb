//! The description of `/api/v1` (`OpenAPI` 3.1). Schemas come from the types that are sent and read.

use axum::http::StatusCode;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::api::LONGEST_KEY;
use super::feedback::{FeedbackIn, FeedbackOut};
use super::input::{Ask, LINE};
use super::problem::ProblemOut;
use super::shape::{EventOut, ReviewOut, ReviewsOut};
use crate::job::by_hand::{Form, LONGEST_ADDRESS, LONGEST_NAME, MOST_PACKS, PHASES, TreatAs, Verdict, Wish};
use crate::store::{PAGE, ReviewState};

/// The description, with the names of the packs that there are.
#[must_use]
pub fn openapi(packs: &[&str]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    for name in [
        of::<ReviewOut>,
        of::<ReviewsOut>,
        of::<EventOut>,
        of::<ProblemOut>,
        of::<Ask>,
        of::<FeedbackIn>,
        of::<FeedbackOut>,
    ] {
        name(&mut schemas);
    }
    let mut schemas = schemas.take_definitions(true);
    // Which packs there are only the rules know.
    let packs = json!({ "type": "string", "enum": packs });
    if let Some(items) = schemas.get_mut("ReviewRequest").and_then(|ask| ask.pointer_mut("/properties/packs/items")) {
        items.clone_from(&packs);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "specreview",
            "version": "1",
            "summary": "Reviews technical specifications of AI projects",
            "description": "A review is asked for, waits, is worked on, and is done or has failed. Problems are application/problem+json \
                with what happened (detail) and what to do (advice).",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "security": [{ "token": [] }],
        "paths": {
            "/api/v1/reviews": { "post": submit(&packs), "get": list() },
            "/api/v1/reviews/{id}": { "parameters": [id()], "get": {
                "operationId": "getReview",
                "summary": "A review: where it is, and the report when it is done",
                "responses": responses(json!({ "200": json_of("The review", "Review") }), &[StatusCode::NOT_FOUND]),
            }},
            "/api/v1/reviews/{id}/events": { "parameters": [id()], "get": {
                "operationId": "getEvents",
                "summary": "The phases of a review as they happen",
                "description": "Server-sent events whose data is an Event: first those that were, then those that come, until done or \
                    failed. Last-Event-ID goes on after an event.",
                "responses": responses(json!({ "200": {
                    "description": "Events; the data of each is an Event",
                    "content": { "text/event-stream": { "schema": event() } },
                }}), &[StatusCode::NOT_FOUND]),
            }},
            "/api/v1/reviews/{id}/feedback": { "parameters": [id()], "post": feedback() },
            "/api/v1/reviews/{id}/report.{form}": { "parameters": [id(), form()], "get": {
                "operationId": "getReport",
                "summary": "The report in one of its forms",
                "responses": responses(json!({ "200": {
                    "description": "The report",
                    "content": {
                        "application/json": { "schema": { "type": "object" } },
                        "application/sarif+json": { "schema": { "type": "object" } },
                        "text/html": { "schema": { "type": "string" } },
                        "text/markdown": { "schema": { "type": "string" } },
                    },
                }}), &[StatusCode::NOT_FOUND, StatusCode::CONFLICT]),
            }},
            "/api/v1/documents/{document}/changes": { "parameters": [document(), side("from"), side("to")], "get": {
                "operationId": "getChanges",
                "summary": "What changed from one review of a document to another",
                "description": "The report of the later text against the earlier one, by the same rules on both and without a model: what is \
                    new, what is gone, and which commitments changed. Ids of documents are those of reviews (document.id).",
                "responses": responses(json!({ "200": {
                    "description": "The comparison, as a report",
                    "content": { "application/json": { "schema": { "type": "object" } } },
                }}), &[StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND]),
            }},
            "/api/v1/openapi.json": { "get": {
                "operationId": "getDescription",
                "summary": "This description",
                "security": [],
                "responses": { "200": {
                    "description": "OpenAPI 3.1",
                    "content": { "application/json": { "schema": { "type": "object" } } },
                }},
            }},
        },
        "components": {
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The token that the operator has set; a server that answers on its own machine only has none",
            }},
            "schemas": schemas,
        },
    })
}

fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) {
    schemas.subschema_for::<T>();
}

fn submit(packs: &Value) -> Value {
    let files = Wish::media_types().into_iter().collect::<Vec<_>>().join(", ");
    json!({
        "operationId": "submitReview",
        "summary": "Ask for a review of an address, a text or a file",
        "parameters": [{
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same key with the same body is the same review, however often it is sent; with another body it is refused",
            "schema": { "type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$" },
        }],
        "requestBody": { "required": true, "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/ReviewRequest" } },
            "multipart/form-data": { "encoding": { "file": { "contentType": files } }, "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": false,
                "properties": {
                    "file": { "type": "string", "format": "binary", "minLength": 1, "description": "The document; its name says which form it has" },
                    "name": { "type": "string", "maxLength": LONGEST_NAME, "pattern": LINE },
                    "as": { "type": "string", "enum": TreatAs::ALL.map(TreatAs::word) },
                    "packs": { "type": "array", "items": packs, "maxItems": MOST_PACKS },
                    "llm": { "type": "string", "enum": ["true", "false"] },
                },
            }},
        }},
        "responses": responses(json!({ "202": {
            "description": "It waits for a worker",
            "headers": {
                "Location": { "required": true, "schema": { "type": "string" }, "description": "Where the review is" },
                "Idempotency-Replayed": { "schema": { "const": "true" }, "description": "The key was used before: this is that review" },
            },
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Review" } } },
            "links": { "review": { "operationId": "getReview", "parameters": { "id": "$response.body#/id" } } },
        }}), &[
            StatusCode::BAD_REQUEST,
            StatusCode::FORBIDDEN,
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ]),
    })
}

fn list() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let verdicts: Vec<&str> = Verdict::ALL.into_iter().map(Verdict::word).collect();
    let states: Vec<&str> = ReviewState::ALL.into_iter().map(ReviewState::word).collect();
    json!({
        "operationId": "listReviews",
        "summary": "Reviews, the latest first",
        "parameters": [
            query("document", "Part of the address, name or title of the document, in any case",
                json!({ "type": "string", "maxLength": LONGEST_ADDRESS, "pattern": LINE })),
            query("verdict", "What they came to", json!({ "type": "string", "enum": verdicts })),
            query("state", "Where they are", json!({ "type": "string", "enum": states })),
            query("since", "Asked for on this day (UTC) or later", json!({ "type": "string", "format": "date" })),
            query("cursor", "What `next` of a list has said",
                json!({ "type": "string", "pattern": "^[0-9]{1,15}-[0-9a-f]{32}$" })),
            query("limit", "At most so many", json!({ "type": "integer", "minimum": 1, "maximum": PAGE })),
        ],
        "responses": responses(json!({ "200": json_of("Reviews", "Reviews") }), &[StatusCode::BAD_REQUEST]),
    })
}

fn feedback() -> Value {
    json!({
        "operationId": "sayFeedback",
        "summary": "Say what a finding is worth: useful, wrong, or not applicable, and why",
        "description": "Kept by rule for whoever minds the rules (`specreview feedback`). What the same person says later takes its place.",
        "requestBody": { "required": true, "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/FeedbackRequest" } },
        }},
        "responses": responses(json!({ "200": json_of("It is kept", "Feedback") }), &[
            StatusCode::BAD_REQUEST,
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::REQUEST_TIMEOUT,
            StatusCode::CONFLICT,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::UNPROCESSABLE_ENTITY,
        ]),
    })
}

/// One event as it is sent, its data as text.
fn event() -> Value {
    json!({
        "type": "object",
        "required": ["id", "event", "data"],
        "properties": {
            "id": { "type": "string", "pattern": "^[0-9]+$" },
            "event": { "type": "string", "enum": PHASES },
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": { "$ref": "#/components/schemas/Event" },
            },
        },
    })
}

fn id() -> Value {
    json!({
        "name": "id", "in": "path", "required": true, "description": "Id of a review",
        "schema": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
    })
}

fn document() -> Value {
    json!({
        "name": "document", "in": "path", "required": true, "description": "Id of a document",
        "schema": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
    })
}

/// One of two reviews that are compared.
fn side(name: &str) -> Value {
    json!({
        "name": name, "in": "query", "required": true, "description": "Id of a review of the document that is done",
        "schema": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
    })
}

fn form() -> Value {
    json!({
        "name": "form", "in": "path", "required": true, "description": "Form of the report",
        "schema": { "type": "string", "enum": Form::ALL.map(Form::ending) },
    })
}

fn json_of(description: &str, schema: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
    })
}

/// Good answers, with the problems that there may be.
fn responses(good: Value, problems: &[StatusCode]) -> Value {
    let always = [
        StatusCode::UNAUTHORIZED,
        StatusCode::MISDIRECTED_REQUEST,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let mut all = match good {
        Value::Object(good) => good,
        _ => Map::new(),
    };
    for status in problems.iter().chain(&always) {
        let problem = json!({
            "description": status.canonical_reason(),
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
        all.insert(status.as_str().to_owned(), problem);
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::by_hand::{LARGEST_TEXT, LONGEST_ADDRESS};
    use crate::store::{LONGEST_REASON, Worth};

    /// What stands at a place.
    fn at(place: &str) -> Value {
        openapi(&["genai"]).pointer(place).cloned().unwrap_or_default()
    }

    /// Words that one may say at a place of the schemas: in a list, or each with its description.
    fn words(place: &str) -> Vec<String> {
        let schema = at(place);
        let one = |value: &Value| Some(value.get("const").unwrap_or(value).as_str()?.to_owned());
        let listed = schema.get("enum").or_else(|| schema.get("oneOf")).and_then(Value::as_array);
        listed.map_or_else(|| one(&schema).into_iter().collect(), |all| all.iter().filter_map(one).collect())
    }

    #[test]
    fn the_words_of_the_description_are_those_of_the_types() {
        let submit = "/paths/~1api~1v1~1reviews/post/requestBody/content/multipart~1form-data/schema/properties";
        let list = "/paths/~1api~1v1~1reviews/get/parameters";
        let form = "/paths/~1api~1v1~1reviews~1{id}~1report.{form}/get";
        let events = "/paths/~1api~1v1~1reviews~1{id}~1events/get/responses/200/content/text~1event-stream/schema";
        let form_of = "/paths/~1api~1v1~1reviews~1{id}~1report.{form}/parameters/1/schema";
        assert!(at(form).is_object());
        for (place, expected) in [
            ("/components/schemas/TreatAs".to_owned(), TreatAs::ALL.map(TreatAs::word).to_vec()),
            (format!("{submit}/as"), TreatAs::ALL.map(TreatAs::word).to_vec()),
            ("/components/schemas/Worth".to_owned(), Worth::ALL.map(Worth::word).to_vec()),
            ("/components/schemas/ReviewState".to_owned(), ReviewState::ALL.map(ReviewState::word).to_vec()),
            (format!("{list}/1/schema"), Verdict::ALL.map(Verdict::word).to_vec()),
            (format!("{list}/2/schema"), ReviewState::ALL.map(ReviewState::word).to_vec()),
            (form_of.to_owned(), Form::ALL.map(Form::ending).to_vec()),
            (format!("{events}/properties/event"), PHASES.to_vec()),
        ] {
            assert_eq!(words(&place), expected, "{place}");
        }
    }

    #[test]
    fn the_limits_of_the_description_are_those_that_hold() {
        let ask = "/components/schemas/ReviewRequest/properties";
        let say = "/components/schemas/FeedbackRequest/properties";
        for (place, expected) in [
            (format!("{ask}/address/maxLength"), LONGEST_ADDRESS),
            (format!("{ask}/text/maxLength"), LARGEST_TEXT),
            (format!("{ask}/name/maxLength"), LONGEST_NAME),
            (format!("{ask}/packs/maxItems"), MOST_PACKS),
            (format!("{say}/reason/maxLength"), LONGEST_REASON),
            (format!("{say}/by/maxLength"), LONGEST_NAME),
        ] {
            assert_eq!(at(&place), json!(expected), "{place}");
        }
    }

    #[test]
    fn an_address_of_a_host_that_an_operator_may_trust_is_described() {
        let pattern = at("/components/schemas/ReviewRequest/properties/address/pattern");
        let pattern = regex::Regex::new(pattern.as_str().unwrap()).unwrap();
        for (address, is_one) in [
            ("https://example.org/specs/a.md?x=1#part", true),
            ("https://docs-2.example.org", true),
            ("http://wiki:8080/spec.md", true),
            ("http://127.0.0.1:9090/a", true),
            ("https://example.org:65535/a", true),
            ("https://example.org:65536/a", false),
            ("https://256.0.0.1/a", false),
            ("https://", false),
            ("ftp://example.org/a", false),
            ("a.md", false),
        ] {
            assert_eq!(pattern.is_match(address), is_one, "{address}");
        }
    }
}
