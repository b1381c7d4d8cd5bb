//! `model probe`: asks an endpoint one tiny question and prints what it can do.

use super::env::{Env, Io};
use super::error::{CliError, Exit, plain};
use super::model::{self, Clients};
use super::model_args::Probe;
use crate::critique::ledger::{Ledger, MicroUsd, Price};
use crate::model::openai::{Found, OpenAi};
use crate::model::{Catalogue, Model as _};

/// Probes the model, and the one in reserve where there is one.
pub(super) async fn probe(args: &Probe, env: &Env, io: &mut Io<'_>) -> Result<Exit, CliError> {
    let setting = |reason: String| CliError::Setting { what: "the model", reason };
    let clients = model::clients(&args.model, env).map_err(|reasons| setting(reasons.join("; ")))?;
    let Some(Clients { first, second, catalogue }) = clients else {
        return Err(setting("none is named: set --model or SPECREVIEW_MODEL".into()));
    };
    for client in [Some(first), second].into_iter().flatten() {
        let found = client.probe().await?;
        let table = table(&client, &found, &catalogue);
        io.out.write_all(table.as_bytes()).map_err(CliError::Output)?;
    }
    Ok(Exit::Good)
}

fn table(client: &OpenAi, found: &Found, catalogue: &Catalogue) -> String {
    let yes = |has: bool, no: &str| if has { "yes".to_owned() } else { no.to_owned() };
    let schema = match found.format {
        "json_schema" => "the server binds replies to the schema (json_schema)",
        "json_object" => "the server binds replies to JSON (json_object); the schema stands in the words",
        _ => "the server binds replies to nothing; the schema stands in the words",
    };
    let context = found.context.map_or_else(
        || "unknown: a prompt that is too long is refused or cut by the server".to_owned(),
        |(tokens, source)| format!("{tokens} tokens, says {source}"),
    );
    let price = catalogue.known(client.name()).price;
    let mut cost = Ledger::of(found.tokens, price);
    cost.calls = u64::from(found.calls);
    let rows = [
        ("model", plain(client.name())),
        ("schema", schema.to_owned()),
        ("system message", yes(found.has_system, "no: the instructions stand in the user's message")),
        ("temperature", yes(found.has_temperature, "no: left out")),
        ("limit of replies", found.limit.to_owned()),
        ("context", context),
        ("price", price.map_or_else(unknown, |price| known(price, &catalogue.prices_as_of))),
        ("this probe", cost.words()),
    ];
    rows.iter().fold(String::new(), |table, (name, value)| table + &format!("{name:<17} {value}\n"))
}

fn unknown() -> String {
    "unknown: caps in dollars cannot hold, caps in tokens do (add it to --models)".to_owned()
}

fn known(price: Price, date: &str) -> String {
    let usd = |money: MicroUsd| money.usd();
    let (input, cached, output) = (usd(price.input), usd(price.cached), usd(price.output));
    format!("${input} sent, ${cached} cached, ${output} received, for a million tokens (own prices are dated {date})")
}
