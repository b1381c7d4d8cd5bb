//! `POST /graphql`: parses the query, holds it against the closed list of fields in `fields`, and carries it out over the world.
//! What GitHub's schema does not have is refused as GitHub refuses it: with status 200 and `errors`.

mod fields;
mod mutate;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use async_graphql_parser::types::{
    Directive, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql_parser::{Positioned, parse_query};
use async_graphql_value::{Name, Value as Given};
use serde_json::{Map, Value, json};

use super::routes::{Answer, Call};
use super::world::{Grant, World};
use fields::{Node, Out};

/// Why something cannot be told.
pub enum Fault {
    /// The query itself is wrong: nothing is carried out.
    Query(String),
    /// This place is null, and `errors` says why: a type as GitHub names it, and its words.
    Place(&'static str, String),
}

impl Fault {
    fn not_found(what: &str) -> Self {
        Self::Place("NOT_FOUND", format!("Could not resolve to {what}."))
    }

    fn forbidden() -> Self {
        Self::Place("FORBIDDEN", "Resource not accessible by integration".into())
    }
}

/// The arguments of one field; each must be one that the field knows.
pub struct Args {
    given: BTreeMap<String, Value>,
    known: RefCell<BTreeSet<String>>,
}

impl Args {
    pub fn get(&self, name: &str) -> Value {
        self.known.borrow_mut().insert(name.to_owned());
        self.given.get(name).cloned().unwrap_or(Value::Null)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_str().map(str::to_owned)
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name).as_u64()
    }

    pub fn need(&self, field: &str, name: &str) -> Result<Value, Fault> {
        match self.get(name) {
            Value::Null => Err(Fault::Query(format!("Field '{field}' is missing required arguments: {name}"))),
            value => Ok(value),
        }
    }

    fn unknown(&self) -> Option<String> {
        self.given.keys().find(|name| !self.known.borrow().contains(*name)).cloned()
    }
}

struct Run<'a> {
    grant: &'a Grant,
    document: &'a ExecutableDocument,
    variables: Map<String, Value>,
    errors: Vec<Value>,
}

pub fn answer(world: &mut World, call: &Call) -> Answer {
    let grant = call.grant.clone().expect("a token");
    let result = parse_query(call.body["query"].as_str().unwrap_or_default())
        .map_err(|error| Fault::Query(format!("Parse error on {error}")))
        .and_then(|document| carry_out(world, &grant, &document, &call.body["variables"]));
    match result {
        Ok(body) => Answer::ok(&body),
        Err(Fault::Query(message)) => {
            // No story asks such a thing on purpose.
            world.wrong.push(format!("GraphQL: {message}"));
            Answer::ok(&json!({ "errors": [{ "message": message, "locations": [{ "line": 1, "column": 1 }] }] }))
        }
        Err(Fault::Place(kind, message)) => {
            Answer::ok(&json!({ "data": null, "errors": [{ "type": kind, "path": [], "message": message }] }))
        }
    }
}

fn carry_out(world: &mut World, grant: &Grant, document: &ExecutableDocument, given: &Value) -> Result<Value, Fault> {
    let operations: Vec<_> = document.operations.iter().collect();
    let [(_, operation)] = operations[..] else { return Err(Fault::Query("one operation is expected".into())) };
    let operation = &operation.node;
    check_uses(document, operation)?;
    let variables = variables(operation, given)?;
    let mut run = Run { grant, document, variables, errors: Vec::new() };
    let root = match operation.ty {
        OperationType::Query => Node::Query,
        OperationType::Mutation => Node::Mutation,
        OperationType::Subscription => return Err(Fault::Query("GitHub knows no subscriptions".into())),
    };
    let mut data = Map::new();
    run.select(world, &root, &operation.selection_set.node, &mut Vec::new(), &mut data)?;
    let mut body = json!({ "data": data });
    if !run.errors.is_empty() {
        body["errors"] = Value::Array(run.errors);
    }
    Ok(body)
}

