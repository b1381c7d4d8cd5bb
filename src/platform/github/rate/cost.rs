//! What a call costs by GitHub's limits. Decides nothing.

use http::Method;
use serde_json::Value;

use super::super::client::GRAPH;

/// What one call costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Cost {
    /// Points: <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#calculating-points-for-the-secondary-rate-limit>.
    pub(super) points: u32,
    /// They are counted for GraphQL.
    pub(super) is_graph: bool,
    /// Pieces of content that it makes. GitHub does not say what it counts: every write, and every comment of a review.
    pub(super) content: u32,
    /// It changes something, and so comes alone and some time after the one before.
    pub(super) is_write: bool,
    /// It tells the verdict of a review, for which some content is kept.
    pub(super) is_verdict: bool,
}

impl Cost {
    /// The cost of this request.
    pub(in super::super) fn of(method: &Method, path: &str, body: Option<&Value>) -> Self {
        let field = |name: &str| body.and_then(|body| body.get(name));
        let is_graph = path == GRAPH;
        let is_write = if is_graph {
            field("query").and_then(Value::as_str).is_some_and(|query| query.trim_start().starts_with("mutation"))
        } else {
            *method != Method::GET
        };
        let makes = is_write && !path.starts_with("/app/");
        let comments = field("comments").and_then(Value::as_array).map_or(0, Vec::len);
        Self {
            points: if is_write { 5 } else { 1 },
            is_graph,
            content: if makes { u32::try_from(comments).unwrap_or(u32::MAX).saturating_add(1) } else { 0 },
            // A token is made for reading as well: it waits for no write.
            is_write: is_write && !path.ends_with("/access_tokens"),
            is_verdict: path.contains("/check-runs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_write_costs_more_than_a_read_and_every_comment_of_a_review_counts() {
        let review = json!({ "comments": [{}, {}, {}] });
        let (query, mutation) = (json!({ "query": "query { a }" }), json!({ "query": " mutation($id: ID!) { a }" }));
        for (method, path, body, expected) in [
            (Method::GET, "/repos/a/b/pulls/1", None, (1, 0, false, false)),
            (Method::POST, "/repos/a/b/pulls/1/reviews", Some(&review), (5, 4, true, false)),
            (Method::POST, "/repos/a/b/check-runs", None, (5, 1, true, true)),
            (Method::DELETE, "/repos/a/b/issues/comments/1", None, (5, 1, true, false)),
            (Method::POST, GRAPH, Some(&query), (1, 0, false, false)),
            (Method::POST, GRAPH, Some(&mutation), (5, 1, true, false)),
            (Method::POST, "/app/installations/1/access_tokens", None, (5, 0, false, false)),
            (Method::POST, "/app/hook/deliveries/1/attempts", None, (5, 0, true, false)),
        ] {
            let Cost { points, content, is_write, is_verdict, .. } = Cost::of(&method, path, body);
            assert_eq!((points, content, is_write, is_verdict), expected, "{method} {path}");
        }
    }
}
