//! Addresses of Google Docs, Sheets and Drive: what everybody with the link may read, as it is exported.

use super::at::{At, with_query};
use super::hosts::Hosts;
use super::place::{File, Place};
use crate::net::client::{Accepts, Ask};
use crate::review::Opened;

const DOCS: &str = "https://docs.google.com";
const DRIVE: &str = "https://drive.google.com";
/// What to do where Google asks for a login.
const PRIVATE: &str = "share it with everybody who has the link, or download it and give its path";

/// What stands at `at`, where it is an address of Google's.
pub(super) fn place(at: &At, _: &Hosts) -> Option<Box<dyn Place>> {
    let mut parts = at.parts();
    // `/u/1/` names the account of the one who copied the address.
    if let Some(account) =
        parts.windows(2).position(|pair| matches!(pair, ["u", number] if number.parse::<u8>().is_ok()))
    {
        parts.drain(account..account + 2);
    }
    let (address, page) = match (at.origin.as_str(), parts.as_slice()) {
        // Published pages are pages.
        (DOCS, ["document", "d", "e", ..]) => return None,
        (DOCS, ["document", "d", id, ..]) => {
            (format!("{DOCS}/document/d/{id}/export?format=md"), format!("{DOCS}/document/d/{id}/edit"))
        }
        (DOCS, ["spreadsheets", "d", "e", id, ..]) => {
            let base = format!("{DOCS}/spreadsheets/d/e/{id}");
            (sheet(&format!("{base}/pub"), "output", at), format!("{base}/pubhtml"))
        }
        (DOCS, ["spreadsheets", "d", id, ..]) => {
            let base = format!("{DOCS}/spreadsheets/d/{id}");
            (sheet(&format!("{base}/export"), "format", at), with_gid(&format!("{base}/edit"), at))
        }
        (DRIVE, ["file", "d", id, ..]) => drive(id),
        (DRIVE, ["open"]) => drive(&at.query("id")?),
        _ => return None,
    };
    let asks = vec![Ask::new(address, Accepts::Document)];
    Some(Box::new(File { asks, opened: Opened::page(page), remedy: Some(PRIVATE.to_owned()) }))
}

fn drive(id: &str) -> (String, String) {
    let address = with_query(&format!("{DRIVE}/uc"), &[("export", "download"), ("id", id)]);
    (address, format!("{DRIVE}/file/d/{id}/view"))
}

/// One sheet, as comma-separated values.
fn sheet(base: &str, key: &str, at: &At) -> String {
    match gid(at) {
        Some(gid) => with_query(base, &[(key, "csv"), ("gid", &gid)]),
        None => with_query(base, &[(key, "csv")]),
    }
}

fn with_gid(base: &str, at: &At) -> String {
    gid(at).map_or_else(|| base.to_owned(), |gid| format!("{base}#gid={gid}"))
}

/// The sheet that the address points at; the first where it points at none.
fn gid(at: &At) -> Option<String> {
    let behind = at.fragment().split('&').find_map(|pair| pair.strip_prefix("gid="));
    let gid = behind.map(str::to_owned).or_else(|| at.query("gid"))?;
    gid.bytes().all(|byte| byte.is_ascii_digit()).then_some(gid)
}
