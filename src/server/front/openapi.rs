//! The description of `/api/v1` (`OpenAPI` 3.1). Schemas come from the types that are sent and read.

use axum::http::StatusCode;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::feedback::{FeedbackIn, FeedbackOut};
use super::input::Ask;
use super::problem::ProblemOut;
use super::shape::{EventOut, ReviewOut, ReviewsOut};
use crate::job::by_hand::{LONGEST_ADDRESS, PHASES, Verdict, Wish};
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
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        }],
        "requestBody": { "required": true, "content": {
            "application/json": { "schema": { "$ref": "#/components/schemas/ReviewRequest" } },
            "multipart/form-data": { "encoding": { "file": { "contentType": files } }, "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": false,
                "properties": {
                    "file": { "type": "string", "format": "binary", "minLength": 1, "description": "The document; its name says which form it has" },
                    "name": { "type": "string", "maxLength": 200, "pattern": "^[ -~]*$" },
                    "as": { "type": "string", "enum": ["spec"] },
                    "packs": { "type": "array", "items": packs, "maxItems": 32 },
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
                json!({ "type": "string", "maxLength": LONGEST_ADDRESS, "pattern": "^[ -~]*$" })),
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
        "schema": { "type": "string", "enum": ["html", "json", "md", "sarif"] },
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