impl Run<'_> {
    fn select(
        &mut self,
        world: &mut World,
        node: &Node,
        set: &SelectionSet,
        path: &mut Vec<Value>,
        into: &mut Map<String, Value>,
    ) -> Result<(), Fault> {
        for selection in &set.items {
            if !self.is_included(selection.node.directives())? {
                continue;
            }
            match &selection.node {
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    if on.is_none_or(|on| node.is(on)) {
                        self.select(world, node, &inline.node.selection_set.node, path, into)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = fragment(self.document, &spread.node.fragment_name.node)?;
                    if node.is(fragment.type_condition.node.on.node.as_str()) {
                        self.select(world, node, &fragment.selection_set.node, path, into)?;
                    }
                }
                Selection::Field(field) => {
                    let (key, name) = (field.node.response_key().node.to_string(), field.node.name.node.as_str());
                    let mut given = BTreeMap::new();
                    for (name, value) in &field.node.arguments {
                        given.insert(name.node.to_string(), self.value(&value.node)?);
                    }
                    let args = Args { given, known: RefCell::default() };
                    path.push(json!(key));
                    let out = match node.field(world, self.grant, name, &args) {
                        Ok(out) => out,
                        // What may not be seen did not look at its arguments.
                        Err(Fault::Place(kind, message)) => {
                            self.errors.push(json!({ "type": kind, "path": path, "message": message }));
                            into.insert(key, Value::Null);
                            path.pop();
                            continue;
                        }
                        Err(fault) => return Err(fault),
                    };
                    if let Some(unknown) = args.unknown() {
                        return Err(Fault::Query(format!("Field '{name}' doesn't accept argument '{unknown}'")));
                    }
                    let value = self.show(world, out, &field.node.selection_set.node, name, path)?;
                    path.pop();
                    merge(into, key, value);
                }
            }
        }
        Ok(())
    }

    fn show(
        &mut self,
        world: &mut World,
        out: Out,
        set: &SelectionSet,
        name: &str,
        path: &mut Vec<Value>,
    ) -> Result<Value, Fault> {
        let bare = set.items.is_empty();
        match out {
            Out::Value(value) if bare || value.is_null() => Ok(value),
            Out::Value(_) => Err(Fault::Query(format!("Selections can't be made on scalars (field '{name}')"))),
            Out::Node(_) | Out::List(_) if bare => {
                Err(Fault::Query(format!("Field must have selections (field '{name}' returns an object)")))
            }
            Out::Node(node) => {
                let mut fields = Map::new();
                self.select(world, &node, set, path, &mut fields)?;
                Ok(Value::Object(fields))
            }
            Out::List(nodes) => {
                let mut rows = Vec::new();
                for (at, node) in nodes.iter().enumerate() {
                    path.push(json!(at));
                    let mut fields = Map::new();
                    self.select(world, node, set, path, &mut fields)?;
                    path.pop();
                    rows.push(Value::Object(fields));
                }
                Ok(Value::Array(rows))
            }
        }
    }

    fn value(&self, given: &Given) -> Result<Value, Fault> {
        let named = |name: Name| self.variables.get(name.as_str()).cloned();
        let known = given.clone().into_const_with(|name| {
            named(name.clone()).map(async_graphql_value::ConstValue::from_json).and_then(Result::ok).ok_or(name)
        });
        let known = known.map_err(|name| Fault::Query(format!("Variable ${name} is used but not declared")))?;
        known.into_json().map_err(|error| Fault::Query(error.to_string()))
    }

    fn is_included(&self, directives: &[Positioned<Directive>]) -> Result<bool, Fault> {
        for directive in directives {
            let condition = directive.node.get_argument("if");
            let Some(condition) = condition else { return Err(Fault::Query("a directive without 'if'".into())) };
            let holds = self.value(&condition.node)?.as_bool();
            let Some(holds) = holds else { return Err(Fault::Query("'if' takes a Boolean".into())) };
            let included = match directive.node.name.node.as_str() {
                "include" => holds,
                "skip" => !holds,
                other => return Err(Fault::Query(format!("Directive @{other} is not defined"))),
            };
            if !included {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The same field may be selected twice, with other fields below.
fn merge(into: &mut Map<String, Value>, key: String, value: Value) {
    match (into.get_mut(&key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            for (key, value) in new {
                merge(old, key, value);
            }
        }
        (_, value) => {
            into.insert(key, value);
        }
    }
}

fn fragment<'d>(document: &'d ExecutableDocument, name: &Name) -> Result<&'d FragmentDefinition, Fault> {
    let found = document.fragments.get(name).map(|fragment| &fragment.node);
    found.ok_or_else(|| Fault::Query(format!("Fragment {name} was used, but not defined")))
}

fn variables(operation: &OperationDefinition, given: &Value) -> Result<Map<String, Value>, Fault> {
    let mut variables = Map::new();
    for definition in &operation.variable_definitions {
        let (name, kind) = (definition.node.name.node.as_str(), definition.node.var_type.node.to_string());
        let fallback = definition.node.default_value().and_then(|value| value.clone().into_json().ok());
        let value = given.get(name).cloned().or(fallback).unwrap_or(Value::Null);
        let fits = match kind.trim_end_matches('!') {
            "String" | "ID" | "GitObjectID" | "ReportedContentClassifiers" => value.is_string(),
            "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            "Boolean" => value.is_boolean(),
            other => return Err(Fault::Query(format!("{other} isn't a defined input type (on ${name})"))),
        };
        if !fits && (kind.ends_with('!') || !value.is_null()) {
            return Err(Fault::Query(format!("Variable ${name} of type {kind} was provided invalid value")));
        }
        variables.insert(name.to_owned(), value);
    }
    Ok(variables)
}

/// GitHub refuses what is declared and not used, and what is used and not declared.
fn check_uses(document: &ExecutableDocument, operation: &OperationDefinition) -> Result<(), Fault> {
    let (mut names, mut fragments) = (BTreeSet::new(), BTreeSet::new());
    uses(document, &operation.selection_set.node, &mut names, &mut fragments)?;
    let declared: BTreeSet<String> =
        operation.variable_definitions.iter().map(|one| one.node.name.node.to_string()).collect();
    if let Some(name) = declared.difference(&names).next() {
        return Err(Fault::Query(format!("Variable ${name} is declared but not used")));
    }
    if let Some(name) = names.difference(&declared).next() {
        return Err(Fault::Query(format!("Variable ${name} is used but not declared")));
    }
    match document.fragments.keys().find(|name| !fragments.contains(name.as_str())) {
        Some(name) => Err(Fault::Query(format!("Fragment {name} was defined, but not used"))),
        None => Ok(()),
    }
}

fn uses(
    document: &ExecutableDocument,
    set: &SelectionSet,
    names: &mut BTreeSet<String>,
    fragments: &mut BTreeSet<String>,
) -> Result<(), Fault> {
    for selection in &set.items {
        for directive in selection.node.directives() {
            directive.node.arguments.iter().for_each(|(_, value)| of_value(&value.node, names));
        }
        match &selection.node {
            Selection::Field(field) => {
                field.node.arguments.iter().for_each(|(_, value)| of_value(&value.node, names));
                uses(document, &field.node.selection_set.node, names, fragments)?;
            }
            Selection::InlineFragment(inline) => {
                uses(document, &inline.node.selection_set.node, names, fragments)?;
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if fragments.insert(name.to_string()) {
                    uses(document, &fragment(document, name)?.selection_set.node, names, fragments)?;
                }
            }
        }
    }
    Ok(())
}

fn of_value(value: &Given, names: &mut BTreeSet<String>) {
    match value {
        Given::Variable(name) => {
            names.insert(name.to_string());
        }
        Given::List(values) => values.iter().for_each(|value| of_value(value, names)),
        Given::Object(fields) => fields.values().for_each(|value| of_value(value, names)),
        _ => {}
    }
}
